/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * AES in both directions: what AES-256 in PDFs needs beyond cipher.h, as its keys are made by encrypting.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_PDF_CIPHER_H
#define MAILTAP_ANALYSIS_INSPECT_PDF_CIPHER_H

#include "analysis/inspect/cipher.h"

/* AES in CBC mode without padding; `data` is cut to whole blocks, `key` has 16 or 32 bytes, `out` has room
 * for data.len. Returns the bytes written. */
size_t pdf_aes(bool encrypts, struct slice key, const uint8_t iv[static CIPHER_BLOCK_BYTES],
               struct slice data, uint8_t *out);

#endif
