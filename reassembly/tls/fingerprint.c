/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * JA3, JA3S and JA4; see fingerprint.h. The texts that are hashed are at most some 100 KB, because hellos are.
 */
#include "reassembly/tls/fingerprint.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/mem.h"
#include "reassembly/tls/crypto.h"

enum {
    TEXT_MAX_BYTES = 1 << 20,
    LIST_MAX = 65536 / 2,
    JA4_COUNT_MAX = 99,
    JA4_HASH_DIGITS = 12,
};

/* ---- lists of numbers ---- */

struct numbers {
    uint16_t *values;
    size_t count;
};

static struct numbers numbers_make(size_t max)
{
    return (struct numbers){mem_zalloc(max, sizeof(uint16_t)), 0};
}

static void add_number(struct numbers *numbers, uint16_t value)
{
    if (!hello_is_grease(value)) numbers->values[numbers->count++] = value;
}

static struct numbers numbers_of_list(struct slice list)
{
    struct numbers numbers = numbers_make(list.len / 2);
    struct cursor c = cursor_make(list);
    while (cursor_left(&c) >= 2) add_number(&numbers, cursor_be16(&c));
    return numbers;
}

static struct numbers numbers_of_extensions(struct slice extensions)
{
    struct numbers numbers = numbers_make(extensions.len / 4);
    struct cursor c = cursor_make(extensions);
    uint16_t type;
    struct slice body;
    while (hello_next_extension(&c, &type, &body)) add_number(&numbers, type);
    return numbers;
}

/* ---- JA3 ---- */

/* ",1-2-3", and releases them. */
static void append_decimal(struct buffer *text, struct numbers numbers)
{
    for (size_t i = 0; i < numbers.count; i++)
        (void)buffer_printf(text, i == 0 ? "%u" : "-%u", numbers.values[i]);
    free(numbers.values);
}

static void append_formats(struct buffer *text, struct slice formats)
{
    for (size_t i = 0; i < formats.len; i++)
        (void)buffer_printf(text, i == 0 ? "%u" : "-%u", formats.ptr[i]);
}

static void finish_md5(struct buffer *text, char out[TLS_JA3_SIZE])
{
    crypto_hex_digest(TLS_HASH_MD5, buffer_slice(text), out, TLS_JA3_SIZE);
    buffer_free(text);
}

void fingerprint_ja3(const struct client_hello *hello, char out[TLS_JA3_SIZE])
{
    struct buffer text = buffer_make(TEXT_MAX_BYTES);
    (void)buffer_printf(&text, "%u,", hello->version);
    append_decimal(&text, numbers_of_list(hello->ciphers));
    (void)buffer_append_byte(&text, ',');
    append_decimal(&text, numbers_of_extensions(hello->extensions));
    (void)buffer_append_byte(&text, ',');
    append_decimal(&text, numbers_of_list(hello->groups));
    (void)buffer_append_byte(&text, ',');
    append_formats(&text, hello->point_formats);
    finish_md5(&text, out);
}

void fingerprint_ja3s(const struct server_hello *hello, char out[TLS_JA3_SIZE])
{
    struct buffer text = buffer_make(TEXT_MAX_BYTES);
    (void)buffer_printf(&text, "%u,%u,", hello->legacy_version, hello->cipher);
    append_decimal(&text, numbers_of_extensions(hello->extensions));
    finish_md5(&text, out);
}

/* ---- JA4 ---- */

/* The highest version offered. */
static const char *ja4_version(const struct client_hello *hello)
{
    uint16_t version = hello->versions.len >= 2 ? 0 : hello->version;
    struct cursor c = cursor_make(hello->versions);
    while (cursor_left(&c) >= 2) {
        uint16_t offered = cursor_be16(&c);
        if (!hello_is_grease(offered) && offered > version) version = offered;
    }
    switch (version) {
    case 0x0304: return "13";
    case 0x0303: return "12";
    case 0x0302: return "11";
    case 0x0301: return "10";
    case 0x0300: return "s3";
    default: return "00";
    }
}

static bool is_alphanumeric(uint8_t c)
{
    return ascii_is_digit(c) || ascii_is_alpha(c);
}

/* First and last character of the first ALPN value; of its hex digits when they are no letters or digits. */
static void ja4_alpn(struct slice alpn, char out[2])
{
    static const char digits[] = "0123456789abcdef";
    out[0] = out[1] = '0';
    if (alpn.len == 0) return;
    uint8_t first = alpn.ptr[0], last = alpn.ptr[alpn.len - 1];
    bool is_text = is_alphanumeric(first) && is_alphanumeric(last);
    out[0] = is_text ? (char)first : digits[first >> 4];
    out[1] = is_text ? (char)last : digits[last & 15];
}

static int compare_numbers(const void *a, const void *b)
{
    return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

static void sort_numbers(struct numbers numbers)
{
    if (numbers.count > 1) qsort(numbers.values, numbers.count, sizeof *numbers.values, compare_numbers);
}

static void append_hex(struct buffer *text, struct numbers numbers)
{
    for (size_t i = 0; i < numbers.count; i++)
        (void)buffer_printf(text, i == 0 ? "%04x" : ",%04x", numbers.values[i]);
}

/* "_" and twelve digits of the text's hash; zeros for none. Empties the text. */
static void append_short_hash(struct buffer *out, struct buffer *text)
{
    char hash[TLS_SHA256_SIZE] = "000000000000";
    if (text->len > 0) crypto_hex_digest(TLS_HASH_SHA256, buffer_slice(text), hash, sizeof hash);
    (void)buffer_printf(out, "_%.*s", JA4_HASH_DIGITS, hash);
    buffer_clear(text);
}

static struct numbers without_names(struct numbers extensions)
{
    size_t kept = 0;
    for (size_t i = 0; i < extensions.count; i++) {
        uint16_t type = extensions.values[i];
        if (type != EXTENSION_SERVER_NAME && type != EXTENSION_ALPN) extensions.values[kept++] = type;
    }
    extensions.count = kept;
    return extensions;
}

static unsigned ja4_count(struct numbers numbers)
{
    return numbers.count < JA4_COUNT_MAX ? (unsigned)numbers.count : JA4_COUNT_MAX;
}

/* The two hashes: ciphers sorted; extensions sorted, then the signature algorithms as they came. */
static void append_ja4_hashes(struct buffer *out, struct numbers ciphers, struct numbers extensions,
                              struct numbers algorithms)
{
    struct buffer text = buffer_make(TEXT_MAX_BYTES);
    sort_numbers(ciphers);
    append_hex(&text, ciphers);
    append_short_hash(out, &text);
    extensions = without_names(extensions);
    sort_numbers(extensions);
    append_hex(&text, extensions);
    if (algorithms.count > 0 && extensions.count > 0) (void)buffer_append_byte(&text, '_');
    if (extensions.count > 0) append_hex(&text, algorithms);
    append_short_hash(out, &text);
    buffer_free(&text);
}

void fingerprint_ja4(const struct client_hello *hello, char out[TLS_JA4_SIZE])
{
    struct numbers ciphers = numbers_of_list(hello->ciphers);
    struct numbers extensions = numbers_of_extensions(hello->extensions);
    struct numbers algorithms = numbers_of_list(hello->signature_algorithms);
    struct buffer text = buffer_make(TLS_JA4_SIZE - 1);
    char alpn[2];
    ja4_alpn(hello->alpn, alpn);
    (void)buffer_printf(&text, "t%s%c%02u%02u%c%c", ja4_version(hello), hello->has_sni ? 'd' : 'i',
                        ja4_count(ciphers), ja4_count(extensions), alpn[0], alpn[1]);
    append_ja4_hashes(&text, ciphers, extensions, algorithms);
    (void)snprintf(out, TLS_JA4_SIZE, "%s", buffer_cstr(&text));
    buffer_free(&text);
    free(ciphers.values);
    free(extensions.values);
    free(algorithms.values);
}
