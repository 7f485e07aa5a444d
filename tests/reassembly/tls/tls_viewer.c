/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See tls_viewer.h.
 */
#include "tests/reassembly/tls/tls_viewer.h"

#include <openssl/ssl.h>
#include <stdlib.h>

#include "tests/support/unit.h"

const struct tls_kind tls_kinds[] = {
    {"TLS_AES_128_GCM_SHA256", TLS1_3_VERSION, false, false, false, false},
    {"TLS_AES_256_GCM_SHA384", TLS1_3_VERSION, false, false, false, false},
    {"TLS_CHACHA20_POLY1305_SHA256", TLS1_3_VERSION, false, false, false, false},
    {"TLS_AES_128_CCM_SHA256", TLS1_3_VERSION, false, false, false, false},
    {"TLS_AES_128_CCM_8_SHA256", TLS1_3_VERSION, false, false, false, false},
    {"TLS_AES_256_GCM_SHA384", TLS1_3_VERSION, false, true, false, false},
    {"TLS_AES_256_GCM_SHA384", TLS1_3_VERSION, false, false, true, false},
    {"TLS_CHACHA20_POLY1305_SHA256", TLS1_3_VERSION, false, true, true, false},
    {"TLS_AES_128_GCM_SHA256", TLS1_3_VERSION, false, false, false, true},
    {"ECDHE-RSA-AES128-GCM-SHA256", TLS1_2_VERSION, false, false, false, false},
    {"ECDHE-RSA-AES256-GCM-SHA384", TLS1_2_VERSION, false, false, false, false},
    {"ECDHE-RSA-AES256-GCM-SHA384", TLS1_2_VERSION, false, true, false, false},
    {"ECDHE-RSA-CHACHA20-POLY1305", TLS1_2_VERSION, false, false, false, false},
    {"AES128-GCM-SHA256", TLS1_2_VERSION, false, false, false, false},
    {"AES256-CCM", TLS1_2_VERSION, false, false, false, false},
    {"AES128-CCM8", TLS1_2_VERSION, false, false, false, false},
    {"DHE-RSA-AES256-SHA256", TLS1_2_VERSION, false, false, false, false},
    {"DHE-RSA-AES256-SHA256", TLS1_2_VERSION, true, false, false, false},
    {"ECDHE-RSA-AES256-SHA384", TLS1_2_VERSION, false, false, false, false},
    {"ECDHE-RSA-AES256-SHA384", TLS1_2_VERSION, true, false, false, false},
    {"AES128-SHA", TLS1_2_VERSION, false, false, false, false},
    {"AES128-SHA", TLS1_2_VERSION, true, false, false, false},
    {"AES256-SHA", TLS1_1_VERSION, false, false, false, false},
    {"AES256-SHA", TLS1_1_VERSION, true, false, false, false},
    {"ECDHE-RSA-AES128-SHA", TLS1_VERSION, false, false, false, false},
    {"ECDHE-RSA-AES128-SHA", TLS1_VERSION, true, false, false, false},
};

const size_t tls_kind_count = COUNT_OF(tls_kinds);

bool tls_kind_is_aead(const struct tls_kind *kind)
{
    return strstr(kind->suite, "GCM") || strstr(kind->suite, "CCM") || strstr(kind->suite, "CHACHA");
}

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

struct tls *viewer_reader(struct viewer *viewer, const struct tls_secrets *secrets)
{
    struct tls_options options = {
        &viewer->settings, &viewer->counters, secrets, {viewer, hear, hear_gap, hear_stray}};
    return tls_open(&options);
}

void viewer_open(struct viewer *viewer, const struct tls_talk *talk)
{
    *viewer = (struct viewer){.settings = reassembly_default_settings(), .talk = talk};
    viewer->settings.tls_held_max_bytes = 1 << 20;
    viewer->heard[0] = viewer->heard[1] = buffer_make(1 << 22);
    viewer->secrets = tls_secrets_new(100);
    viewer->tls = viewer_reader(viewer, viewer->secrets);
}

void viewer_close(struct viewer *viewer)
{
    tls_end(viewer->tls);
    tls_free(&viewer->tls);
    tls_secrets_free(&viewer->secrets);
    buffer_free(&viewer->heard[0]);
    buffer_free(&viewer->heard[1]);
}

void viewer_tell_secrets(struct viewer *viewer, bool wrong)
{
    struct slice text = buffer_slice(&viewer->talk->key_log);
    for (size_t i = 0; i < text.len; i++) {
        bool spoil = wrong && i + 1 < text.len && text.ptr[i + 1] == '\n';
        tls_secrets_feed(viewer->secrets, spoil ? (text.ptr[i] == '0' ? SLICE("1") : SLICE("0"))
                                                : slice_make(text.ptr + i, 1));
    }
}

void viewer_give(struct viewer *viewer, const struct tls_piece *piece, size_t max)
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

void viewer_give_all(struct viewer *viewer, enum order order, size_t max, enum moment moment)
{
    const struct tls_talk *talk = viewer->talk;
    if (moment == AT_FIRST || moment == WRONG_ONES) viewer_tell_secrets(viewer, moment == WRONG_ONES);
    for (unsigned pass = 0; pass < (order == AS_SAID ? 1 : 2); pass++) {
        enum direction now = (pass == 0) == (order == CLIENT_FIRST) ? DIR_TO_SERVER : DIR_TO_CLIENT;
        for (size_t i = 0; i < talk->piece_count; i++) {
            if (pass == 0 && i == talk->piece_count / 2 && moment == MIDWAY)
                viewer_tell_secrets(viewer, false);
            if (order == AS_SAID || talk->pieces[i].dir == now) viewer_give(viewer, &talk->pieces[i], max);
        }
    }
    if (moment == AT_LAST) viewer_tell_secrets(viewer, false);
    tls_end(viewer->tls);
}

void viewer_check_all_heard(const struct viewer *viewer)
{
    for (unsigned dir = 0; dir < 2; dir++) {
        assert_int_equal(viewer->gaps[dir], 0);
        assert_int_equal(viewer->heard[dir].len, viewer->talk->said[dir].len);
    }
    assert_true(tls_facts(viewer->tls)->is_decrypted);
    assert_true(tls_facts(viewer->tls)->is_established);
    assert_false(tls_facts(viewer->tls)->is_broken);
}
