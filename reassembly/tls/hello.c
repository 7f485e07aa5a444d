/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Readers of ClientHello, ServerHello and EncryptedExtensions; see hello.h.
 */
#include "reassembly/tls/hello.h"

enum { RANDOM_BYTES = 32, NAME_TYPE_HOST = 0 };

/* The random that says "this is a HelloRetryRequest" (RFC 8446 4.1.3). */
static const uint8_t retry_random[RANDOM_BYTES] = {
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
    0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};

static struct slice take_list8(struct cursor *c)
{
    uint8_t len = cursor_u8(c);
    return cursor_take(c, len);
}

static struct slice take_list16(struct cursor *c)
{
    uint16_t len = cursor_be16(c);
    return cursor_take(c, len);
}

bool hello_next_extension(struct cursor *cursor, uint16_t *type, struct slice *body)
{
    if (cursor->bad || cursor_left(cursor) == 0) return false;
    *type = cursor_be16(cursor);
    *body = take_list16(cursor);
    return !cursor->bad;
}

/* The extensions behind a hello; they may be missing altogether (RFC 5246 7.4.1.2). */
static struct slice take_extensions(struct cursor *c)
{
    return cursor_left(c) == 0 ? slice_make(NULL, 0) : take_list16(c);
}

static struct slice list8_of(struct slice body)
{
    struct cursor c = cursor_make(body);
    return take_list8(&c);
}

static struct slice list16_of(struct slice body)
{
    struct cursor c = cursor_make(body);
    return take_list16(&c);
}

/* The host name of a server_name extension (RFC 6066 3). */
static struct slice host_name_of(struct slice body)
{
    struct cursor c = cursor_make(list16_of(body));
    while (!c.bad && cursor_left(&c) > 0) {
        uint8_t type = cursor_u8(&c);
        struct slice name = take_list16(&c);
        if (type == NAME_TYPE_HOST && !c.bad) return name;
    }
    return slice_make(NULL, 0);
}

static void note_client_extension(struct client_hello *hello, uint16_t type, struct slice body)
{
    switch (type) {
    case EXTENSION_SERVER_NAME:
        hello->has_sni = true;
        hello->sni = host_name_of(body);
        break;
    case EXTENSION_ALPN:
        hello->has_alpn = true;
        hello->alpn = list8_of(list16_of(body));
        break;
    case EXTENSION_GROUPS: hello->groups = list16_of(body); break;
    case EXTENSION_POINT_FORMATS: hello->point_formats = list8_of(body); break;
    case EXTENSION_SIGNATURE_ALGORITHMS: hello->signature_algorithms = list16_of(body); break;
    case EXTENSION_VERSIONS: hello->versions = list8_of(body); break;
    case EXTENSION_EARLY_DATA: hello->has_early_data = true; break;
    default: break;
    }
}

bool hello_read_client(struct slice message, struct client_hello *hello)
{
    struct cursor c = cursor_make(message);
    uint16_t type;
    struct slice body;
    *hello = (struct client_hello){.version = cursor_be16(&c)};
    hello->random = cursor_take(&c, RANDOM_BYTES);
    hello->session_id = take_list8(&c);
    hello->ciphers = take_list16(&c);
    (void)take_list8(&c); /* compression methods */
    hello->extensions = take_extensions(&c);
    if (c.bad || hello->ciphers.len < 2 || hello->version >> 8 != 3) return false;
    c = cursor_make(hello->extensions);
    while (hello_next_extension(&c, &type, &body)) note_client_extension(hello, type, body);
    return !c.bad;
}

static void note_server_extension(struct server_hello *hello, uint16_t type, struct slice body)
{
    struct cursor c = cursor_make(body);
    switch (type) {
    case EXTENSION_ALPN: hello->alpn = list8_of(list16_of(body)); break;
    case EXTENSION_VERSIONS:
        hello->version = cursor_be16(&c);
        if (c.bad) hello->version = hello->legacy_version;
        break;
    case EXTENSION_PRE_SHARED_KEY: hello->is_psk = true; break;
    case EXTENSION_ENCRYPT_THEN_MAC: hello->is_encrypt_then_mac = true; break;
    default: break;
    }
}

bool hello_read_server(struct slice message, struct server_hello *hello)
{
    struct cursor c = cursor_make(message);
    uint16_t type;
    struct slice body;
    *hello = (struct server_hello){.legacy_version = cursor_be16(&c)};
    hello->version = hello->legacy_version;
    hello->random = cursor_take(&c, RANDOM_BYTES);
    hello->session_id = take_list8(&c);
    hello->cipher = cursor_be16(&c);
    cursor_skip(&c, 1); /* compression method */
    hello->extensions = take_extensions(&c);
    if (c.bad || hello->legacy_version >> 8 != 3) return false;
    hello->is_retry = slice_equal(hello->random, slice_make(retry_random, RANDOM_BYTES));
    c = cursor_make(hello->extensions);
    while (hello_next_extension(&c, &type, &body)) note_server_extension(hello, type, body);
    return !c.bad;
}

bool hello_read_encrypted_extensions(struct slice message, struct slice *alpn, bool *has_early_data)
{
    struct cursor outer = cursor_make(message);
    struct cursor c = cursor_make(take_list16(&outer));
    uint16_t type;
    struct slice body;
    *alpn = slice_make(NULL, 0);
    *has_early_data = false;
    if (outer.bad) return false;
    while (hello_next_extension(&c, &type, &body)) {
        if (type == EXTENSION_ALPN) *alpn = list8_of(list16_of(body));
        if (type == EXTENSION_EARLY_DATA) *has_early_data = true;
    }
    return !c.bad;
}
