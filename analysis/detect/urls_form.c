/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the link family that look at how a URL is written: https shown and http opened (U02), user
 * information (U04), invisible characters (U06), odd shape (U07), redirectors (U10), the recipient's address
 * (U12), addresses that run or disguise (U16). Linear in the links, with at most ADDRESSES_LOOKED_AT
 * recipients each.
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/link_walk.h"
#include "analysis/detect/rules.h"
#include "analysis/extract/base64.h"
#include "base/utf8.h"

enum {
    LABELS_MANY = 7,
    HYPHENS_MANY = 4,
    ADDRESSES_LOOKED_AT = 3,
    ADDRESS_MIN_BYTES = 8,
    ADDRESS_MAX_BYTES = 120,
    LONG_URL_BYTES = 4096
};

void detect_plain_target(struct detect_context *context)
{
    struct link_walk walk = link_walk_all(context);
    for (const struct link *link; (link = link_walk_next(&walk));) {
        if (link->source != LINK_HTML || !slice_equal(link->scheme, SLICE("http"))) continue;
        if (!slice_starts_nocase(slice_trim(link->text), SLICE("https://"))) continue;
        if (is_link_service(context, link->host)) continue;
        struct slice text = utf8_head(link->text, 90);
        finding_addf(context, link->url, "shows %.*s, opens %.*s", SLICE_ARGS(text), SLICE_ARGS(link->url));
    }
}

static bool is_web_scheme(struct slice scheme)
{
    return slice_equal(scheme, SLICE("http")) || slice_equal(scheme, SLICE("https"));
}

void detect_userinfo(struct detect_context *context)
{
    struct link_walk walk = link_walk_all(context);
    for (const struct link *link; (link = link_walk_next(&walk));) {
        if (!is_web_scheme(link->scheme) || link->userinfo.len == 0) continue;
        bool host_like = slice_index(link->userinfo, '.') < link->userinfo.len;
        bool encoded = slice_index(link->userinfo, '%') < link->userinfo.len;
        if (host_like || encoded)
            finding_addf(context, link->url, "%.*s before @%.*s", SLICE_ARGS(link->userinfo),
                         SLICE_ARGS(link->host));
    }
}

void detect_invisible_url(struct detect_context *context)
{
    struct link_walk walk = link_walk_all(context);
    for (const struct link *link; (link = link_walk_next(&walk));) {
        if (link->tricks & URL_TRICK_INVISIBLE) finding_add(context, link->url, link->url);
    }
}

static size_t count_byte(struct slice text, uint8_t byte)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) count += text.ptr[i] == byte;
    return count;
}

/* What is odd in the shape of the URL, or NULL. */
/* A page where WordPress keeps its programs: put there by somebody who broke in. Uploads are no pages. */
static bool is_page_among_programs(const struct link *link)
{
    static const char *const folders[] = {"/wp-includes/", "/wp-admin/", "/wp-content/plugins/",
                                          "/wp-content/themes/", "/wp-content/uploads/"};
    struct slice path = slice_head(link->path, slice_index(link->path, '?'));
    if (!slice_ends_nocase(path, SLICE(".php")) && !slice_ends_nocase(path, SLICE(".html")) &&
        !slice_ends_nocase(path, SLICE(".htm")))
        return false;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (slice_find_nocase(path, slice_from_cstr(folders[i])) < path.len) return true;
    return false;
}

static const char *odd_shape(const struct link *link)
{
    if (link->host_is_ip) return NULL;
    if (count_byte(link->host, '.') + 1 >= LABELS_MANY) return "many dots";
    if (count_byte(link->host, '-') >= HYPHENS_MANY) return "many hyphens";
    if (link->url.len >= LONG_URL_BYTES) return "very long";
    if (is_page_among_programs(link)) return "a page in the folders of WordPress";
    return NULL;
}

void detect_odd_url(struct detect_context *context)
{
    struct link_walk walk = link_walk_hosts(context);
    for (const struct link *link; (link = link_walk_next(&walk));) {
        const char *what = odd_shape(link);
        if (!what || is_senders_own(context, link) || is_link_service(context, link->host)) continue;
        finding_addf(context, link->url, "%s: %.*s", what, SLICE_ARGS(link->url));
    }
}

void detect_redirector(struct detect_context *context)
{
    const struct message *message = context->message;
    for (size_t i = 0; i < message->link_count; i++) {
        const struct link *link = &message->links[i];
        if (link->wrapper != WRAPPER_REDIRECTOR || link->outer >= message->link_count) continue;
        if (link->source == LINK_ATTACHMENT || is_senders_own(context, link)) continue;
        finding_addf(context, message->links[link->outer].url, "%.*s leads to %.*s",
                     SLICE_ARGS(message->links[link->outer].host), SLICE_ARGS(link->url));
    }
}

/* An address in the forms that URLs hold it in. */
struct address_forms {
    struct slice plain, percent, base64, hex;
};

static struct slice lower_copy(struct arena *arena, struct slice text)
{
    struct slice copy = arena_copy(arena, text);
    uint8_t *bytes = (uint8_t *)(uintptr_t)copy.ptr;
    for (size_t i = 0; i < copy.len; i++) bytes[i] = ascii_lower(bytes[i]);
    return copy;
}

/* The whole groups of three bytes as base64: what follows depends on what comes next. */
static struct slice base64_of(struct arena *arena, struct slice text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t *out = arena_zalloc(arena, text.len / 3 * 4 + 1, 1);
    size_t len = 0;
    for (size_t i = 0; i + 2 < text.len; i += 3) {
        uint32_t bits = (uint32_t)text.ptr[i] << 16 | (uint32_t)text.ptr[i + 1] << 8 | text.ptr[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6) out[len++] = (uint8_t)digits[bits >> shift & 63];
    }
    return slice_make(out, len);
}

static struct slice hex_of(struct arena *arena, struct slice text)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t *out = arena_zalloc(arena, text.len * 2 + 1, 1);
    for (size_t i = 0; i < text.len; i++) {
        out[2 * i] = (uint8_t)digits[text.ptr[i] >> 4];
        out[2 * i + 1] = (uint8_t)digits[text.ptr[i] & 15];
    }
    return slice_make(out, text.len * 2);
}

static struct address_forms forms_of(struct arena *arena, struct slice address)
{
    size_t at = slice_index(address, '@');
    struct slice plain = lower_copy(arena, address);
    struct slice percent =
        slice_from_cstr(arena_printf(arena, "%.*s%%40%.*s", (int)at, (const char *)plain.ptr,
                                     (int)(plain.len - at - 1), (const char *)plain.ptr + at + 1));
    return (struct address_forms){plain, percent, base64_of(arena, plain), hex_of(arena, plain)};
}

static const char *form_in_url(const struct address_forms *forms, struct slice url)
{
    if (slice_find_nocase(url, forms->plain) < url.len) return "plain";
    if (slice_find_nocase(url, forms->percent) < url.len) return "%40";
    if (slice_find(url, forms->base64) < url.len) return "base64";
    if (slice_find_nocase(url, forms->hex) < url.len) return "hex";
    return NULL;
}

/* The recipients whose address can be looked for. */
static size_t recipients_of(const struct detect_context *context, struct slice addresses[ADDRESSES_LOOKED_AT])
{
    const struct mail_envelope *envelope = &context->mail->envelope;
    const struct mailbox_list *to = &context->message->to;
    size_t all = envelope->rcpt_count > 0 ? envelope->rcpt_count : to->count, count = 0;
    for (size_t i = 0; i < all && count < ADDRESSES_LOOKED_AT; i++) {
        struct slice address = envelope->rcpt_count > 0 ? envelope->rcpt_to[i] : to->items[i].address;
        bool usable = address.len >= ADDRESS_MIN_BYTES && address.len <= ADDRESS_MAX_BYTES;
        if (usable && slice_index(address, '@') < address.len) addresses[count++] = address;
    }
    return count;
}

void detect_address_in_url(struct detect_context *context)
{
    struct slice addresses[ADDRESSES_LOOKED_AT];
    struct address_forms forms[ADDRESSES_LOOKED_AT];
    size_t count = recipients_of(context, addresses);
    if (message_find_header(context->message, SLICE("List-Unsubscribe")) || is_list_mail(context->message))
        return;
    for (size_t i = 0; i < count; i++) forms[i] = forms_of(&context->message->arena, addresses[i]);
    struct link_walk walk = link_walk_hosts(context);
    for (const struct link *link; (link = link_walk_next(&walk));) {
        if (is_senders_own(context, link) || is_link_service(context, link->host)) continue;
        if (is_recipients_domain(context, link->host)) continue;
        struct slice url = slice_head(link->url, LONG_URL_BYTES);
        for (size_t i = 0; i < count; i++) {
            const char *form = form_in_url(&forms[i], url);
            if (form) finding_addf(context, link->url, "%s: %.*s", form, SLICE_ARGS(link->url));
        }
    }
}

/* A script that does more than nothing. */
static bool is_live_script(struct slice url)
{
    static const char *const words[] = {"location", "atob", "eval", "document.write", "unescape"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (slice_find_nocase(url, slice_from_cstr(words[i])) < url.len) return true;
    }
    return false;
}

static const char *disguise_of(const struct link *link)
{
    if (slice_equal(link->scheme, SLICE("data")) && !slice_starts_nocase(link->url, SLICE("data:image/")))
        return "data: address";
    if (slice_equal(link->scheme, SLICE("javascript")) &&
        is_live_script(slice_head(link->url, LONG_URL_BYTES)))
        return "script";
    if (link->tricks & URL_TRICK_CONTROL) return "line end or tab in the host";
    if (link->tricks & URL_TRICK_BACKSLASH) return "backslashes";
    if (link->tricks & URL_TRICK_PERCENT) return "encoded host";
    return link->tricks & URL_TRICK_WIDE ? "full-width host" : NULL;
}

void detect_disguised_url(struct detect_context *context)
{
    const struct message *message = context->message;
    for (size_t i = 0; i < message->link_count; i++) {
        const struct link *link = &message->links[i];
        if (link->source == LINK_ATTACHMENT) continue;
        const char *what = disguise_of(link);
        if (what) finding_addf(context, link->url, "%s: %.*s", what, SLICE_ARGS(link->url));
    }
    for (size_t i = 0; i < message->text_count; i++) {
        const struct text_part *part = &message->texts[i];
        if (part->is_attachment || !part->has_refresh) continue;
        finding_add(context, part->path, SLICE("page that moves on by itself (meta refresh)"));
    }
}
