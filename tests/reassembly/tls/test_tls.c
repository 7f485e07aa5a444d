/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The TLS reader on connections of OpenSSL (tls_world.h): with their secrets all that was said comes out,
 * whatever the cuts, the order of the directions and the time the secrets come;
 * without secrets nothing does.
 */
#include "tests/reassembly/tls/tls_viewer.h"

#include <openssl/ssl.h>

#include "tests/support/unit.h"

static void test_all_is_heard(void **state)
{
    static const size_t parts[] = {SIZE_MAX, 1460, 7};
    (void)state;
    for (size_t k = 0; k < tls_kind_count; k++) {
        struct tls_talk talk;
        tls_talk_make(&talk, &tls_kinds[k]);
        for (unsigned way = 0; way < 3 * COUNT_OF(parts) * 3; way++) {
            struct viewer viewer;
            viewer_open(&viewer, &talk);
            viewer_give_all(&viewer, (enum order)(way % 3), parts[way / 3 % COUNT_OF(parts)],
                            (enum moment)(way / (3 * COUNT_OF(parts))));
            viewer_check_all_heard(&viewer);
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
    for (size_t k = 0; k < tls_kind_count; k++) {
        struct tls_talk talk;
        struct viewer viewer;
        tls_talk_make(&talk, &tls_kinds[k]);
        for (unsigned wrong = 0; wrong < 2; wrong++) {
            viewer_open(&viewer, &talk);
            viewer_give_all(&viewer, AS_SAID, 1000, wrong ? WRONG_ONES : NEVER);
            check_facts(&viewer, &tls_kinds[k]);
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
    tls_talk_make(&talk, &tls_kinds[0]);
    viewer_open(&viewer, &talk);
    viewer_give_all(&viewer, AS_SAID, SIZE_MAX, AT_FIRST);
    assert_true(slice_equal(tls_facts(viewer.tls)->certificate.subject, SLICE("CN=mx.example.jp,O=Example")));
    viewer_close(&viewer);
    tls_talk_free(&talk);
}

static void test_opaque_when_nobody_has_secrets(void **state)
{
    (void)state;
    for (size_t k = 0; k < tls_kind_count; k++) {
        struct tls_talk talk;
        struct viewer viewer;
        enum tls_state last = TLS_READING;
        tls_talk_make(&talk, &tls_kinds[k]);
        viewer_open(&viewer, &talk);
        tls_free(&viewer.tls);
        viewer.tls = viewer_reader(&viewer, NULL);
        for (size_t i = 0; i < talk.piece_count && last == TLS_READING; i++)
            last = tls_take(
                viewer.tls, talk.pieces[i].dir,
                slice_make(talk.wire[talk.pieces[i].dir].data + talk.pieces[i].offset, talk.pieces[i].len));
        assert_int_equal(last, TLS_OPAQUE);
        check_facts(&viewer, &tls_kinds[k]);
        viewer_close(&viewer);
        tls_talk_free(&talk);
    }
}

/* ---- hostile bytes ---- */

/* Messages that belong into protected records, in clear ones behind the hello. */
static void test_late_messages_in_clear(void **state)
{
    static const uint8_t late[] = {22, 3, 3, 0, 9, 20, 0, 0, 0, 24, 0, 0, 1, 0};
    (void)state;
    struct tls_talk talk;
    tls_talk_make(&talk, &tls_kinds[0]);
    for (unsigned known = 0; known < 2; known++) {
        struct viewer viewer;
        viewer_open(&viewer, &talk);
        if (known) viewer_tell_secrets(&viewer, false);
        viewer_give(&viewer, &talk.pieces[0], SIZE_MAX);
        struct slice server = buffer_slice(&talk.wire[DIR_TO_CLIENT]);
        size_t hello = RECORD_HEAD_BYTES + ((size_t)server.ptr[3] << 8 | server.ptr[4]);
        (void)tls_take(viewer.tls, DIR_TO_CLIENT, slice_head(server, hello));
        for (unsigned i = 0; i < 3; i++) {
            (void)tls_take(viewer.tls, DIR_TO_CLIENT, slice_make(late, sizeof late));
            (void)tls_take(viewer.tls, DIR_TO_SERVER, slice_make(late, sizeof late));
        }
        assert_false(tls_facts(viewer.tls)->is_established);
        viewer_close(&viewer);
    }
    tls_talk_free(&talk);
}

static void test_any_byte_may_be_wrong(void **state)
{
    (void)state;
    static const size_t chosen[] = {0, 9, 19};
    for (size_t k = 0; k < COUNT_OF(chosen); k++) {
        struct tls_talk talk;
        tls_talk_make(&talk, &tls_kinds[chosen[k]]);
        for (unsigned dir = 0; dir < 2; dir++) {
            struct buffer *wire = &talk.wire[dir];
            for (size_t at = 0; at < wire->len; at += at < 4000 ? 1 : 997) {
                struct viewer viewer;
                wire->data[at] ^= 0x41;
                viewer_open(&viewer, &talk);
                viewer_give_all(&viewer, AS_SAID, SIZE_MAX, AT_FIRST); /* hear() takes no wrong byte */
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
    tls_talk_make(&talk, &tls_kinds[1]);
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
        viewer_give_all(&viewer, AS_SAID, SIZE_MAX, AT_FIRST);
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
    tls_talk_make(&talk, &tls_kinds[0]);
    viewer_open(&viewer, &talk);
    (void)tls_take(viewer.tls, DIR_TO_SERVER, SLICE("RSET\r\nMAIL FROM:<evil@example.com>\r\n"));
    viewer_give_all(&viewer, AS_SAID, 5, AT_FIRST);
    assert_int_equal(viewer.stray, sizeof "RSET\r\nMAIL FROM:<evil@example.com>\r\n" - 1);
    viewer_check_all_heard(&viewer);
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
    tls_talk_make(&talk, &tls_kinds[0]);
    viewer_open(&viewer, &talk);
    viewer.settings.tls_held_max_bytes = 32768;
    viewer_give_all(&viewer, AS_SAID, 1000, AT_LAST);
    assert_int_equal(viewer.heard[0].len + viewer.heard[1].len, 0);
    assert_true(viewer.counters.limit_tls_held_max_bytes > 0);
    assert_true(tls_memory(viewer.tls) < 100000);
    viewer_close(&viewer);
    tls_talk_free(&talk);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_is_heard),           cmocka_unit_test(test_without_secrets_facts_only),
        cmocka_unit_test(test_decrypted_certificate),  cmocka_unit_test(test_opaque_when_nobody_has_secrets),
        cmocka_unit_test(test_late_messages_in_clear), cmocka_unit_test(test_any_byte_may_be_wrong),
        cmocka_unit_test(test_cut_off_anywhere),       cmocka_unit_test(test_plaintext_before_the_handshake),
        cmocka_unit_test(test_what_is_no_tls),         cmocka_unit_test(test_what_is_held_is_bounded),
    };
    return cmocka_run_group_tests_name("tls", tests, NULL, NULL);
}
