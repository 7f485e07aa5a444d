/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The DEFLATE streams of compressed IMAP sessions: byte by byte, growing too much, and none at all.
 */
#include "reassembly/session/imap_inflate.h"

#include <stdlib.h>

#define ZLIB_CONST
#include <zlib.h>

#include "base/buffer.h"
#include "base/mem.h"
#include "tests/support/unit.h"

enum { BOMB_BYTES = 20 << 20, RAW_WINDOW_BITS = -15 };

/* A raw stream of `len` bytes that repeat; the caller frees it. */
static struct buffer deflate_repeated(size_t len, size_t period)
{
    struct buffer packed = buffer_make(len + 1024);
    uint8_t *plain = mem_alloc(len);
    z_stream stream = {0};
    for (size_t i = 0; i < len; i++) plain[i] = (uint8_t)(i % period);
    buffer_reserve(&packed, len + 1024);
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, RAW_WINDOW_BITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = plain;
    stream.avail_in = (uInt)len;
    stream.next_out = packed.data;
    stream.avail_out = (uInt)buffer_capacity(&packed);
    assert_int_equal(deflate(&stream, Z_SYNC_FLUSH), Z_OK);
    packed.len = buffer_capacity(&packed) - stream.avail_out;
    (void)deflateEnd(&stream);
    free(plain);
    return packed;
}

/* Feeds the stream in pieces; returns the last result, the bytes that came out are counted and compared. */
static enum imap_inflate_result feed(struct imap_inflater *inflater, struct slice packed, size_t piece,
                                     size_t period, size_t *total)
{
    enum imap_inflate_result result = IMAP_INFLATE_MORE;
    while (packed.len > 0 && result != IMAP_INFLATE_BAD) {
        struct slice chunk = slice_head(packed, piece), out;
        packed = slice_skip(packed, chunk.len);
        while ((result = imap_inflate(inflater, &chunk, &out)) == IMAP_INFLATE_OUTPUT) {
            for (size_t i = 0; i < out.len; i++) assert_int_equal(out.ptr[i], (*total + i) % period);
            *total += out.len;
        }
    }
    return result;
}

static void gives_the_same_however_it_comes(void **state)
{
    (void)state;
    const size_t len = 100000, pieces[] = {1, 7, SIZE_MAX};
    struct buffer packed = deflate_repeated(len, 251);
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        struct imap_inflater *inflater = imap_inflater_new(200);
        size_t total = 0;
        assert_int_equal(feed(inflater, buffer_slice(&packed), pieces[i], 251, &total), IMAP_INFLATE_MORE);
        assert_int_equal(total, len);
        imap_inflater_free(&inflater);
        assert_null(inflater);
    }
    buffer_free(&packed);
}

static void stops_a_stream_that_grows_too_much(void **state)
{
    (void)state;
    struct buffer packed = deflate_repeated(BOMB_BYTES, 1);
    struct imap_inflater *inflater = imap_inflater_new(10);
    size_t total = 0;
    assert_int_equal(feed(inflater, buffer_slice(&packed), 100, 1, &total), IMAP_INFLATE_BAD);
    assert_true(imap_inflater_is_bomb(inflater));
    assert_true(total < BOMB_BYTES);
    imap_inflater_free(&inflater);
    inflater = imap_inflater_new(1032);
    total = 0;
    assert_int_equal(feed(inflater, buffer_slice(&packed), 100, 1, &total), IMAP_INFLATE_MORE);
    assert_int_equal(total, BOMB_BYTES);
    imap_inflater_free(&inflater);
    buffer_free(&packed);
}

static void refuses_what_is_no_stream(void **state)
{
    (void)state;
    struct imap_inflater *inflater = imap_inflater_new(200);
    struct slice chunk = SLICE("\x07 a block of no type"), out;
    assert_int_equal(imap_inflate(inflater, &chunk, &out), IMAP_INFLATE_BAD);
    assert_false(imap_inflater_is_bomb(inflater));
    imap_inflater_free(&inflater);
    inflater = imap_inflater_new(200);
    chunk = SLICE("\x03\x00 ends at once");
    assert_int_equal(imap_inflate(inflater, &chunk, &out), IMAP_INFLATE_BAD);
    imap_inflater_free(&inflater);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_same_however_it_comes),
        cmocka_unit_test(stops_a_stream_that_grows_too_much),
        cmocka_unit_test(refuses_what_is_no_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
