/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The TLS reader behind losses: what was not hit comes out, at its place, wherever the holes are.
 */
#include "tests/reassembly/tls/tls_viewer.h"

#include <openssl/ssl.h>

#include "tests/support/unit.h"

static uint64_t dice_state;

static uint64_t dice(uint64_t below)
{
    dice_state = dice_state * 6364136223846793005u + 1442695040888963407u;
    return (dice_state >> 33) % below;
}

/* Gives all, but for one hole of up to `max` bytes behind the handshake. */
static void give_with_hole(struct viewer *viewer, size_t max)
{
    const struct tls_talk *talk = viewer->talk;
    size_t victim = talk->handshake_pieces + dice(talk->piece_count - talk->handshake_pieces);
    viewer_tell_secrets(viewer, false);
    for (size_t i = 0; i < talk->piece_count; i++) {
        struct tls_piece piece = talk->pieces[i];
        if (i == victim) {
            size_t from = dice(piece.len), len = 1 + dice(max);
            if (len > piece.len - from) len = piece.len - from;
            struct tls_piece head = {piece.dir, piece.offset, from};
            viewer_give(viewer, &head, 1460);
            (void)tls_gap(viewer->tls, piece.dir, len);
            piece = (struct tls_piece){piece.dir, piece.offset + from + len, piece.len - from - len};
        }
        viewer_give(viewer, &piece, 1460);
    }
    tls_end(viewer->tls);
}

/* All but the records that were hit comes out, at its place (hear() compares). */
static void test_behind_a_hole(void **state)
{
    enum { RUNS = 150, RECORD = 16384 };
    (void)state;
    for (size_t k = 0; k < tls_kind_count; k++) {
        struct tls_talk talk;
        if (!tls_kind_is_aead(&tls_kinds[k]) || tls_kinds[k].updates)
            continue; /* a lost update ends its direction */
        tls_talk_make(&talk, &tls_kinds[k]);
        for (unsigned run = 0; run < RUNS; run++) {
            struct viewer viewer;
            size_t max = run % 3 == 0 ? 10 : run % 3 == 1 ? 1460 : 40000;
            dice_state = run;
            viewer_open(&viewer, &talk);
            give_with_hole(&viewer, max);
            uint64_t gaps = viewer.gaps[0] + viewer.gaps[1];
            assert_true(gaps <= max + 2 * RECORD);
            for (unsigned dir = 0; dir < 2; dir++) { /* what follows the last hole may be lost with it */
                assert_true(viewer.heard[dir].len + max + 2 * RECORD >= talk.said[dir].len);
            }
            viewer_close(&viewer);
        }
        tls_talk_free(&talk);
    }
}

/* The client's last flight of the handshake, with its change of keys and its Finished, is lost. */
static void test_behind_a_lost_finished(void **state)
{
    (void)state;
    for (size_t k = 0; k < tls_kind_count; k++) {
        struct tls_talk talk;
        struct viewer viewer;
        if (!tls_kind_is_aead(&tls_kinds[k]) || tls_kinds[k].resumes) continue;
        tls_talk_make(&talk, &tls_kinds[k]);
        size_t victim = talk.handshake_pieces - 1;
        while (talk.pieces[victim].dir != DIR_TO_SERVER) victim--;
        viewer_open(&viewer, &talk);
        viewer_tell_secrets(&viewer, false);
        for (size_t i = 0; i < talk.piece_count; i++) {
            if (i == victim) {
                (void)tls_gap(viewer.tls, DIR_TO_SERVER, talk.pieces[i].len);
            } else {
                viewer_give(&viewer, &talk.pieces[i], 1460);
            }
        }
        tls_end(viewer.tls);
        assert_int_equal(viewer.gaps[DIR_TO_SERVER], 0);
        assert_int_equal(viewer.heard[DIR_TO_SERVER].len, talk.said[DIR_TO_SERVER].len);
        assert_int_equal(viewer.heard[DIR_TO_CLIENT].len, talk.said[DIR_TO_CLIENT].len);
        viewer_close(&viewer);
        tls_talk_free(&talk);
    }
}

/* The first body byte of the record that begins at `start` is lost. */
static void give_with_torn_record(struct viewer *viewer, enum direction dir, size_t start)
{
    const struct tls_talk *talk = viewer->talk;
    size_t lost = start + RECORD_HEAD_BYTES;
    viewer_tell_secrets(viewer, false);
    for (size_t i = 0; i < talk->piece_count; i++) {
        struct tls_piece piece = talk->pieces[i], head = piece;
        if (piece.dir == dir && piece.offset <= lost && lost < piece.offset + piece.len) {
            head.len = lost - piece.offset;
            viewer_give(viewer, &head, 1460);
            (void)tls_gap(viewer->tls, dir, 1);
            piece = (struct tls_piece){dir, lost + 1, piece.len - head.len - 1};
        }
        viewer_give(viewer, &piece, 1460);
    }
    tls_end(viewer->tls);
}

/* Bytes of a direction's handshake; not the tickets behind TLS 1.3's, which look like content. */
static size_t handshake_bytes(const struct tls_talk *talk, enum direction dir, bool is_13)
{
    size_t len = 0;
    for (size_t i = 0; i < talk->handshake_pieces; i++) {
        bool is_ticket = is_13 && dir == DIR_TO_CLIENT && len > 0;
        if (talk->pieces[i].dir == dir && !is_ticket) len += talk->pieces[i].len;
    }
    return len;
}

/* Any record of the handshake but the hellos is torn: no content is missing, none is lost behind it. */
static void test_behind_a_torn_handshake(void **state)
{
    (void)state;
    for (size_t k = 0; k < tls_kind_count; k++) {
        struct tls_talk talk;
        if (tls_kinds[k].retries || tls_kinds[k].version < TLS1_1_VERSION)
            continue; /* TLS 1.0 chains its records */
        tls_talk_make(&talk, &tls_kinds[k]);
        for (unsigned dir = 0; dir < 2; dir++) {
            const uint8_t *wire = talk.wire[dir].data;
            size_t end = handshake_bytes(&talk, (enum direction)dir, tls_kinds[k].version == TLS1_3_VERSION);
            for (size_t at = 0, len; at < end; at += len) {
                struct viewer viewer;
                len = RECORD_HEAD_BYTES + ((size_t)wire[at + 3] << 8 | wire[at + 4]);
                if (at == 0) continue;
                viewer_open(&viewer, &talk);
                give_with_torn_record(&viewer, (enum direction)dir, at);
                viewer_check_all_heard(&viewer);
                assert_int_equal(tls_facts(viewer.tls)->is_resumed, tls_kinds[k].resumes);
                viewer_close(&viewer);
            }
        }
        tls_talk_free(&talk);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_behind_a_hole),
        cmocka_unit_test(test_behind_a_lost_finished),
        cmocka_unit_test(test_behind_a_torn_handshake),
    };
    return cmocka_run_group_tests_name("tls losses", tests, NULL, NULL);
}
