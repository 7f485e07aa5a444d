/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hashes of records, in the spelling records use. Pure functions.
 */
#ifndef MAILTAP_SENSOR_PUBLISH_DIGEST_H
#define MAILTAP_SENSOR_PUBLISH_DIGEST_H

#include "base/slice.h"

enum { DIGEST_SHA256_HEX_SIZE = 65, DIGEST_SHA1_BASE64_SIZE = 29 };

/* Lower-case hex with a NUL. */
void digest_sha256_hex(struct slice bytes, char hex[static DIGEST_SHA256_HEX_SIZE]);

/* Base64 of SHA-1 (RFC 4648 section 4, padded) with a NUL. */
void digest_sha1_base64(struct slice bytes, char base64[static DIGEST_SHA1_BASE64_SIZE]);

#endif
