/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The standard security handler of PDFs (ISO 32000-1, 7.6; ISO 32000-2 for AES-256): many files are encrypted
 * so that they cannot be changed, and open with the empty password. These are read.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_PDF_CRYPT_H
#define MAILTAP_ANALYSIS_INSPECT_PDF_CRYPT_H

#include "analysis/inspect/pdf_file.h"

/* What decrypts the file, or NULL when it is not encrypted or the empty password does not open it; then
 * pdf->needs_password is set and the file has a fact that says so. */
struct pdf_crypt *pdf_crypt_new(struct pdf_file *pdf);
void pdf_crypt_free(struct pdf_crypt **crypt);

/* The bytes of a string or stream of the object, decrypted into `out` (from `data` elsewhere). */
struct slice pdf_decrypt(const struct pdf_crypt *crypt, const struct pdf_object *object, struct slice data,
                         struct buffer *out);

#endif
