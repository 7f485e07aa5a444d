/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Encrypted Office documents (MS-OFFCRYPTO), opened with passwords that are known.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_OFFICE_CRYPTO_H
#define MAILTAP_ANALYSIS_INSPECT_OFFICE_CRYPTO_H

#include "analysis/extract/view.h"

/* Passwords to try, UTF-8. */
struct office_passwords {
    const struct slice *items;
    size_t count;
};

/* What Office tries by itself before it asks: a document encrypted so opens as any other. */
struct office_passwords office_default_passwords(void);

/* The same and those that the mail may mean (passwords.h), in this order; in the arena. */
struct office_passwords office_known_passwords(struct extractor *x);

/* True for a password that Office tries by itself. */
bool office_is_default_password(struct slice password);

/* How a stream "EncryptionInfo" says that the package is encrypted: "agile", "standard" or "unknown". */
struct slice office_crypto_kind(struct slice info);

/* Decrypts the stream "EncryptedPackage" into `out`. Returns the password that opened it, or an empty slice.
 * Hashing rounds are bounded by password_rounds_max for the mail. */
struct slice office_crypto_open_package(struct extractor *x, struct slice info, struct slice package,
                                        struct office_passwords passwords, struct buffer *out);

/* The same for a stream "Workbook" whose record FilePass is `file_pass` (RC4): `out` gets the stream with its
 * records decrypted. */
struct slice office_crypto_open_workbook(struct slice file_pass, struct slice stream,
                                         struct office_passwords passwords, struct buffer *out);

#endif
