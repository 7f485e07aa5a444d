/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The TLS reader on connections of OpenSSL (tls_world.h): with their secrets all that was said comes out,
 * whatever the cuts, the order of the directions and the time the secrets come; behind losses at its right
 * place; without secrets nothing does.
 */
#include "reassembly/tls/tls.h"

#include <openssl/ssl.h>
#include <stdlib.h>

#include "tests/reassembly/tls/tls_world.h"
#include "tests/support/unit.h"

static const struct tls_kind kinds[] = {
    {"TLS_AES_128_GCM_SHA256", TLS1_3_VERSION, false, false, false},
    {"TLS_AES_256_GCM_SHA384", TLS1_3_VERSION, false, false, false},
    {"TLS_CHACHA20_POLY1305_SHA256", TLS1_3_VERSION, false, false, false},
    {"TLS_AES_128_CCM_SHA256", TLS1_3_VERSION, false, false, false},
    {"TLS_AES_128_CCM_8_SHA256", TLS1_3_VERSION, false, false, false},
    {"TLS_AES_256_GCM_SHA384", TLS1_3_VERSION, false, true, false},
    {"TLS_AES_256_GCM_SHA384", TLS1_3_VERSION, false, false, true},
    {"TLS_CHACHA20_POLY1305_SHA256", TLS1_3_VERSION, false, true, true},
    {"ECDHE-RSA-AES128-GCM-SHA256", TLS1_2_VERSION, false, false, false},
    {"ECDHE-RSA-AES256-GCM-SHA384", TLS1_2_VERSION, false, false, false},
    {"ECDHE-RSA-AES256-GCM-SHA384", TLS1_2_VERSION, false, true, false},
    {"ECDHE-RSA-CHACHA20-POLY1305", TLS1_2_VERSION, false, false, false},
    {"AES128-GCM-SHA256", TLS1_2_VERSION, false, false, false},
    {"AES256-CCM", TLS1_2_VERSION, false, false, false},
    {"AES128-CCM8", TLS1_2_VERSION, false, false, false},
    {"DHE-RSA-AES256-SHA256", TLS1_2_VERSION, false, false, false},
    {"DHE-RSA-AES256-SHA256", TLS1_2_VERSION, true, false, false},
    {"ECDHE-RSA-AES256-SHA384", TLS1_2_VERSION, false, false, false},
    {"ECDHE-RSA-AES256-SHA384", TLS1_2_VERSION, true, false, false},
    {"AES128-SHA", TLS1_2_VERSION, false, false, false},
    {"AES128-SHA", TLS1_2_VERSION, true, false, false},
    {"AES256-SHA", TLS1_1_VERSION, false, false, false},
    {"AES256-SHA", TLS1_1_VERSION, true, false, false},
    {"ECDHE-RSA-AES128-SHA", TLS1_VERSION, false, false, false},
    {"ECDHE-RSA-AES128-SHA", TLS1_VERSION, true, false, false},
};

static bool is_aead(const struct tls_kind *kind)
{
    return strstr(kind->suite, "GCM") || strstr(kind->suite, "CCM") || strstr(kind->suite, "CHACHA");
}

enum { ALERT_BYTES = 2 };

/* When the secrets come. */
enum moment { AT_FIRST, MIDWAY, AT_LAST, NEVER, WRONG_ONES };

/* Which bytes come when. */
enum order { AS_SAID, CLIENT_FIRST, SERVER_FIRST };

struct viewer {
    struct reassembly_settings settings;
    struct reassembly_counters counters;
    struct tls_secrets *secrets;
    struct tls *tls;
    struct buffer heard[2];
    uint64_t gaps[2], stray; /* bytes */
    const struct tls_talk *talk;
};

/* What comes out must be what was said at this place. */
static void hear(void *context, enum direction dir, struct slice plain)
{
    struct viewer *viewer = context;
    const struct buffer *said = &viewer->talk->said[dir];
    size_t at = viewer->heard[dir].len;
    assert_true(plain.len <= said->len - at);
    assert_memory_equal(plain.ptr, said->data + at, plain.len);
    assert_int_equal(buffer_append(&viewer->heard[dir], plain), STATUS_OK);
}

static void hear_gap(void *context, enum direction dir, uint64_t len)
{
    struct viewer *viewer = context;
    viewer->gaps[dir] += len;
    for (uint64_t i = 0; i < len; i++) (void)buffer_append_byte(&viewer->heard[dir], '?');
    assert_true(viewer->heard[dir].len <=
                viewer->talk->said[dir].len + ALERT_BYTES); /* it looks like content */
}

static void hear_stray(void *context, enum direction dir, struct slice bytes)
{
    (void)dir;
    ((struct viewer *)context)->stray += bytes.len;
}

static void viewer_open(struct viewer *viewer, const struct tls_talk *talk)
{
    *viewer = (struct viewer){.settings = reassembly_default_settings(), .talk = talk};
    viewer->settings.tls_held_max_bytes = 1 << 20;
    viewer->heard[0] = viewer->heard[1] = buffer_make(1 << 22);
    viewer->secrets = tls_secrets_new(100);
    viewer->tls = tls_open(&(struct tls_options){
        &viewer->settings, &viewer->counters, viewer->secrets, {viewer, hear, hear_gap, hear_stray}});
}

static void viewer_close(struct viewer *viewer)
{
    tls_end(viewer->tls);
    tls_free(&viewer->tls);
    tls_secrets_free(&viewer->secrets);
    buffer_free(&viewer->heard[0]);
    buffer_free(&viewer->heard[1]);
}

static void tell_secrets(struct viewer *viewer, bool wrong)
{
    struct slice text = buffer_slice(&viewer->talk->key_log);
    for (size_t i = 0; i < text.len; i++) {
        bool spoil = wrong && i + 1 < text.len && text.ptr[i + 1] == '\n';
        tls_secrets_feed(viewer->secrets, spoil ? (text.ptr[i] == '0' ? SLICE("1") : SLICE("0"))
                                                : slice_make(text.ptr + i, 1));
    }
}

/* Gives the reader a piece in parts of at most `max` bytes, each from a block of its own. */
static void give(struct viewer *viewer, const struct tls_piece *piece, size_t max)
{
    struct slice left = slice_make(viewer->talk->wire[piece->dir].data + piece->offset, piece->len);
    while (left.len > 0) {
        struct slice part = slice_head(left, max);
        uint8_t *copy = malloc(part.len);
        assert_non_null(copy);
        memcpy(copy, part.ptr, part.len);
        (void)tls_take(viewer->tls, piece->dir, slice_make(copy, part.len));
        free(copy);
        left = slice_skip(left, part.len);
    }
}

static void give_all(struct viewer *viewer, enum order order, size_t max, enum moment moment)
{
    const struct tls_talk *talk = viewer->talk;
    if (moment == AT_FIRST || moment == WRONG_ONES) tell_secrets(viewer, moment == WRONG_ONES);
    for (unsigned pass = 0; pass < (order == AS_SAID ? 1 : 2); pass++) {
        enum direction now = (pass == 0) == (order == CLIENT_FIRST) ? DIR_TO_SERVER : DIR_TO_CLIENT;
        for (size_t i = 0; i < talk->piece_count; i++) {
            if (pass == 0 && i == talk->piece_count / 2 && moment == MIDWAY) tell_secrets(viewer, false);
            if (order == AS_SAID || talk->pieces[i].dir == now) give(viewer, &talk->pieces[i], max);
        }
    }
    if (moment == AT_LAST) tell_secrets(viewer, false);
    tls_end(viewer->tls);
}

static void check_all_heard(const struct viewer *viewer)
{
    for (unsigned dir = 0; dir < 2; dir++) {
        assert_int_equal(viewer->gaps[dir], 0);
        assert_int_equal(viewer->heard[dir].len, viewer->talk->said[dir].len);
    }
    assert_true(tls_facts(viewer->tls)->is_decrypted);
    assert_true(tls_facts(viewer->tls)->is_established);
    assert_false(tls_facts(viewer->tls)->is_broken);
}

/* ---- tests ---- */

static void test_all_is_heard(void **state)
{
    static const size_t parts[] = {SIZE_MAX, 1460, 7};
    (void)state;
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        struct tls_talk talk;
        tls_talk_make(&talk, &kinds[k]);
        for (unsigned way = 0; way < 3 * COUNT_OF(parts) * 3; way++) {
            struct viewer viewer;
            viewer_open(&viewer, &talk);
            give_all(&viewer, (enum order)(way % 3), parts[way / 3 % COUNT_OF(parts)],
                     (enum moment)(way / (3 * COUNT_OF(parts))));
            check_all_heard(&viewer);
            viewer_close(&viewer);
        }
        tls_talk_free(&talk);
    }
}

static void check_facts(const struct viewer *viewer, const struct tls_kind *kind)
{
    const struct tls_facts *facts = tls_facts(viewer->tls);
    bool is_13 = kind->version == TLS1_3_VERSION;
    assert_int_equal(facts->version, kind->version);
    assert_int_equal(facts->cipher, viewer->talk->cipher);
    assert_non_null(tls_cipher_name(facts->cipher));
    assert_true(slice_equal(facts->sni, SLICE("mx.example.jp")));
    assert_true(slice_equal(facts->alpn, SLICE("smtp")));
    assert_int_equal(facts->is_resumed, kind->resumes);
    assert_int_equal(strlen(facts->ja3), 32);
    assert_int_equal(strlen(facts->ja3s), 32);
    assert_int_equal(strlen(facts->ja4), 36);
    if (is_13 || kind->resumes) return;
    assert_true(slice_equal(facts->certificate.subject, SLICE("CN=mx.example.jp,O=Example")));
    assert_true(slice_equal(facts->certificate.issuer, facts->certificate.subject));
    assert_true(slice_equal(facts->certificate.serial, SLICE("1234")));
    assert_true(facts->certificate.is_self_signed);
    assert_int_equal(facts->certificate.name_count, 2);
    assert_true(slice_equal(facts->certificate.names[1], SLICE("mail.example.jp")));
    assert_int_equal(facts->certificate.not_after_s - facts->certificate.not_before_s, 31536000);
}

static void test_without_secrets_facts_only(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        struct tls_talk talk;
        struct viewer viewer;
        tls_talk_make(&talk, &kinds[k]);
        for (unsigned wrong = 0; wrong < 2; wrong++) {
            viewer_open(&viewer, &talk);
            give_all(&viewer, AS_SAID, 1000, wrong ? WRONG_ONES : NEVER);
            check_facts(&viewer, &kinds[k]);
            assert_int_equal(viewer.heard[0].len + viewer.heard[1].len, 0);
            assert_false(tls_facts(viewer.tls)->is_decrypted);
            viewer_close(&viewer);
        }
        tls_talk_free(&talk);
    }
}

static void test_decrypted_certificate(void **state)
{
    (void)state;
    struct tls_talk talk;
    struct viewer viewer;
    tls_talk_make(&talk, &kinds[0]);
    viewer_open(&viewer, &talk);
    give_all(&viewer, AS_SAID, SIZE_MAX, AT_FIRST);
    assert_true(slice_equal(tls_facts(viewer.tls)->certificate.subject, SLICE("CN=mx.example.jp,O=Example")));
    viewer_close(&viewer);
    tls_talk_free(&talk);
}

static void test_opaque_when_nobody_has_secrets(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        struct tls_talk talk;
        struct viewer viewer;
        enum tls_state last = TLS_READING;
        tls_talk_make(&talk, &kinds[k]);
        viewer_open(&viewer, &talk);
        tls_free(&viewer.tls);
        viewer.tls = tls_open(&(struct tls_options){
            &viewer.settings, &viewer.counters, NULL, {&viewer, hear, hear_gap, hear_stray}});
        for (size_t i = 0; i < talk.piece_count && last == TLS_READING; i++)
            last = tls_take(
                viewer.tls, talk.pieces[i].dir,
                slice_make(talk.wire[talk.pieces[i].dir].data + talk.pieces[i].offset, talk.pieces[i].len));
        assert_int_equal(last, TLS_OPAQUE);
        check_facts(&viewer, &kinds[k]);
        viewer_close(&viewer);
        tls_talk_free(&talk);
    }
}

/* ---- losses ---- */

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
    tell_secrets(viewer, false);
    for (size_t i = 0; i < talk->piece_count; i++) {
        struct tls_piece piece = talk->pieces[i];
        if (i == victim) {
            size_t from = dice(piece.len), len = 1 + dice(max);
            if (len > piece.len - from) len = piece.len - from;
            struct tls_piece head = {piece.dir, piece.offset, from};
            give(viewer, &head, 1460);
            (void)tls_gap(viewer->tls, piece.dir, len);
            piece = (struct tls_piece){piece.dir, piece.offset + from + len, piece.len - from - len};
        }
        give(viewer, &piece, 1460);
    }
    tls_end(viewer->tls);
}

/* All but the records that were hit comes out, at its place (hear() compares). */
static void test_behind_a_hole(void **state)
{
    enum { RUNS = 150, RECORD = 16384 };
    (void)state;
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        struct tls_talk talk;
        if (!is_aead(&kinds[k]) || kinds[k].updates) continue; /* a lost update ends its direction */
        tls_talk_make(&talk, &kinds[k]);
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
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        struct tls_talk talk;
        struct viewer viewer;
        if (!is_aead(&kinds[k]) || kinds[k].resumes) continue;
        tls_talk_make(&talk, &kinds[k]);
        size_t victim = talk.handshake_pieces - 1;
        while (talk.pieces[victim].dir != DIR_TO_SERVER) victim--;
        viewer_open(&viewer, &talk);
        tell_secrets(&viewer, false);
        for (size_t i = 0; i < talk.piece_count; i++) {
            if (i == victim) {
                (void)tls_gap(viewer.tls, DIR_TO_SERVER, talk.pieces[i].len);
            } else {
                give(&viewer, &talk.pieces[i], 1460);
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

/* ---- hostile bytes ---- */

static void test_any_byte_may_be_wrong(void **state)
{
    (void)state;
    static const size_t chosen[] = {0, 8, 18};
    for (size_t k = 0; k < COUNT_OF(chosen); k++) {
        struct tls_talk talk;
        tls_talk_make(&talk, &kinds[chosen[k]]);
        for (unsigned dir = 0; dir < 2; dir++) {
            struct buffer *wire = &talk.wire[dir];
            for (size_t at = 0; at < wire->len; at += at < 4000 ? 1 : 997) {
                struct viewer viewer;
                wire->data[at] ^= 0x41;
                viewer_open(&viewer, &talk);
                give_all(&viewer, AS_SAID, SIZE_MAX, AT_FIRST); /* hear() takes no wrong byte */
                viewer_close(&viewer);
                wire->data[at] ^= 0x41;
            }
        }
        tls_talk_free(&talk);
    }
}

static void test_cut_off_anywhere(void **state)
{
    (void)state;
    struct tls_talk talk;
    tls_talk_make(&talk, &kinds[1]);
    for (size_t cut = 0; cut < 3000; cut += 3) {
        struct viewer viewer;
        struct tls_talk shorter = talk;
        viewer_open(&viewer, &shorter);
        shorter.piece_count = 0;
        for (size_t i = 0, total = 0; i < talk.piece_count && total < cut; i++) {
            struct tls_piece piece = talk.pieces[i];
            if (piece.len > cut - total) piece.len = cut - total;
            total += piece.len;
            shorter.pieces[shorter.piece_count++] = piece;
        }
        give_all(&viewer, AS_SAID, SIZE_MAX, AT_FIRST);
        assert_false(tls_facts(viewer.tls)->is_broken);
        viewer_close(&viewer);
    }
    tls_talk_free(&talk);
}

static void test_plaintext_before_the_handshake(void **state)
{
    (void)state;
    struct tls_talk talk;
    struct viewer viewer;
    tls_talk_make(&talk, &kinds[0]);
    viewer_open(&viewer, &talk);
    (void)tls_take(viewer.tls, DIR_TO_SERVER, SLICE("RSET\r\nMAIL FROM:<evil@example.com>\r\n"));
    give_all(&viewer, AS_SAID, 5, AT_FIRST);
    assert_int_equal(viewer.stray, sizeof "RSET\r\nMAIL FROM:<evil@example.com>\r\n" - 1);
    check_all_heard(&viewer);
    viewer_close(&viewer);
    tls_talk_free(&talk);
}

static void test_what_is_no_tls(void **state)
{
    (void)state;
    struct tls_talk talk = {.piece_count = 0};
    struct viewer viewer;
    viewer_open(&viewer, &talk);
    enum tls_state last = TLS_READING;
    for (unsigned i = 0; i < 20000; i++) {
        (void)tls_take(viewer.tls, DIR_TO_SERVER, SLICE("EHLO a\r\n"));
        last = tls_take(viewer.tls, DIR_TO_CLIENT, SLICE("500 no\r\n"));
    }
    assert_int_equal(last, TLS_DEAD);
    assert_true(tls_facts(viewer.tls)->is_broken);
    viewer_close(&viewer);
}

static void test_what_is_held_is_bounded(void **state)
{
    (void)state;
    struct tls_talk talk;
    struct viewer viewer;
    tls_talk_make(&talk, &kinds[0]);
    viewer_open(&viewer, &talk);
    viewer.settings.tls_held_max_bytes = 32768;
    give_all(&viewer, AS_SAID, 1000, AT_LAST);
    assert_int_equal(viewer.heard[0].len + viewer.heard[1].len, 0);
    assert_true(viewer.counters.limit_tls_held_max_bytes > 0);
    assert_true(tls_memory(viewer.tls) < 100000);
    viewer_close(&viewer);
    tls_talk_free(&talk);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_is_heard),
        cmocka_unit_test(test_without_secrets_facts_only),
        cmocka_unit_test(test_decrypted_certificate),
        cmocka_unit_test(test_opaque_when_nobody_has_secrets),
        cmocka_unit_test(test_behind_a_hole),
        cmocka_unit_test(test_behind_a_lost_finished),
        cmocka_unit_test(test_any_byte_may_be_wrong),
        cmocka_unit_test(test_cut_off_anywhere),
        cmocka_unit_test(test_plaintext_before_the_handshake),
        cmocka_unit_test(test_what_is_no_tls),
        cmocka_unit_test(test_what_is_held_is_bounded),
    };
    return cmocka_run_group_tests_name("tls", tests, NULL, NULL);
}
