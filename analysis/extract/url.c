/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Taking URLs apart; see url.h. Browsers drop tabs and line ends inside a URL, take backslashes for slashes
 * and any number of slashes after the scheme: so do we, because senders of phishing know.
 */
#include "analysis/extract/url.h"

#include "analysis/extract/domain.h"
#include "base/buffer.h"
#include "base/utf8.h"

enum { URL_HEAD_MAX_BYTES = 8192, SCHEME_MAX_BYTES = 32 };

/* The scheme at the start of the URL, or the empty slice. */
static struct slice find_scheme(struct slice url)
{
    for (size_t i = 0; i < url.len && i <= SCHEME_MAX_BYTES; i++) {
        uint8_t c = url.ptr[i];
        if (c == ':') return i > 0 ? slice_head(url, i) : slice_make(NULL, 0);
        bool inner = ascii_is_digit(c) || c == '+' || c == '-' || c == '.';
        if (!ascii_is_alpha(c) && !(i > 0 && inner)) break;
    }
    return slice_make(NULL, 0);
}

/* A copy of the URL's head without the characters that browsers drop. */
static struct slice strip_controls(struct arena *arena, struct slice url)
{
    struct slice copy = arena_copy(arena, slice_head(url, URL_HEAD_MAX_BYTES));
    uint8_t *to = (uint8_t *)(uintptr_t)copy.ptr;
    size_t len = 0;
    for (size_t i = 0; i < copy.len; i++) {
        uint8_t c = copy.ptr[i];
        if (c != '\t' && c != '\n' && c != '\r') to[len++] = c;
    }
    to[len] = 0;
    return slice_make(copy.ptr, len);
}

/* Direction controls and characters without width, as written or as %XX. */
static bool has_invisible(struct slice url)
{
    bool any =
        memchr(url.ptr, 0xe2, url.len) || memchr(url.ptr, 0xef, url.len) || memchr(url.ptr, 0xc2, url.len);
    while (any && url.len > 0) {
        int32_t c = utf8_next(&url);
        if ((c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) ||
            c == 0xad || c == 0xfeff)
            return true;
    }
    return false;
}

static bool is_slash(uint8_t c)
{
    return c == '/' || c == '\\';
}

/* Schemes after which a host follows whatever the slashes. */
static bool is_web_scheme(struct slice scheme)
{
    return slice_equal(scheme, SLICE("http")) || slice_equal(scheme, SLICE("https")) ||
           slice_equal(scheme, SLICE("ftp")) || slice_equal(scheme, SLICE("ws")) ||
           slice_equal(scheme, SLICE("wss"));
}

/* Cuts the authority out of what follows the scheme; empty when the URL has none. *path gets what follows. */
static struct slice find_authority(struct slice scheme, struct slice rest, struct slice *path)
{
    size_t slashes = 0;
    while (slashes < rest.len && is_slash(rest.ptr[slashes])) slashes++;
    bool bare_www = scheme.len == 0 && slashes == 0 && slice_starts_nocase(rest, SLICE("www."));
    bool follows = is_web_scheme(scheme) || bare_www || slashes >= 2;
    if (!follows) return slice_make(NULL, 0);
    rest = slice_skip(rest, slashes);
    size_t end = 0;
    while (end < rest.len && !is_slash(rest.ptr[end]) && rest.ptr[end] != '?' && rest.ptr[end] != '#') end++;
    *path = slice_skip(rest, end);
    return slice_head(rest, end);
}

static int hex_value(uint8_t c)
{
    if (ascii_is_digit(c)) return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The host with %XX undone, made valid UTF-8. */
static struct slice decode_percent(struct arena *arena, struct slice host)
{
    if (!memchr(host.ptr, '%', host.len)) return host;
    struct buffer raw = buffer_make(URL_HEAD_MAX_BYTES), good = buffer_make((size_t)URL_HEAD_MAX_BYTES * 4);
    for (size_t i = 0; i < host.len; i++) {
        bool pair = host.ptr[i] == '%' && i + 2 < host.len;
        int high = pair ? hex_value(host.ptr[i + 1]) : -1, low = pair ? hex_value(host.ptr[i + 2]) : -1;
        bool decoded = high >= 0 && low >= 0;
        (void)buffer_append_byte(&raw, decoded ? (uint8_t)(high << 4 | low) : host.ptr[i]);
        if (decoded) i += 2;
    }
    utf8_repair(&good, buffer_slice(&raw));
    struct slice result = arena_copy(arena, buffer_slice(&good));
    buffer_free(&raw);
    buffer_free(&good);
    return result;
}

/* Takes the user information off the front of the authority. */
static struct slice take_userinfo(struct slice *authority)
{
    for (size_t i = authority->len; i > 0; i--) {
        if (authority->ptr[i - 1] != '@') continue;
        struct slice userinfo = slice_head(*authority, i - 1);
        *authority = slice_skip(*authority, i);
        return userinfo;
    }
    return slice_make(NULL, 0);
}

static unsigned read_port(struct slice text)
{
    uint64_t port = 0;
    if (text.len < 2 || text.ptr[0] != ':') return 0;
    return slice_parse_u64(slice_skip(text, 1), &port) && port <= UINT16_MAX ? (unsigned)port : 0;
}

/* The host part of an authority without user information; an IPv6 literal without its brackets. */
static struct slice find_host(struct slice authority, bool *is_ipv6, unsigned *port)
{
    *is_ipv6 = authority.len > 0 && authority.ptr[0] == '[' && memchr(authority.ptr, ']', authority.len);
    size_t end = slice_index(authority, *is_ipv6 ? ']' : ':');
    *port = read_port(slice_skip(authority, *is_ipv6 ? end + 1 : end));
    struct slice host = slice_head(authority, end);
    return *is_ipv6 ? slice_skip(host, 1) : host;
}

static bool has_wide(struct slice host)
{
    while (host.len > 0) {
        int32_t c = utf8_next(&host);
        if ((c >= 0xff01 && c <= 0xff5e) || c == 0x3002 || c == 0xff61) return true;
    }
    return false;
}

/* What was odd in a URL: `raw` as written, `authority` without controls. */
static unsigned find_tricks(struct slice raw, struct slice cleaned, struct slice authority, struct slice path)
{
    unsigned tricks = 0;
    struct slice front = slice_make(cleaned.ptr, (size_t)(authority.ptr - cleaned.ptr));
    size_t before_path = front.len + authority.len;
    size_t raw_front = raw.len < before_path ? raw.len : before_path;
    for (size_t i = 0; i < raw_front; i++) {
        uint8_t c = raw.ptr[i];
        if (c == '\t' || c == '\n' || c == '\r') tricks |= URL_TRICK_CONTROL;
    }
    if (slice_index(front, '\\') < front.len || (path.len > 0 && path.ptr[0] == '\\'))
        tricks |= URL_TRICK_BACKSLASH;
    if (slice_index(authority, '%') < authority.len) tricks |= URL_TRICK_PERCENT;
    if (has_invisible(raw)) tricks |= URL_TRICK_INVISIBLE;
    if (has_wide(authority)) tricks |= URL_TRICK_WIDE;
    return tricks;
}

struct url_parts url_parse(struct arena *arena, struct slice url)
{
    struct url_parts parts = {0};
    struct slice raw = slice_head(url, URL_HEAD_MAX_BYTES), cleaned = strip_controls(arena, url);
    struct slice scheme = find_scheme(cleaned);
    url = cleaned;
    if (scheme.len > 0) {
        parts.scheme = scheme;
        uint8_t *bytes = (uint8_t *)(uintptr_t)scheme.ptr;
        for (size_t i = 0; i < scheme.len; i++) bytes[i] = ascii_lower(bytes[i]);
        url = slice_skip(url, scheme.len + 1);
    }
    struct slice authority = find_authority(parts.scheme, url, &parts.path);
    if (authority.len == 0) return parts;
    parts.userinfo = take_userinfo(&authority);
    parts.tricks = find_tricks(raw, cleaned, authority, parts.path);
    bool is_ipv6 = false;
    struct slice host = find_host(authority, &is_ipv6, &parts.port);
    struct slice plain = decode_percent(arena, host);
    if (has_invisible(plain)) parts.tricks |= URL_TRICK_INVISIBLE;
    parts.host = domain_normalize(arena, plain);
    parts.host_is_ip = is_ipv6 || domain_is_ipv4_number(parts.host);
    parts.registrable = parts.host_is_ip ? parts.host : domain_registrable(parts.host);
    return parts;
}
