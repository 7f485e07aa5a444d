/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one user of libpsl and libidn2; see domain.h.
 */
#include "analysis/extract/domain.h"

#include <glib.h>
#include <idn2.h>
#include <libpsl.h>
#include <stdlib.h>

#include "analysis/extract/charset.h"
#include "base/utf8.h"

enum { DOMAIN_MAX_BYTES = 1024 };

/* NFKC and lower case, as UTS #46 maps; the ideographic full stops become dots. */
static struct slice map_unicode(struct arena *arena, struct slice name)
{
    char *normal = g_utf8_normalize((const char *)name.ptr, (gssize)name.len, G_NORMALIZE_ALL_COMPOSE);
    char *lower = normal ? g_utf8_strdown(normal, -1) : NULL;
    struct slice rest = slice_from_cstr(lower);
    struct buffer out = buffer_make((size_t)DOMAIN_MAX_BYTES * 4);
    while (rest.len > 0) {
        struct slice at = rest;
        int32_t c = utf8_next(&rest);
        if (c == 0x3002 || c == 0xff61)
            (void)buffer_append_byte(&out, '.');
        else if (c != 0xad && c != 0x200b)
            (void)buffer_append(&out, slice_head(at, at.len - rest.len));
    }
    struct slice mapped = lower ? arena_copy(arena, buffer_slice(&out)) : name;
    buffer_free(&out);
    g_free(lower);
    g_free(normal);
    return mapped;
}

static struct slice decode_punycode(struct arena *arena, struct slice name)
{
    char *unicode = NULL;
    char *ascii = arena_cstr(arena, name);
    if (idn2_to_unicode_8z8z(ascii, &unicode, 0) != IDN2_OK || !unicode) return name;
    struct slice result = slice_from_cstr(unicode);
    result = utf8_valid(result) ? arena_copy(arena, result) : name;
    idn2_free(unicode);
    return result;
}

struct slice domain_normalize(struct arena *arena, struct slice name)
{
    while (name.len > 0 && name.ptr[name.len - 1] == '.') name.len--;
    name = arena_copy(arena, utf8_head(name, DOMAIN_MAX_BYTES));
    if (!charset_is_ascii(name) && !memchr(name.ptr, 0, name.len)) name = map_unicode(arena, name);
    uint8_t *bytes = (uint8_t *)(uintptr_t)name.ptr;
    for (size_t i = 0; i < name.len; i++) bytes[i] = ascii_lower(bytes[i]);
    if (slice_find(name, SLICE("xn--")) < name.len) name = decode_punycode(arena, name);
    return name;
}

struct slice domain_registrable(struct slice domain)
{
    if (domain.len == 0 || domain.len > 255 || memchr(domain.ptr, 0, domain.len)) return domain;
    const char *name = (const char *)domain.ptr;
    const char *found = psl_registrable_domain(psl_builtin(), name);
    return found ? slice_skip(domain, (size_t)(found - name)) : domain;
}

/* One number of an address; false when it is none. Values beyond 32 bits are none. */
static bool is_ipv4_part(struct slice part)
{
    char digits[24];
    if (part.len == 0 || part.len >= sizeof digits || !ascii_is_digit(part.ptr[0])) return false;
    memcpy(digits, part.ptr, part.len);
    digits[part.len] = '\0';
    char *end = NULL;
    unsigned long long value = strtoull(digits, &end, 0);
    return *end == '\0' && value <= UINT32_MAX;
}

bool domain_is_ipv4_number(struct slice host)
{
    size_t parts = 0;
    for (struct slice part; (part = slice_next_token(&host, '.')).ptr; parts++) {
        if (parts == 4 || !is_ipv4_part(part)) return false;
    }
    return parts > 0;
}

bool domain_has_known_ending(struct slice domain)
{
    char name[64] = {0};
    size_t dot = domain.len;
    while (dot > 0 && domain.ptr[dot - 1] != '.') dot--;
    struct slice last = slice_skip(domain, dot);
    if (dot == 0 || last.len < 2 || last.len >= sizeof name) return false;
    for (size_t i = 0; i < last.len; i++) name[i] = (char)ascii_lower(last.ptr[i]);
    return psl_is_public_suffix2(psl_builtin(), name, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) != 0;
}
