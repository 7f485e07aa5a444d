/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * X.509 by OpenSSL; see certificate.h.
 */
#include "reassembly/tls/certificate.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/x509v3.h>

#include "base/cursor.h"
#include "reassembly/tls/crypto.h"

enum { SECONDS_PER_DAY = 86400 };

static uint32_t read_u24(struct cursor *at)
{
    uint32_t high = cursor_u8(at);
    return high << 16 | cursor_be16(at);
}

/* RFC 4514 order and escapes, as UTF-8. */
static struct slice name_text(struct arena *arena, const X509_NAME *name)
{
    char *bytes = NULL;
    struct slice text = slice_make(NULL, 0);
    BIO *out = BIO_new(BIO_s_mem());
    if (!out) return text;
    if (X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0) {
        long len = BIO_get_mem_data(out, &bytes);
        if (len > 0) text = arena_copy(arena, slice_make((const uint8_t *)bytes, (size_t)len));
    }
    BIO_free(out);
    return text;
}

static int64_t seconds_of(const ASN1_TIME *time)
{
    int days = 0, seconds = 0;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int64_t result = 0;
    if (epoch && ASN1_TIME_diff(&days, &seconds, epoch, time))
        result = (int64_t)days * SECONDS_PER_DAY + seconds;
    ASN1_TIME_free(epoch);
    return result;
}

static struct slice serial_text(struct arena *arena, const X509 *x509)
{
    struct slice text = slice_make(NULL, 0);
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), NULL);
    char *hex = number ? BN_bn2hex(number) : NULL;
    if (hex) text = arena_copy(arena, slice_from_cstr(hex));
    OPENSSL_free(hex);
    BN_free(number);
    return text;
}

static void read_names(struct arena *arena, X509 *x509, struct tls_certificate *certificate)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_DNS) continue;
        if (certificate->name_count == TLS_NAMES_MAX) {
            certificate->names_dropped++;
            continue;
        }
        const ASN1_STRING *text = name->d.dNSName;
        certificate->names[certificate->name_count++] =
            arena_copy(arena, slice_make(ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text)));
    }
    GENERAL_NAMES_free(names);
}

bool tls_certificate_read(struct slice body, bool is_tls13, struct arena *arena,
                          struct tls_certificate *certificate)
{
    struct cursor at = cursor_make(body);
    if (is_tls13) cursor_skip(&at, cursor_u8(&at)); /* request context */
    (void)read_u24(&at);                            /* length of the list */
    struct slice der = cursor_take(&at, read_u24(&at));
    const unsigned char *bytes = der.ptr;
    X509 *x509 = der.len > 0 ? d2i_X509(NULL, &bytes, (long)der.len) : NULL;
    if (!x509) return false;
    *certificate = (struct tls_certificate){.is_self_signed = X509_self_signed(x509, 0) == 1};
    certificate->subject = name_text(arena, X509_get_subject_name(x509));
    certificate->issuer = name_text(arena, X509_get_issuer_name(x509));
    certificate->serial = serial_text(arena, x509);
    certificate->not_before_s = seconds_of(X509_get0_notBefore(x509));
    certificate->not_after_s = seconds_of(X509_get0_notAfter(x509));
    read_names(arena, x509, certificate);
    tls_sha256_hex(der, certificate->sha256);
    X509_free(x509);
    return true;
}
