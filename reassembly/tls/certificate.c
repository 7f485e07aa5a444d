/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Leaf certificates through OpenSSL's decoder; see certificate.h.
 */
#include "reassembly/tls/certificate.h"

#include <openssl/x509v3.h>

#include "base/cursor.h"
#include "reassembly/tls/crypto.h"

static struct slice take_list24(struct cursor *c)
{
    size_t high = cursor_u8(c);
    return cursor_take(c, high << 16 | cursor_be16(c));
}

static struct slice copy_bio(BIO *bio, struct arena *arena)
{
    char *text = NULL;
    long len = BIO_get_mem_data(bio, &text);
    return arena_copy(arena, slice_make(text, len > 0 ? (size_t)len : 0));
}

static struct slice name_text(const X509_NAME *name, struct arena *arena)
{
    BIO *bio = BIO_new(BIO_s_mem());
    struct slice text = slice_make(NULL, 0);
    unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
    if (bio && X509_NAME_print_ex(bio, name, 0, flags) >= 0) text = copy_bio(bio, arena);
    BIO_free(bio);
    return text;
}

static struct slice serial_text(X509 *leaf, struct arena *arena)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(leaf);
    const uint8_t *bytes = ASN1_STRING_get0_data(serial);
    int len = ASN1_STRING_length(serial);
    if (len <= 0) return slice_make(NULL, 0);
    char *text = arena_zalloc(arena, (size_t)len * 2 + 1, 1);
    for (int i = 0; i < len; i++) {
        text[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    return slice_make(text, (size_t)len * 2);
}

/* Seconds since 1970 UTC; 0 when the time is malformed. */
static int64_t seconds_of(const ASN1_TIME *time)
{
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0, seconds = 0;
    bool is_good = time && epoch && ASN1_TIME_diff(&days, &seconds, epoch, time) == 1;
    ASN1_TIME_free(epoch);
    return is_good ? (int64_t)days * 86400 + seconds : 0;
}

static void note_names(X509 *leaf, struct arena *arena, struct tls_certificate *out)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_DNS) continue;
        const ASN1_IA5STRING *text = name->d.dNSName;
        int len = ASN1_STRING_length(text);
        if (out->name_count == TLS_NAMES_MAX) {
            out->names_dropped++;
        } else if (len > 0) {
            out->names[out->name_count++] =
                arena_copy(arena, slice_make(ASN1_STRING_get0_data(text), (size_t)len));
        }
    }
    GENERAL_NAMES_free(names);
}

static void read_leaf(struct slice der, struct arena *arena, struct tls_certificate *out)
{
    const uint8_t *at = der.ptr;
    X509 *leaf = der.len > 0 ? d2i_X509(NULL, &at, (long)der.len) : NULL;
    if (!leaf) return;
    out->subject = name_text(X509_get_subject_name(leaf), arena);
    out->issuer = name_text(X509_get_issuer_name(leaf), arena);
    out->serial = serial_text(leaf, arena);
    out->not_before_s = seconds_of(X509_get0_notBefore(leaf));
    out->not_after_s = seconds_of(X509_get0_notAfter(leaf));
    out->is_self_signed = X509_self_signed(leaf, 0) == 1;
    note_names(leaf, arena, out);
    X509_free(leaf);
}

bool certificate_read(struct slice message, bool is_tls13, struct arena *arena, struct tls_certificate *out)
{
    struct cursor c = cursor_make(message);
    if (is_tls13) cursor_skip(&c, cursor_u8(&c)); /* the request's context */
    struct cursor list = cursor_make(take_list24(&c));
    if (c.bad) return false;
    if (cursor_left(&list) == 0) return true;
    struct slice der = take_list24(&list);
    if (list.bad) return false;
    *out = (struct tls_certificate){.name_count = 0};
    crypto_hex_digest(TLS_HASH_SHA256, der, out->sha256, sizeof out->sha256);
    read_leaf(der, arena, out);
    crypto_clear_errors();
    return true;
}
