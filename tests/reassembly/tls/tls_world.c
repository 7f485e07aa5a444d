/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Both ends by libssl; see tls_world.h.
 */
#include "tests/reassembly/tls/tls_world.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "tests/support/unit.h"

enum { WIRE_MAX_BYTES = 1 << 22, YEAR_SECONDS = 31536000 };

/* Both ends, by the direction in which they send. */
struct ends {
    SSL *ssl[2];
    struct tls_talk *talk;
};

static EVP_PKEY *the_key;
static X509 *the_certificate;

static void add_names(X509 *certificate)
{
    X509_EXTENSION *names =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:mx.example.jp,DNS:mail.example.jp");
    assert_non_null(names);
    assert_int_equal(X509_add_ext(certificate, names, -1), 1);
    X509_EXTENSION_free(names);
}

/* Self-signed, of O=Example, CN=mx.example.jp. */
static void make_certificate(void)
{
    if (the_certificate) return;
    the_key = EVP_RSA_gen(2048);
    the_certificate = X509_new();
    assert_non_null(the_key);
    X509_NAME *name = X509_get_subject_name(the_certificate);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(the_certificate), 0x1234), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(the_certificate), 0);
    (void)X509_gmtime_adj(X509_getm_notAfter(the_certificate), YEAR_SECONDS);
    (void)X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, (const unsigned char *)"Example", -1, -1, 0);
    (void)X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"mx.example.jp", -1, -1,
                                     0);
    (void)X509_set_issuer_name(the_certificate, name);
    (void)X509_set_pubkey(the_certificate, the_key);
    (void)X509_set_version(the_certificate, X509_VERSION_3);
    add_names(the_certificate);
    assert_true(X509_sign(the_certificate, the_key, EVP_sha256()) > 0);
}

static void keep_secret(const SSL *ssl, const char *line)
{
    struct tls_talk *talk = SSL_get_app_data(ssl);
    (void)buffer_printf(&talk->key_log, "%s\n", line);
}

static SSL_CTX *make_context(const SSL_METHOD *method, const struct tls_kind *kind)
{
    SSL_CTX *context = SSL_CTX_new(method);
    assert_non_null(context);
    SSL_CTX_set_security_level(context, 0);
    assert_int_equal(SSL_CTX_set_min_proto_version(context, kind->version), 1);
    assert_int_equal(SSL_CTX_set_max_proto_version(context, kind->version), 1);
    int is_set = kind->version >= TLS1_3_VERSION ? SSL_CTX_set_ciphersuites(context, kind->suite)
                                                 : SSL_CTX_set_cipher_list(context, kind->suite);
    assert_int_equal(is_set, 1);
    (void)SSL_CTX_set_dh_auto(context, 1);
    if (kind->mac_first) (void)SSL_CTX_set_options(context, SSL_OP_NO_ENCRYPT_THEN_MAC);
    return context;
}

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *in, unsigned in_len, void *context)
{
    (void)ssl, (void)in_len, (void)context;
    *out = in + 1;
    *out_len = in[0];
    return SSL_TLSEXT_ERR_OK;
}

static SSL *make_end(SSL_CTX *context, struct tls_talk *talk)
{
    SSL *ssl = SSL_new(context);
    assert_non_null(ssl);
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_app_data(ssl, talk);
    return ssl;
}

/* ---- the wire ---- */

/* What an end has to send goes to the other one, and into the talk. */
static void carry(struct ends *ends, enum direction dir)
{
    char *bytes = NULL;
    struct tls_talk *talk = ends->talk;
    BIO *out = SSL_get_wbio(ends->ssl[dir]), *in = SSL_get_rbio(ends->ssl[!dir]);
    long len = BIO_get_mem_data(out, &bytes);
    if (len <= 0) return;
    assert_true(talk->piece_count < TLS_PIECES_MAX);
    talk->pieces[talk->piece_count++] = (struct tls_piece){dir, talk->wire[dir].len, (size_t)len};
    assert_int_equal(buffer_append(&talk->wire[dir], slice_make((const uint8_t *)bytes, (size_t)len)),
                     STATUS_OK);
    assert_int_equal(BIO_write(in, bytes, (int)len), len);
    (void)BIO_reset(out);
}

static void shake_hands(struct ends *ends)
{
    bool done[2] = {false, false};
    for (unsigned round = 0; !(done[0] && done[1]) && round < 20; round++) {
        for (unsigned dir = 0; dir < 2; dir++) {
            if (!done[dir]) done[dir] = SSL_do_handshake(ends->ssl[dir]) == 1;
            carry(ends, (enum direction)dir);
        }
    }
    assert_true(done[0] && done[1]);
    ends->talk->handshake_pieces = ends->talk->piece_count;
}

static void drain(SSL *ssl)
{
    char bytes[4096];
    while (SSL_read(ssl, bytes, sizeof bytes) > 0) {
    }
}

static void say(struct ends *ends, enum direction dir, size_t len)
{
    struct buffer *said = &ends->talk->said[dir];
    size_t from = said->len;
    for (size_t i = 0; i < len; i++)
        (void)buffer_append_byte(said,
                                 (uint8_t)((from + i) * 2654435761u >> 13)); /* no two places look alike */
    assert_int_equal(SSL_write(ends->ssl[dir], said->data + from, (int)len), (int)len);
    carry(ends, dir);
    drain(ends->ssl[!dir]);
    carry(ends, dir == DIR_TO_SERVER ? DIR_TO_CLIENT : DIR_TO_SERVER);
}

static void update_keys(struct ends *ends, enum direction dir)
{
    assert_int_equal(SSL_key_update(ends->ssl[dir], SSL_KEY_UPDATE_REQUESTED), 1);
}

static void converse(struct ends *ends, bool updates)
{
    static const size_t lens[] = {1, 100, 16384, 50000, 3, 20000};
    for (size_t i = 0; i < COUNT_OF(lens); i++) {
        say(ends, DIR_TO_SERVER, lens[i]);
        say(ends, DIR_TO_CLIENT, lens[COUNT_OF(lens) - 1 - i]);
        if (updates && i == 2) update_keys(ends, DIR_TO_SERVER);
        if (updates && i == 4) update_keys(ends, DIR_TO_CLIENT);
    }
    for (unsigned dir = 0; dir < 2; dir++) {
        (void)SSL_shutdown(ends->ssl[dir]);
        carry(ends, (enum direction)dir);
    }
}

/* ---- the door ---- */

static void begin(struct tls_talk *talk)
{
    *talk = (struct tls_talk){.key_log = buffer_make(1 << 16)};
    for (unsigned dir = 0; dir < 2; dir++) {
        talk->wire[dir] = buffer_make(WIRE_MAX_BYTES);
        talk->said[dir] = buffer_make(WIRE_MAX_BYTES);
    }
}

/* One connection; returns its session, which the caller frees. */
static SSL_SESSION *connect_once(struct tls_talk *talk, const struct tls_kind *kind, SSL_CTX *contexts[2],
                                 SSL_SESSION *session)
{
    static const unsigned char protocols[] = "\4smtp";
    struct ends ends = {{make_end(contexts[DIR_TO_SERVER], talk), make_end(contexts[DIR_TO_CLIENT], talk)},
                        talk};
    SSL *client = ends.ssl[DIR_TO_SERVER];
    SSL_set_connect_state(client);
    SSL_set_accept_state(ends.ssl[DIR_TO_CLIENT]);
    assert_int_equal(SSL_set_tlsext_host_name(client, "mx.example.jp"), 1);
    assert_int_equal(SSL_set_alpn_protos(client, protocols, sizeof protocols - 1), 0);
    if (session) assert_int_equal(SSL_set_session(client, session), 1);
    shake_hands(&ends);
    converse(&ends, kind->updates);
    assert_int_equal(SSL_session_reused(client), session != NULL);
    talk->cipher = (uint16_t)SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(client));
    SSL_SESSION *own = SSL_get1_session(client);
    SSL_free(ends.ssl[0]);
    SSL_free(ends.ssl[1]);
    return own;
}

void tls_talk_make(struct tls_talk *talk, const struct tls_kind *kind)
{
    make_certificate();
    SSL_CTX *contexts[] = {[DIR_TO_SERVER] = make_context(TLS_client_method(), kind),
                           [DIR_TO_CLIENT] = make_context(TLS_server_method(), kind)};
    SSL_CTX *server = contexts[DIR_TO_CLIENT];
    assert_int_equal(SSL_CTX_use_certificate(server, the_certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(server, the_key), 1);
    SSL_CTX_set_alpn_select_cb(server, choose_protocol, NULL);
    SSL_CTX_set_keylog_callback(contexts[DIR_TO_SERVER], keep_secret);
    if (kind->retries) {
        assert_int_equal(SSL_CTX_set1_groups_list(contexts[DIR_TO_SERVER], "X25519:P-256"), 1);
        assert_int_equal(SSL_CTX_set1_groups_list(server, "P-256"), 1);
    }
    begin(talk);
    SSL_SESSION *session = connect_once(talk, kind, contexts, NULL);
    if (kind->resumes) {
        SSL_SESSION *first = session;
        tls_talk_free(talk);
        begin(talk);
        session = connect_once(talk, kind, contexts, first);
        SSL_SESSION_free(first);
    }
    SSL_SESSION_free(session);
    SSL_CTX_free(contexts[0]);
    SSL_CTX_free(contexts[1]);
}

void tls_talk_free(struct tls_talk *talk)
{
    buffer_free(&talk->key_log);
    for (unsigned dir = 0; dir < 2; dir++) {
        buffer_free(&talk->wire[dir]);
        buffer_free(&talk->said[dir]);
    }
}

/* At exit, so that nothing is left for LeakSanitizer to find. */
__attribute__((destructor)) static void free_certificate(void)
{
    X509_free(the_certificate);
    EVP_PKEY_free(the_key);
}
