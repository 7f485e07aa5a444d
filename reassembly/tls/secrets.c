/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows by client random in a keyed table, with a queue by age; see secrets.h. A line is
 * "LABEL <64 hex digits> <hex digits>".
 */
#include "reassembly/tls/secrets.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/mem.h"
#include "base/siphash.h"
#include "base/table.h"

enum { LINE_MAX_BYTES = 1024 };

struct secret {
    uint8_t bytes[TLS_SECRET_MAX_BYTES];
    uint8_t len; /* 0: not known */
};

struct secrets_row {
    uint8_t client_random[TLS_RANDOM_BYTES];
    uint64_t digest;
    struct secret secrets[TLS_LABEL_COUNT];
    struct secrets_row *next; /* the next younger one */
};

struct tls_secrets {
    struct table table;
    struct siphash_key key;
    struct secrets_row *oldest, *newest;
    struct buffer line; /* the beginning of one that is cut */
    size_t max_connections;
    uint64_t generation;
    struct tls_secrets_counts counts;
};

static const struct slice labels[TLS_LABEL_COUNT] = {
    [TLS_MASTER_SECRET] = SLICE_INIT("CLIENT_RANDOM"),
    [TLS_CLIENT_EARLY_SECRET] = SLICE_INIT("CLIENT_EARLY_TRAFFIC_SECRET"),
    [TLS_CLIENT_HANDSHAKE_SECRET] = SLICE_INIT("CLIENT_HANDSHAKE_TRAFFIC_SECRET"),
    [TLS_SERVER_HANDSHAKE_SECRET] = SLICE_INIT("SERVER_HANDSHAKE_TRAFFIC_SECRET"),
    [TLS_CLIENT_TRAFFIC_SECRET] = SLICE_INIT("CLIENT_TRAFFIC_SECRET_0"),
    [TLS_SERVER_TRAFFIC_SECRET] = SLICE_INIT("SERVER_TRAFFIC_SECRET_0"),
};

static bool is_row(const void *value, const void *key)
{
    return memcmp(((const struct secrets_row *)value)->client_random, key, TLS_RANDOM_BYTES) == 0;
}

struct tls_secrets *tls_secrets_new(size_t max_connections)
{
    struct tls_secrets *secrets = mem_zalloc(1, sizeof *secrets);
    secrets->table = table_make(is_row);
    secrets->key = siphash_random_key();
    secrets->line = buffer_make(LINE_MAX_BYTES);
    buffer_reserve(&secrets->line, LINE_MAX_BYTES); /* it must not move: copies would stay behind */
    secrets->max_connections = max_connections > 0 ? max_connections : 1;
    return secrets;
}

static void drop_oldest(struct tls_secrets *secrets)
{
    struct secrets_row *row = secrets->oldest;
    secrets->oldest = row->next;
    if (!secrets->oldest) secrets->newest = NULL;
    (void)table_remove(&secrets->table, row->digest, row);
    mem_wipe(row, sizeof *row);
    free(row);
}

void tls_secrets_free(struct tls_secrets **secrets_ptr)
{
    struct tls_secrets *secrets = *secrets_ptr;
    if (!secrets) return;
    while (secrets->oldest) drop_oldest(secrets);
    table_free(&secrets->table);
    mem_wipe(secrets->line.data, buffer_capacity(&secrets->line));
    buffer_free(&secrets->line);
    free(secrets);
    *secrets_ptr = NULL;
}

/* ---- lines ---- */

static int hex_value(uint8_t c)
{
    if (ascii_is_digit(c)) return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Returns the number of bytes, 0 when the text is not hex or does not fit. */
static size_t parse_hex(struct slice text, uint8_t *out, size_t max)
{
    if (text.len % 2 != 0 || text.len / 2 > max) return 0;
    for (size_t i = 0; i < text.len / 2; i++) {
        int high = hex_value(text.ptr[2 * i]), low = hex_value(text.ptr[2 * i + 1]);
        if (high < 0 || low < 0) return 0;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return text.len / 2;
}

static struct secrets_row *row_for(struct tls_secrets *secrets, const uint8_t client_random[TLS_RANDOM_BYTES])
{
    uint64_t digest = siphash(secrets->key, slice_make(client_random, TLS_RANDOM_BYTES));
    struct secrets_row *row = table_find(&secrets->table, digest, client_random);
    if (row) return row;
    if (secrets->table.count >= secrets->max_connections) {
        drop_oldest(secrets);
        secrets->counts.evicted++;
    }
    row = mem_zalloc(1, sizeof *row);
    memcpy(row->client_random, client_random, TLS_RANDOM_BYTES);
    row->digest = digest;
    table_insert(&secrets->table, digest, row);
    if (secrets->newest) {
        secrets->newest->next = row;
    } else {
        secrets->oldest = row;
    }
    secrets->newest = row;
    return row;
}

/* Index in labels, or TLS_LABEL_COUNT: EXPORTER_SECRET and others that are not needed. */
static size_t find_label(struct slice word)
{
    size_t label = 0;
    while (label < TLS_LABEL_COUNT && !slice_equal(word, labels[label])) label++;
    return label;
}

static void take_line(struct tls_secrets *secrets, struct slice line)
{
    uint8_t client_random[TLS_RANDOM_BYTES];
    struct secret secret = {.len = 0};
    line = slice_trim(line);
    if (line.len == 0 || line.ptr[0] == '#') return;
    struct slice word = slice_next_token(&line, ' '), random = slice_next_token(&line, ' ');
    size_t label = find_label(word);
    bool is_known = label < TLS_LABEL_COUNT;
    bool is_good = parse_hex(random, client_random, sizeof client_random) == TLS_RANDOM_BYTES;
    secret.len = (uint8_t)parse_hex(slice_trim(line), secret.bytes, sizeof secret.bytes);
    if (is_known && is_good && secret.len > 0) {
        struct secret *place = &row_for(secrets, client_random)->secrets[label];
        if (place->len == 0) secrets->counts.secrets++;
        *place = secret;
        secrets->generation++;
    } else if (is_known || !is_good) {
        secrets->counts.bad_lines++;
    }
    mem_wipe(&secret, sizeof secret);
}

static void end_line(struct tls_secrets *secrets)
{
    if (secrets->line.overflowed) {
        secrets->counts.bad_lines++;
    } else {
        take_line(secrets, buffer_slice(&secrets->line));
    }
    mem_wipe(secrets->line.data, secrets->line.len);
    buffer_clear(&secrets->line);
}

void tls_secrets_feed(struct tls_secrets *secrets, struct slice text)
{
    while (text.len > 0) {
        size_t end = slice_index(text, '\n');
        (void)buffer_append(&secrets->line, slice_head(text, end));
        if (end == text.len) return;
        end_line(secrets);
        text = slice_skip(text, end + 1);
    }
}

void tls_secrets_end_text(struct tls_secrets *secrets)
{
    end_line(secrets);
}

/* ---- looking up ---- */

struct slice tls_secrets_find(const struct tls_secrets *secrets,
                              const uint8_t client_random[TLS_RANDOM_BYTES], enum tls_label label)
{
    uint64_t digest = siphash(secrets->key, slice_make(client_random, TLS_RANDOM_BYTES));
    const struct secrets_row *row = table_find(&secrets->table, digest, client_random);
    return row ? slice_make(row->secrets[label].bytes, row->secrets[label].len) : slice_make(NULL, 0);
}

uint64_t tls_secrets_generation(const struct tls_secrets *secrets)
{
    return secrets->generation;
}

struct tls_secrets_counts tls_secrets_counts(const struct tls_secrets *secrets)
{
    return secrets->counts;
}
