/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Handshake messages (RFC 8446 4, RFC 5246 7.4), cut out of records of any size, and what they change.
 */
#include "base/mem.h"
#include "reassembly/tls/certificate.h"
#include "reassembly/tls/hello.h"
#include "reassembly/tls/state.h"

enum { MESSAGE_HEAD_BYTES = 4 };

enum message {
    CLIENT_HELLO = 1,
    SERVER_HELLO = 2,
    END_OF_EARLY_DATA = 5,
    ENCRYPTED_EXTENSIONS = 8,
    CERTIFICATE = 11,
    FINISHED = 20,
    KEY_UPDATE = 24
};

static struct slice keep(struct tls *tls, struct slice text)
{
    return text.len > 0 ? arena_copy(&tls->arena, text) : slice_make(NULL, 0);
}

/* Both hellos were seen: the client goes on with other keys. */
static void change_client_keys(struct tls *tls)
{
    bool both = tls->facts.client_hello_seen && tls->facts.server_hello_seen;
    if (!both || tls->facts.version < TLS13_VERSION) return;
    tls_keys_change(&tls->halves[DIR_TO_SERVER],
                    tls->offers_early_data ? TLS_EPOCH_EARLY : TLS_EPOCH_HANDSHAKE);
}

/* The second one, after a HelloRetryRequest, has the same random (RFC 8446 4.1.2). */
static bool take_client_hello(struct tls *tls, struct slice body)
{
    struct tls_client_hello hello;
    struct tls_facts *facts = &tls->facts;
    if (!tls_client_hello_read(body, &hello)) return false;
    memcpy(tls->randoms.client, hello.random, TLS_RANDOM_BYTES);
    tls->offers_early_data = hello.offers_early_data;
    bool is_first = !facts->client_hello_seen;
    facts->client_hello_seen = true;
    change_client_keys(tls);
    if (!is_first) return true;
    struct slice id = slice_head(hello.session_id, TLS_SESSION_ID_MAX);
    if (id.len > 0) memcpy(tls->session_id, id.ptr, id.len);
    tls->session_id_len = id.len;
    facts->sni = keep(tls, hello.sni);
    if (facts->alpn.len == 0) facts->alpn = keep(tls, hello.alpn);
    memcpy(facts->ja3, hello.ja3, sizeof facts->ja3);
    memcpy(facts->ja4, hello.ja4, sizeof facts->ja4);
    return true;
}

static bool take_server_hello(struct tls *tls, struct slice body)
{
    struct tls_server_hello hello;
    struct tls_facts *facts = &tls->facts;
    if (!tls_server_hello_read(body, &hello)) return false;
    tls->retry_seen = tls->retry_seen || hello.is_retry;
    if (hello.is_retry) return true;
    memcpy(tls->randoms.server, hello.random, TLS_RANDOM_BYTES);
    tls->suite = tls_suite_find(hello.cipher);
    tls->encrypts_first = hello.mac_last;
    facts->server_hello_seen = true;
    facts->version = hello.version;
    facts->cipher = hello.cipher;
    facts->is_resumed = hello.has_shared_key;
    if (hello.alpn.len > 0) facts->alpn = keep(tls, hello.alpn);
    memcpy(facts->ja3s, hello.ja3s, sizeof facts->ja3s);
    if (hello.version >= TLS13_VERSION) tls_keys_change(&tls->halves[DIR_TO_CLIENT], TLS_EPOCH_HANDSHAKE);
    change_client_keys(tls);
    return true;
}

static bool take_certificate(struct tls *tls, struct slice body)
{
    tls->certificate_seen = true;
    bool is_13 = tls->facts.version >= TLS13_VERSION;
    (void)tls_certificate_read(body, is_13, &tls->arena, &tls->facts.certificate);
    return true;
}

static bool take_message(struct tls *tls, struct tls_half *half, uint8_t type, struct slice body)
{
    bool is_server = half->dir == DIR_TO_CLIENT;
    bool is_13 = tls->facts.version >= TLS13_VERSION;
    if (is_13 && tls->in_clear && type != CLIENT_HELLO && type != SERVER_HELLO) return false; /* RFC 8446 4 */
    switch (type) {
    case CLIENT_HELLO: /* protected, it renegotiates: not followed */
        return !is_server && tls->in_clear && take_client_hello(tls, body);
    case SERVER_HELLO: return is_server && tls->in_clear && take_server_hello(tls, body);
    case END_OF_EARLY_DATA:
        if (!is_server && half->epoch == TLS_EPOCH_EARLY) tls_keys_change(half, TLS_EPOCH_HANDSHAKE);
        return true;
    case ENCRYPTED_EXTENSIONS: {
        struct slice alpn = is_server && is_13 ? tls_encrypted_alpn(body) : slice_make(NULL, 0);
        if (alpn.len > 0) tls->facts.alpn = keep(tls, alpn);
        return true;
    }
    case CERTIFICATE: return !is_server || take_certificate(tls, body);
    case FINISHED:
        if (is_13 && half->epoch == TLS_EPOCH_HANDSHAKE) tls_keys_change(half, TLS_EPOCH_TRAFFIC);
        return true;
    case KEY_UPDATE:
        return !is_13 || half->epoch != TLS_EPOCH_TRAFFIC || tls_protection_update(&half->protection);
    default: return true;
    }
}

/* Length of the message at the beginning, with its head; 0: not known yet. */
static uint64_t message_len(struct slice content)
{
    if (content.len < MESSAGE_HEAD_BYTES) return 0;
    return MESSAGE_HEAD_BYTES +
           ((uint64_t)content.ptr[1] << 16 | (uint64_t)content.ptr[2] << 8 | content.ptr[3]);
}

/* Passes over a message that is longer than the limit. */
static void skip_long(struct tls *tls, struct tls_half *half)
{
    uint64_t len = message_len(buffer_slice(&half->message));
    if (len == 0 || len <= half->message.max) return;
    tls->options.counters->limit_tls_hello_max_bytes++;
    half->message_skip = len - half->message.len;
    buffer_clear(&half->message);
}

bool tls_take_messages(struct tls *tls, struct tls_half *half, struct slice content)
{
    while (content.len > 0) {
        if (half->message_skip > 0) {
            struct slice skipped = slice_head(content, half->message_skip);
            half->message_skip -= skipped.len;
            content = slice_skip(content, skipped.len);
            continue;
        }
        uint64_t len = message_len(buffer_slice(&half->message));
        uint64_t wanted = (len > 0 ? len : MESSAGE_HEAD_BYTES) - half->message.len;
        struct slice part = slice_head(content, wanted);
        (void)buffer_append(&half->message, part);
        content = slice_skip(content, part.len);
        skip_long(tls, half);
        struct slice whole = buffer_slice(&half->message);
        if (whole.len == 0 || message_len(whole) != whole.len) continue;
        bool is_good = take_message(tls, half, whole.ptr[0], slice_skip(whole, MESSAGE_HEAD_BYTES));
        buffer_clear(&half->message);
        if (!is_good) return false;
    }
    if (half->message.len == 0) buffer_free(&half->message);
    return true;
}
