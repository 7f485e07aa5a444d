/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads hellos; see hello.h. GREASE values (RFC 8701) are left out of fingerprints, as these demand.
 */
#include "reassembly/tls/hello.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/cursor.h"
#include "reassembly/tls/crypto.h"

enum {
    EXTENSION_SNI = 0,
    EXTENSION_GROUPS = 10,
    EXTENSION_POINT_FORMATS = 11,
    EXTENSION_SIGNATURES = 13,
    EXTENSION_ALPN = 16,
    EXTENSION_ENCRYPT_THEN_MAC = 22,
    EXTENSION_SHARED_KEY = 41,
    EXTENSION_EARLY_DATA = 42,
    EXTENSION_VERSIONS = 43
};
enum { LIST_MAX = 256, TEXT_MAX_BYTES = 1 << 14, JA4_COUNT_MAX = 99, JA4_PART_CHARS = 12 };

/* A list of numbers of the hello, GREASE left out. */
struct list {
    uint16_t items[LIST_MAX];
    size_t count;
};

static bool is_grease(uint16_t value)
{
    return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

static void list_add(struct list *list, uint16_t value)
{
    if (!is_grease(value) && list->count < LIST_MAX) list->items[list->count++] = value;
}

static struct list list_of_u16(struct slice bytes)
{
    struct list list = {.count = 0};
    struct cursor at = cursor_make(bytes);
    while (cursor_left(&at) >= 2) list_add(&list, cursor_be16(&at));
    return list;
}

/* A vector with its length in one or two bytes before it. */
static struct slice vector8(struct cursor *at)
{
    return cursor_take(at, cursor_u8(at));
}

static struct slice vector16(struct cursor *at)
{
    return cursor_take(at, cursor_be16(at));
}

static struct slice inner16(struct slice bytes)
{
    struct cursor at = cursor_make(bytes);
    return vector16(&at);
}

/* ---- extensions ---- */

/* The first name of server_name that is a host name (RFC 6066 3). */
static struct slice read_sni(struct slice body)
{
    struct cursor at = cursor_make(inner16(body));
    bool is_host = cursor_u8(&at) == 0;
    struct slice name = vector16(&at);
    return is_host ? name : slice_make(NULL, 0);
}

static struct slice read_alpn(struct slice body)
{
    struct cursor at = cursor_make(inner16(body));
    return vector8(&at);
}

/* All that fingerprints and facts need of a hello. */
struct fields {
    uint16_t version; /* of the hello itself */
    struct list ciphers, extensions, groups, signatures, versions;
    struct slice point_formats, sni, alpn;
    bool has_sni, has_early_data, has_encrypt_then_mac, has_shared_key;
};

static void take_extension(struct fields *fields, uint16_t type, struct slice body)
{
    list_add(&fields->extensions, type);
    switch (type) {
    case EXTENSION_SNI:
        fields->has_sni = true;
        fields->sni = read_sni(body);
        break;
    case EXTENSION_GROUPS: fields->groups = list_of_u16(inner16(body)); break;
    case EXTENSION_POINT_FORMATS: {
        struct cursor at = cursor_make(body);
        fields->point_formats = vector8(&at);
        break;
    }
    case EXTENSION_SIGNATURES: fields->signatures = list_of_u16(inner16(body)); break;
    case EXTENSION_ALPN: fields->alpn = read_alpn(body); break;
    case EXTENSION_ENCRYPT_THEN_MAC: fields->has_encrypt_then_mac = true; break;
    case EXTENSION_SHARED_KEY: fields->has_shared_key = true; break;
    case EXTENSION_EARLY_DATA: fields->has_early_data = true; break;
    case EXTENSION_VERSIONS: { /* of a server it is the version itself */
        struct cursor at = cursor_make(body);
        fields->versions = list_of_u16(body.len == 2 ? body : vector8(&at));
        break;
    }
    default: break;
    }
}

static bool read_extensions(struct cursor *at, struct fields *fields)
{
    if (cursor_left(at) == 0) return !at->bad;
    struct cursor list = cursor_make(vector16(at));
    while (cursor_left(&list) > 0 && !list.bad) {
        uint16_t type = cursor_be16(&list);
        struct slice body = vector16(&list);
        if (!list.bad) take_extension(fields, type, body);
    }
    return !at->bad && !list.bad;
}

/* ---- JA3 ---- */

static void put_decimals(struct buffer *text, const uint16_t *items, size_t count)
{
    for (size_t i = 0; i < count; i++) (void)buffer_printf(text, "%s%u", i > 0 ? "-" : "", items[i]);
}

static void put_list(struct buffer *text, const struct list *list)
{
    (void)buffer_append_byte(text, ',');
    put_decimals(text, list->items, list->count);
}

static void make_ja3(const struct fields *fields, char out[static TLS_JA3_SIZE])
{
    struct buffer text = buffer_make(TEXT_MAX_BYTES);
    struct list formats = {.count = 0};
    for (size_t i = 0; i < fields->point_formats.len; i++) list_add(&formats, fields->point_formats.ptr[i]);
    (void)buffer_printf(&text, "%u", fields->version);
    put_list(&text, &fields->ciphers);
    put_list(&text, &fields->extensions);
    put_list(&text, &fields->groups);
    put_list(&text, &formats);
    tls_md5_hex(buffer_slice(&text), out);
    buffer_free(&text);
}

static void make_ja3s(const struct fields *fields, uint16_t cipher, char out[static TLS_JA3_SIZE])
{
    struct buffer text = buffer_make(TEXT_MAX_BYTES);
    (void)buffer_printf(&text, "%u,%u", fields->version, cipher);
    put_list(&text, &fields->extensions);
    tls_md5_hex(buffer_slice(&text), out);
    buffer_free(&text);
}

/* ---- JA4 ---- */

static int compare_u16(const void *a, const void *b)
{
    return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

static void put_hex(struct buffer *text, const struct list *list)
{
    for (size_t i = 0; i < list->count; i++)
        (void)buffer_printf(text, "%s%04x", i > 0 ? "," : "", list->items[i]);
}

/* The first twelve hex digits of the text's SHA-256; zeros for no text. */
static void put_digest(struct buffer *out, struct buffer *text)
{
    char hex[TLS_SHA256_SIZE];
    (void)buffer_append_byte(out, '_');
    if (text->len == 0) {
        (void)buffer_append_cstr(out, "000000000000");
    } else {
        tls_sha256_hex(buffer_slice(text), hex);
        (void)buffer_append(out, slice_make((const uint8_t *)hex, JA4_PART_CHARS));
    }
    buffer_clear(text);
}

static const char *ja4_version(const struct fields *fields)
{
    uint16_t version = fields->version;
    for (size_t i = 0; i < fields->versions.count; i++) {
        if (i == 0 || fields->versions.items[i] > version) version = fields->versions.items[i];
    }
    switch (version) {
    case 0x0304: return "13";
    case 0x0303: return "12";
    case 0x0302: return "11";
    case 0x0301: return "10";
    case 0x0300: return "s3";
    case 0x0002: return "s2";
    default: return "00";
    }
}

static bool is_alphanumeric(uint8_t c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c);
}

static void put_ja4_alpn(struct buffer *out, struct slice alpn)
{
    static const char digits[] = "0123456789abcdef";
    if (alpn.len == 0) {
        (void)buffer_append_cstr(out, "00");
        return;
    }
    uint8_t first = alpn.ptr[0], last = alpn.ptr[alpn.len - 1];
    bool is_plain = is_alphanumeric(first) && is_alphanumeric(last);
    (void)buffer_append_byte(out, is_plain ? first : (uint8_t)digits[first >> 4]);
    (void)buffer_append_byte(out, is_plain ? last : (uint8_t)digits[last & 15]);
}

static struct list without_names(const struct list *extensions)
{
    struct list list = {.count = 0};
    for (size_t i = 0; i < extensions->count; i++) {
        if (extensions->items[i] != EXTENSION_SNI && extensions->items[i] != EXTENSION_ALPN)
            list_add(&list, extensions->items[i]);
    }
    return list;
}

static unsigned two_digits(size_t count)
{
    return count < JA4_COUNT_MAX ? (unsigned)count : JA4_COUNT_MAX;
}

static void make_ja4(const struct fields *fields, char out[static TLS_JA4_SIZE])
{
    struct buffer text = buffer_make(TEXT_MAX_BYTES), ja4 = buffer_make(TLS_JA4_SIZE - 1);
    struct list ciphers = fields->ciphers, extensions = without_names(&fields->extensions);
    qsort(ciphers.items, ciphers.count, sizeof *ciphers.items, compare_u16);
    qsort(extensions.items, extensions.count, sizeof *extensions.items, compare_u16);
    (void)buffer_printf(&ja4, "t%s%c%02u%02u", ja4_version(fields), fields->has_sni ? 'd' : 'i',
                        two_digits(fields->ciphers.count), two_digits(fields->extensions.count));
    put_ja4_alpn(&ja4, fields->alpn);
    put_hex(&text, &ciphers);
    put_digest(&ja4, &text);
    put_hex(&text, &extensions);
    if (fields->signatures.count > 0 && extensions.count > 0) {
        (void)buffer_append_byte(&text, '_');
        put_hex(&text, &fields->signatures);
    }
    put_digest(&ja4, &text);
    memcpy(out, ja4.data, ja4.len);
    out[ja4.len] = '\0';
    buffer_free(&text);
    buffer_free(&ja4);
}

/* ---- hellos ---- */

bool tls_client_hello_read(struct slice body, struct tls_client_hello *hello)
{
    struct cursor at = cursor_make(body);
    struct fields fields = {.version = cursor_be16(&at)};
    *hello = (struct tls_client_hello){.random = cursor_bytes(&at, TLS_HELLO_RANDOM_BYTES)};
    hello->session_id = vector8(&at);
    fields.ciphers = list_of_u16(vector16(&at));
    (void)vector8(&at); /* compression */
    if (at.bad || !read_extensions(&at, &fields)) return false;
    hello->sni = fields.sni;
    hello->alpn = fields.alpn;
    hello->offers_early_data = fields.has_early_data;
    make_ja3(&fields, hello->ja3);
    make_ja4(&fields, hello->ja4);
    return true;
}

/* SHA-256 of "HelloRetryRequest" stands for the random of one (RFC 8446 4.1.3). */
static const uint8_t retry_random[TLS_HELLO_RANDOM_BYTES] = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

bool tls_server_hello_read(struct slice body, struct tls_server_hello *hello)
{
    struct cursor at = cursor_make(body);
    struct fields fields = {.version = cursor_be16(&at)};
    *hello = (struct tls_server_hello){.random = cursor_bytes(&at, TLS_HELLO_RANDOM_BYTES)};
    hello->session_id = vector8(&at);
    hello->cipher = cursor_be16(&at);
    cursor_skip(&at, 1); /* compression */
    if (at.bad || !read_extensions(&at, &fields)) return false;
    hello->version = fields.versions.count > 0 ? fields.versions.items[0] : fields.version;
    hello->alpn = fields.alpn;
    hello->mac_last = fields.has_encrypt_then_mac;
    hello->has_shared_key = fields.has_shared_key;
    hello->is_retry = memcmp(hello->random, retry_random, sizeof retry_random) == 0;
    make_ja3s(&fields, hello->cipher, hello->ja3s);
    return true;
}

struct slice tls_encrypted_alpn(struct slice body)
{
    struct cursor at = cursor_make(body);
    struct fields fields = {.version = 0};
    return read_extensions(&at, &fields) ? fields.alpn : slice_make(NULL, 0);
}
