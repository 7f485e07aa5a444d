/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of the TLS reader share: the kinds of connections, and a viewer that plays them to the
 * reader and holds what comes out against what was said, at its place.
 */
#ifndef MAILTAP_TESTS_REASSEMBLY_TLS_VIEWER_H
#define MAILTAP_TESTS_REASSEMBLY_TLS_VIEWER_H

#include "reassembly/tls/tls.h"
#include "tests/reassembly/tls/tls_world.h"

enum { ALERT_BYTES = 2, RECORD_HEAD_BYTES = 5 };

/* When the secrets come. */
enum moment { AT_FIRST, MIDWAY, AT_LAST, NEVER, WRONG_ONES };

/* Which bytes come when. */
enum order { AS_SAID, CLIENT_FIRST, SERVER_FIRST };

/* Every suite and version that is read. */
extern const struct tls_kind tls_kinds[];
extern const size_t tls_kind_count;

bool tls_kind_is_aead(const struct tls_kind *kind);

struct viewer {
    struct reassembly_settings settings;
    struct reassembly_counters counters;
    struct tls_secrets *secrets;
    struct tls *tls;
    struct buffer heard[2];
    uint64_t gaps[2], stray; /* bytes */
    const struct tls_talk *talk;
};

void viewer_open(struct viewer *viewer, const struct tls_talk *talk);
void viewer_close(struct viewer *viewer);

/* Opens another reader with these secrets, or none. */
struct tls *viewer_reader(struct viewer *viewer, const struct tls_secrets *secrets);

void viewer_tell_secrets(struct viewer *viewer, bool wrong);

/* Gives the reader a piece in parts of at most `max` bytes, each from a block of its own. */
void viewer_give(struct viewer *viewer, const struct tls_piece *piece, size_t max);

/* Gives it the whole talk. */
void viewer_give_all(struct viewer *viewer, enum order order, size_t max, enum moment moment);

void viewer_check_all_heard(const struct viewer *viewer);

#endif
