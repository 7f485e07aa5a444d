/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The reader of conversation files; see conversation.h.
 */
#include "tests/reassembly/conversation.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tests/support/unit.h"

static struct buffer read_file(const char *path)
{
    struct buffer text = buffer_make(1 << 20);
    char chunk[4096];
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("cannot open %s", path);
    for (size_t n = 1; n > 0;) {
        n = fread(chunk, 1, sizeof chunk, file);
        assert_int_equal(buffer_append(&text, slice_make(chunk, n)), STATUS_OK);
    }
    (void)fclose(file);
    return text;
}

static uint64_t read_number(struct slice text)
{
    uint64_t value = 0;
    if (!slice_parse_u64(text, &value))
        fail_msg("no number: \"%.*s\"", (int)text.len, (const char *)text.ptr);
    return value;
}

static int hex_digit(uint8_t c)
{
    if (ascii_is_digit(c)) return c - '0';
    c = ascii_lower(c);
    if (c < 'a' || c > 'f') fail_msg("no hexadecimal digit: %c", c);
    return c - 'a' + 10;
}

/* \r \n \\ and \xNN */
static void append_unescaped(struct buffer *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.ptr[i];
        if (c == '\\') {
            assert_true(++i < text.len);
            c = text.ptr[i];
            if (c == 'x') {
                assert_true(i + 2 < text.len);
                c = (uint8_t)(hex_digit(text.ptr[i + 1]) << 4 | hex_digit(text.ptr[i + 2]));
                i += 2;
            } else if (c != '\\') {
                assert_true(c == 'r' || c == 'n');
                c = c == 'r' ? '\r' : '\n';
            }
        }
        (void)buffer_append_byte(out, c);
    }
}

static struct step *add_step(struct conversation *c, enum direction dir, uint64_t gap_len)
{
    struct step *last = c->step_count > 0 ? &c->steps[c->step_count - 1] : NULL;
    if (gap_len == 0 && last && last->dir == dir && last->gap_len == 0) return last;
    assert_true(c->step_count < STEPS_MAX);
    struct step *step = &c->steps[c->step_count++];
    *step = (struct step){dir, buffer_make(1 << 24), gap_len};
    return step;
}

/* ':' a line, '=' no line end, '*' COUNT TEXT: the text so many times. */
static void read_speech(struct conversation *c, enum direction dir, uint8_t kind, struct slice rest)
{
    struct step *step = add_step(c, dir, 0);
    uint64_t count = kind == '*' ? read_number(slice_next_token(&rest, ' ')) : 1;
    for (; count > 0; count--) append_unescaped(&step->bytes, rest);
    if (kind == ':') (void)buffer_append_cstr(&step->bytes, "\r\n");
}

static void set_limit(struct conversation *c, struct slice name, uint64_t value)
{
    uint64_t *field = NULL;
#define LIMIT(key, preset, minimum, maximum, text)                                                           \
    if (slice_equal(name, SLICE(#key))) field = &c->settings.key;
#include "reassembly/limits.def"
#undef LIMIT
#define SETTING(key, preset, minimum, maximum, text)                                                         \
    if (slice_equal(name, SLICE(#key))) field = &c->settings.key;
#include "reassembly/settings.def"
#undef SETTING
    if (!field) fail_msg("no such limit: %.*s", (int)name.len, (const char *)name.ptr);
    *field = value;
}

static void read_line(struct conversation *c, struct slice line)
{
    struct slice rest = line, word = slice_next_token(&rest, ' ');
    bool is_client = word.len == 2 && word.ptr[0] == 'C', is_server = word.len == 2 && word.ptr[0] == 'S';
    if (is_client || is_server) {
        read_speech(c, is_client ? DIR_TO_SERVER : DIR_TO_CLIENT, word.ptr[1], rest);
    } else if (slice_equal(word, SLICE("gap"))) {
        struct slice side = slice_next_token(&rest, ' ');
        (void)add_step(c, slice_equal(side, SLICE("C")) ? DIR_TO_SERVER : DIR_TO_CLIENT, read_number(rest));
    } else if (slice_equal(word, SLICE("port"))) {
        c->server_port = (uint16_t)read_number(rest);
    } else if (slice_equal(word, SLICE("midstream"))) {
        c->midstream = true;
    } else if (slice_equal(word, SLICE("limit"))) {
        struct slice name = slice_next_token(&rest, ' ');
        set_limit(c, name, read_number(rest));
    } else if (slice_equal(word, SLICE("secret"))) {
        assert_true(c->secret_count < SECRETS_MAX);
        c->secrets[c->secret_count] = buffer_make(1000);
        append_unescaped(&c->secrets[c->secret_count++], rest);
    } else {
        fail_msg("cannot read: \"%.*s\"", (int)line.len, (const char *)line.ptr);
    }
}

struct conversation *conversation_read(const char *path)
{
    struct conversation *c = mem_zalloc(1, sizeof *c);
    struct buffer text = read_file(path);
    struct slice rest = buffer_slice(&text);
    bool in_expected = false;
    c->server_port = 25;
    c->settings = reassembly_default_settings();
    c->expected = buffer_make(1 << 20);
    while (rest.len > 0) {
        struct slice line = slice_next_token(&rest, '\n');
        if (line.len == 0 || line.ptr[0] == '#') continue;
        if (in_expected) {
            (void)buffer_append(&c->expected, line);
            (void)buffer_append_byte(&c->expected, '\n');
        } else if (slice_equal(line, SLICE("expect:"))) {
            in_expected = true;
        } else {
            read_line(c, line);
        }
    }
    if (!in_expected) fail_msg("%s expects nothing", path);
    buffer_free(&text);
    return c;
}

void conversation_free(struct conversation **conversation)
{
    struct conversation *c = *conversation;
    for (size_t i = 0; i < c->step_count; i++) buffer_free(&c->steps[i].bytes);
    for (size_t i = 0; i < c->secret_count; i++) buffer_free(&c->secrets[i]);
    buffer_free(&c->expected);
    free(c);
    *conversation = NULL;
}
