/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The digests and ciphers that encrypted PDFs are read with: RC4 here, the rest by OpenSSL.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_PDF_CIPHER_H
#define MAILTAP_ANALYSIS_INSPECT_PDF_CIPHER_H

#include "base/slice.h"

enum pdf_digest { PDF_MD5, PDF_SHA256, PDF_SHA384, PDF_SHA512 };

enum { PDF_DIGEST_MAX_BYTES = 64, PDF_AES_BLOCK_BYTES = 16 };

/* The digest of the bytes; returns its length, 0 when the library refuses. */
size_t pdf_digest(enum pdf_digest kind, struct slice bytes, uint8_t out[static PDF_DIGEST_MAX_BYTES]);

/* AES in CBC mode without padding; `data` is cut to whole blocks, `key` has 16 or 32 bytes, `out` has room
 * for data.len. Returns the bytes written. */
size_t pdf_aes(bool encrypts, struct slice key, const uint8_t iv[static PDF_AES_BLOCK_BYTES],
               struct slice data, uint8_t *out);

/* RC4, in place. */
void pdf_rc4(struct slice key, uint8_t *data, size_t len);

#endif
