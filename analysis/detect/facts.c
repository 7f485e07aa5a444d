/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Domains, lists, free mail and what running text shows; see facts.h.
 */
#include "analysis/detect/facts.h"

enum { LOCAL_MAX_BYTES = 64, HOST_MAX_BYTES = 253, RECIPIENTS_LOOKED_AT = 50 };

bool domain_within(struct slice domain, struct slice parent)
{
    if (parent.len == 0 || !domain.ptr || !slice_ends_nocase(domain, parent)) return false;
    return domain.len == parent.len || domain.ptr[domain.len - parent.len - 1] == '.';
}

struct slice domain_of_address(struct slice address)
{
    size_t at = address.len;
    while (at > 0 && address.ptr[at - 1] != '@') at--;
    return at > 0 ? slice_skip(address, at) : slice_make(NULL, 0);
}

bool same_organisation(const struct detect_context *context, struct slice a, struct slice b)
{
    if (domain_within(a, b) || domain_within(b, a)) return true;
    const struct brand *brand = knowledge_brand_of(context->knowledge, a);
    return brand && brand_owns(brand, b);
}

bool is_senders_domain(const struct detect_context *context, struct slice domain)
{
    const struct mailbox *from = message_from(context->message);
    if (!from || domain.len == 0) return false;
    return same_organisation(context, domain, from->registrable.len ? from->registrable : from->domain);
}

bool is_recipients_domain(const struct detect_context *context, struct slice domain)
{
    const struct mail_envelope *envelope = &context->mail->envelope;
    const struct mailbox_list *to = &context->message->to;
    if (domain.len == 0 || is_freemail(context, domain)) return false;
    for (size_t i = 0; i < envelope->rcpt_count && i < RECIPIENTS_LOOKED_AT; i++) {
        if (same_organisation(context, domain, domain_of_address(envelope->rcpt_to[i]))) return true;
    }
    for (size_t i = 0; envelope->rcpt_count == 0 && i < to->count && i < RECIPIENTS_LOOKED_AT; i++) {
        struct slice own = to->items[i].registrable.len ? to->items[i].registrable : to->items[i].domain;
        if (own.len > 0 && same_organisation(context, domain, own)) return true;
    }
    return false;
}

bool is_list_mail(const struct message *message)
{
    static const struct slice names[] = {{(const uint8_t *)"List-Id", 7},
                                         {(const uint8_t *)"List-Post", 9},
                                         {(const uint8_t *)"Mailing-List", 12},
                                         {(const uint8_t *)"X-Mailing-List", 14},
                                         {(const uint8_t *)"X-BeenThere", 11}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (message_find_header(message, names[i])) return true;
    }
    const struct message_header *precedence = message_find_header(message, SLICE("Precedence"));
    return precedence && slice_equal_nocase(slice_trim(precedence->value), SLICE("list"));
}

bool is_freemail(const struct detect_context *context, struct slice domain)
{
    return knowledge_has(context->knowledge, LIST_freemail, domain);
}

bool sender_is_freemail(const struct detect_context *context)
{
    const struct mailbox *from = message_from(context->message);
    if (from && from->domain.len > 0) return is_freemail(context, from->domain);
    const struct mailbox_list *reply = &context->message->reply_to;
    return reply->count > 0 && is_freemail(context, reply->items[0].domain);
}

static bool is_local_byte(uint8_t c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || (c && strchr("._%+-=", c));
}

static bool is_host_byte(uint8_t c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '.' || c == '-';
}

/* The longest run of host bytes at the front, without dots at its end. */
static struct slice host_at(struct slice text)
{
    size_t len = 0;
    while (len < text.len && len < HOST_MAX_BYTES && is_host_byte(text.ptr[len])) len++;
    while (len > 0 && (text.ptr[len - 1] == '.' || text.ptr[len - 1] == '-')) len--;
    return slice_head(text, len);
}

static struct slice last_label(struct slice host)
{
    size_t dot = host.len;
    while (dot > 0 && host.ptr[dot - 1] != '.') dot--;
    return dot > 0 ? slice_skip(host, dot) : slice_make(NULL, 0);
}

/* At least two labels, the last of two or more letters. */
static bool looks_like_host(struct slice host)
{
    struct slice tld = last_label(host);
    if (tld.len < 2 || host.ptr[0] == '.') return false;
    for (size_t i = 0; i < tld.len; i++) {
        if (!ascii_is_alpha(tld.ptr[i])) return false;
    }
    return true;
}

struct slice next_address(struct slice *rest)
{
    while (rest->len > 0) {
        size_t at = slice_index(*rest, '@');
        if (at == rest->len) break;
        size_t start = at;
        while (start > 0 && at - start < LOCAL_MAX_BYTES && is_local_byte(rest->ptr[start - 1])) start--;
        struct slice host = host_at(slice_skip(*rest, at + 1));
        struct slice address = slice_make(rest->ptr + start, at - start + 1 + host.len);
        *rest = slice_skip(*rest, at + 1 + host.len);
        if (start < at && looks_like_host(host)) return address;
    }
    *rest = slice_skip(*rest, rest->len);
    return slice_make(NULL, 0);
}

/* Endings by which a lone word with dots is taken for a host name and not for a file name or an abbreviation.
 */
static bool is_common_tld(struct slice tld)
{
    static const char *const tlds[] = {"com", "net", "org", "jp", "info", "biz", "edu", "gov", "uk",
                                       "de",  "fr",  "eu",  "us", "ca",   "au",  "cn",  "kr",  "tw"};
    for (size_t i = 0; i < sizeof tlds / sizeof *tlds; i++) {
        if (slice_equal_nocase(tld, slice_from_cstr(tlds[i]))) return true;
    }
    return false;
}

static struct slice after_scheme(struct slice text)
{
    static const struct slice schemes[] = {{(const uint8_t *)"https://", 8}, {(const uint8_t *)"http://", 7}};
    for (size_t i = 0; i < 2; i++) {
        size_t at = slice_find_nocase(text, schemes[i]);
        if (at < text.len) return slice_skip(text, at + schemes[i].len);
    }
    return slice_make(NULL, 0);
}

struct slice shown_host(struct arena *arena, struct slice text)
{
    text = slice_trim(text);
    struct slice behind = after_scheme(text);
    struct slice host = host_at(behind.ptr ? behind : text);
    if (!looks_like_host(host)) return slice_make(NULL, 0);
    if (!behind.ptr) {
        bool ends = host.len == text.len || strchr("/:?", text.ptr[host.len]) != NULL;
        bool named = slice_starts_nocase(host, SLICE("www.")) || is_common_tld(last_label(host));
        if (!ends || !named) return slice_make(NULL, 0);
    }
    uint8_t *copy = arena_zalloc(arena, host.len + 1, 1);
    for (size_t i = 0; i < host.len; i++) copy[i] = ascii_lower(host.ptr[i]);
    return slice_make(copy, host.len);
}

static bool is_inside_v4(const uint8_t *a)
{
    return a[0] == 10 || a[0] == 127 || (a[0] == 172 && (a[1] & 0xf0) == 16) ||
           (a[0] == 192 && a[1] == 168) || (a[0] == 100 && (a[1] & 0xc0) == 64) ||
           (a[0] == 169 && a[1] == 254);
}

static bool is_inside_v6(const uint8_t *a)
{
    static const uint8_t loopback[16] = {[15] = 1};
    return (a[0] & 0xfe) == 0xfc || (a[0] == 0xfe && (a[1] & 0xc0) == 0x80) || memcmp(a, loopback, 16) == 0;
}

bool is_inside_address(const struct flow *flow, const struct endpoint *end)
{
    if (flow->family == FAMILY_IPV4) return is_inside_v4(end->addr);
    return flow->family == FAMILY_IPV6 && is_inside_v6(end->addr);
}

bool is_automatic_mail(const struct detect_context *context)
{
    static const char *const names[] = {"mailer-daemon", "postmaster", "root", "daemon"};
    const struct mailbox *from = message_from(context->message);
    const struct mail_envelope *envelope = &context->mail->envelope;
    if (message_find_header(context->message, SLICE("Auto-Submitted"))) return true;
    if (envelope->mail_from_seen && envelope->mail_from.len == 0) return true;
    for (size_t i = 0; from && i < sizeof names / sizeof *names; i++)
        if (slice_starts_nocase(from->address, slice_from_cstr(names[i]))) return true;
    return false;
}
