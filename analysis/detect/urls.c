/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the link family: where links lead (U01, U03, U20). Work is linear in the number of links.
 */
#include <arpa/inet.h>

#include "analysis/detect/facts.h"
#include "analysis/detect/link_walk.h"
#include "analysis/detect/rules.h"
#include "base/utf8.h"

enum { NUMERIC_HOST_MAX_BYTES = 63 };

/* Bulk senders count clicks on hosts of their own; what they show may be a partner's site, but hardly a
 * brand's. */
static bool is_honest_detour(const struct detect_context *context, struct slice shown,
                             const struct link *link)
{
    if (is_link_service(context, link->host)) return true;
    return is_senders_domain(context, link->host) && !knowledge_brand_of(context->knowledge, shown) &&
           !is_recipients_domain(context, shown);
}

void detect_link_text(struct detect_context *context)
{
    struct message *message = context->message;
    for (size_t i = 0; i < message->link_count; i++) {
        const struct link *link = &message->links[i];
        if (link->source != LINK_HTML || link->host.len == 0 || slice_starts(link->scheme, SLICE("mailto")))
            continue;
        struct slice shown = shown_host(&message->arena, utf8_head(link->text, 400));
        if (shown.len == 0 || domain_within(shown, link->registrable)) continue;
        if (same_organisation(context, shown, link->host) || is_honest_detour(context, shown, link)) continue;
        finding_addf(context, link->url, "shows %.*s, opens %.*s", SLICE_ARGS(shown), SLICE_ARGS(link->host));
    }
}

/* Private, loopback and link-local networks are the reader's own (RFC 1918, RFC 3927). */
static bool is_private_ipv4(uint32_t a)
{
    return a >> 24 == 10 || a >> 24 == 127 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8 || a >> 16 == 0xa9fe;
}

static bool is_plain_dotted(const char *host)
{
    struct in_addr strict;
    return inet_pton(AF_INET, host, &strict) == 1;
}

bool host_is_intranet(struct slice host)
{
    char text[NUMERIC_HOST_MAX_BYTES + 1] = {0};
    struct in_addr any;
    struct in6_addr six;
    if (host.len > 2 && host.ptr[0] == '[') host = slice_make(host.ptr + 1, host.len - 2);
    if (host.len == 0 || host.len > NUMERIC_HOST_MAX_BYTES) return false;
    memcpy(text, host.ptr, host.len);
    if (inet_pton(AF_INET6, text, &six) == 1) {
        return (six.s6_addr[0] & 0xfe) == 0xfc || IN6_IS_ADDR_LOOPBACK(&six) || IN6_IS_ADDR_LINKLOCAL(&six);
    }
    return is_plain_dotted(text) && inet_aton(text, &any) != 0 && is_private_ipv4(ntohl(any.s_addr));
}

void detect_numeric_host(struct detect_context *context)
{
    for (size_t i = 0; i < context->message->link_count; i++) {
        const struct link *link = &context->message->links[i];
        if (!link->host_is_ip || link->scheme.len == 0 || host_is_intranet(link->host)) continue;
        finding_addf(context, link->url, "%.*s", SLICE_ARGS(link->url));
    }
}

/* Extensions that make sense at the end of a URL; the list of executables also holds web pages' own (.js,
 * .com, .app). */
static bool is_download_extension(const struct detect_context *context, struct slice extension)
{
    static const char *const web[] = {"js",      "com", "url", "website",     "app",      "job", "theme",
                                      "command", "ws",  "hlp", "application", "workflow", "inf", "gz",
                                      "tgz",     "bz2", "tbz", "tbz2",        "xz",       "txz", "zst",
                                      "tar",     "z"};
    for (size_t i = 0; i < sizeof web / sizeof *web; i++) {
        if (slice_equal(extension, slice_from_cstr(web[i]))) return false;
    }
    return knowledge_has(context->knowledge, LIST_executables, extension) ||
           knowledge_has(context->knowledge, LIST_archives, extension) ||
           knowledge_has(context->knowledge, LIST_macro_documents, extension);
}

/* The extension of the URL's path in lower case, written to `out`; empty when the path has none. */
static struct slice path_extension(struct slice url, uint8_t out[static 16])
{
    if (!url.ptr) return url;
    size_t scheme = slice_find(url, SLICE("://"));
    struct slice path = slice_skip(url, scheme < url.len ? scheme + 3 : 0);
    path = slice_skip(path, slice_index(path, '/'));
    path = slice_head(path, slice_index(path, '?'));
    path = slice_head(path, slice_index(path, '#'));
    size_t dot = path.len;
    while (dot > 0 && path.ptr[dot - 1] != '.' && path.ptr[dot - 1] != '/') dot--;
    if (dot == 0 || path.ptr[dot - 1] != '.' || path.len - dot > 15) return slice_make(NULL, 0);
    for (size_t i = dot; i < path.len; i++) out[i - dot] = ascii_lower(path.ptr[i]);
    return slice_make(out, path.len - dot);
}

bool is_download(const struct detect_context *context, const struct link *link)
{
    uint8_t room[16];
    if (link->host.len == 0 || slice_starts(link->scheme, SLICE("mailto"))) return false;
    return is_download_extension(context, path_extension(link->url, room));
}

void detect_download_link(struct detect_context *context)
{
    if (is_list_mail(context->message)) return;
    for (size_t i = 0; i < context->message->link_count; i++) {
        const struct link *link = &context->message->links[i];
        if (is_senders_domain(context, link->host) || !is_download(context, link)) continue;
        finding_add(context, link->url, link->url);
    }
}
