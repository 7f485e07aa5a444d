/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Walks from block to block by their lengths; see dsb.h.
 */
#include "sensor/dsb.h"

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_SECRETS = 0x0000000a, TYPE_TLS_KEY_LOG = 0x544c534b };
enum { BYTE_ORDER_MAGIC = 0x1a2b3c4d };

/* Bytes of a block's beginning that have to be seen: type and length; of a section's also its magic, of
 * secrets also their type and length. */
enum { HEAD_BYTES = 8, SECTION_HEAD_BYTES = 12, SECRETS_HEAD_BYTES = 16, BLOCK_MIN_BYTES = 12 };

struct dsb_scanner dsb_scanner_make(struct tls_secrets *secrets)
{
    return (struct dsb_scanner){.secrets = secrets, .is_off = !secrets};
}

static uint32_t read_u32(const uint8_t *at, bool is_big_endian)
{
    if (is_big_endian) return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static uint32_t head_u32(const struct dsb_scanner *s, size_t offset)
{
    return read_u32(s->head + offset, s->is_big_endian);
}

/* A section header's type reads the same in both byte orders. */
static size_t wanted_head(const struct dsb_scanner *s)
{
    if (s->head_len < HEAD_BYTES) return HEAD_BYTES;
    if (head_u32(s, 0) == BLOCK_SECTION) return SECTION_HEAD_BYTES;
    return head_u32(s, 0) == BLOCK_SECRETS ? SECRETS_HEAD_BYTES : HEAD_BYTES;
}

/* The head is whole: what follows it. */
static void take_head(struct dsb_scanner *s)
{
    if (head_u32(s, 0) == BLOCK_SECTION) {
        s->is_big_endian = read_u32(s->head + 8, true) == BYTE_ORDER_MAGIC;
        s->is_off = !s->is_big_endian && read_u32(s->head + 8, false) != BYTE_ORDER_MAGIC;
        s->in_section = true;
    }
    uint32_t block_len = head_u32(s, 4);
    if (!s->in_section || block_len < BLOCK_MIN_BYTES || block_len < s->head_len) {
        s->is_off = true;
        return;
    }
    s->skip_left = block_len - s->head_len;
    s->skip_left += (4 - block_len % 4) % 4;
    bool is_key_log = head_u32(s, 0) == BLOCK_SECRETS && head_u32(s, 8) == TYPE_TLS_KEY_LOG;
    s->head_len = 0;
    if (!is_key_log) return;
    s->text_left = head_u32(s, 12);
    s->in_text = true;
    if (s->text_left > s->skip_left) s->text_left = s->skip_left;
    s->skip_left -= s->text_left;
}

static void take_text(struct dsb_scanner *s, struct slice *bytes)
{
    struct slice part = slice_head(*bytes, s->text_left);
    tls_secrets_feed(s->secrets, part);
    *bytes = slice_skip(*bytes, part.len);
    s->text_left -= part.len;
    if (s->text_left > 0) return;
    tls_secrets_end_text(s->secrets);
    s->in_text = false;
}

void dsb_scan(struct dsb_scanner *s, struct slice bytes)
{
    while (bytes.len > 0 && !s->is_off) {
        if (s->in_text) {
            take_text(s, &bytes);
        } else if (s->skip_left > 0) {
            size_t skipped = slice_head(bytes, s->skip_left).len;
            bytes = slice_skip(bytes, skipped);
            s->skip_left -= skipped;
        } else {
            s->head[s->head_len++] = bytes.ptr[0];
            bytes = slice_skip(bytes, 1);
            if (s->head_len == wanted_head(s)) take_head(s);
        }
    }
}
