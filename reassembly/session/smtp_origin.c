/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * XCLIENT and XFORWARD, Postfix' commands by which a proxy or relay names the client it speaks for. Names are
 * xtext (RFC 3461 4); they are believed when the server accepts them. XCLIENT begins the session anew,
 * XFORWARD holds for one transaction.
 */
#include "reassembly/session/smtp.h"

#include <stdlib.h>

#include "base/mem.h"

enum { TEXT_MAX_BYTES = 1024 };

static struct smtp_origin *origin_new(void)
{
    struct smtp_origin *origin = mem_zalloc(1, sizeof *origin);
    origin->text = origin->claimed_name = origin->claimed_addr = buffer_make(TEXT_MAX_BYTES);
    return origin;
}

void smtp_origin_free(struct smtp_origin **origin)
{
    if (!*origin) return;
    buffer_free(&(*origin)->text);
    buffer_free(&(*origin)->claimed_name);
    buffer_free(&(*origin)->claimed_addr);
    free(*origin);
    *origin = NULL;
}

static int hex_value(uint8_t c)
{
    if (ascii_is_digit(c)) return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* xtext: "+2B" is '+'. */
static void decode_xtext(struct buffer *out, struct slice text)
{
    buffer_clear(out);
    for (size_t i = 0; i < text.len; i++) {
        int high = i + 2 < text.len ? hex_value(text.ptr[i + 1]) : -1;
        int low = i + 2 < text.len ? hex_value(text.ptr[i + 2]) : -1;
        if (text.ptr[i] != '+' || high < 0 || low < 0) {
            (void)buffer_append_byte(out, text.ptr[i]);
            continue;
        }
        (void)buffer_append_byte(out, (uint8_t)(high << 4 | low));
        i += 2;
    }
}

static void take_attribute(struct smtp_origin *origin, struct slice attribute)
{
    struct slice name = slice_next_token(&attribute, '=');
    bool is_addr = slice_equal_nocase(name, SLICE("ADDR"));
    if (!is_addr && !slice_equal_nocase(name, SLICE("NAME"))) return;
    struct buffer *claimed = is_addr ? &origin->claimed_addr : &origin->claimed_name;
    decode_xtext(claimed, attribute);
    struct slice value = buffer_slice(claimed);
    if (slice_equal_nocase(value, SLICE("[UNAVAILABLE]")) ||
        slice_equal_nocase(value, SLICE("[TEMPUNAVAIL]")))
        buffer_clear(claimed);
    if (is_addr && slice_starts_nocase(value, SLICE("IPV6:"))) buffer_consume(claimed, 5);
}

void smtp_command_origin(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    struct slice rest = slice_trim(argument), word;
    if (!smtp->origin) smtp->origin = origin_new();
    while ((word = slice_next_token(&rest, ' ')).ptr) take_attribute(smtp->origin, word);
    smtp_push_verb(smtp, verb);
}

/* "name [address]", or what is known of it. */
static void believe(struct smtp_origin *origin)
{
    struct slice name = buffer_slice(&origin->claimed_name), addr = buffer_slice(&origin->claimed_addr);
    if (name.len + addr.len == 0) return;
    buffer_clear(&origin->text);
    (void)buffer_append(&origin->text, name.len > 0 ? name : addr);
    if (name.len == 0 || addr.len == 0) return;
    (void)buffer_append_cstr(&origin->text, " [");
    (void)buffer_append(&origin->text, addr);
    (void)buffer_append_byte(&origin->text, ']');
}

/* What the server forgets at XCLIENT; a client that did not wait has begun anew already. */
static void begin_anew(struct smtp *smtp)
{
    if (!fifo_is_empty(&smtp->pending)) return;
    smtp_drop_mail(smtp);
    buffer_clear(&smtp->helo);
    smtp->hello_seen = false;
}

void smtp_apply_origin(struct smtp *smtp, enum smtp_verb verb, uint16_t code)
{
    struct smtp_origin *origin = smtp->origin;
    if (code >= 200 && code < 300) {
        if (verb == SMTP_XCLIENT) begin_anew(smtp);
        believe(origin);
        origin->is_new = origin->text.len > 0;
        origin->is_of_mail = verb == SMTP_XFORWARD;
    }
    if (code >= 400) {
        buffer_clear(&origin->claimed_name);
        buffer_clear(&origin->claimed_addr);
    }
}
