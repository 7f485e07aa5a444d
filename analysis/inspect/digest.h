/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * MD5, SHA-1 and SHA-256 of a content in one pass over it.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_DIGEST_H
#define MAILTAP_ANALYSIS_INSPECT_DIGEST_H

#include "base/slice.h"

/* Looks the algorithms up once, before any file becomes unreachable. Idempotent, not thread-safe. */
void digest_init(void);
void digest_shutdown(void);

struct digests;

struct digests *digests_new(void);
void digests_free(struct digests **digests);

/* Writes the three hashes in hex, each with a NUL. */
void digests_compute(struct digests *digests, struct slice content, char md5[33], char sha1[41],
                     char sha256[65]);

#endif
