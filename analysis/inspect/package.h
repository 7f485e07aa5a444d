/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * File formats that are ZIP archives with known members: Office Open XML (ECMA-376-2), OpenDocument, EPUB,
 * Java, Android.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_PACKAGE_H
#define MAILTAP_ANALYSIS_INSPECT_PACKAGE_H

#include "base/slice.h"

/* What was seen so far. Zero-initialise. */
struct package {
    bool has_content_types, has_word, has_excel, has_powerpoint, has_macro, has_manifest, has_android;
    const char *declared; /* by a "mimetype" member */
};

/* Both are told the member's path in the archive. */
void package_note_member(struct package *package, struct slice path);
void package_note_content(struct package *package, struct slice path, struct slice content);

/* The media type, or NULL when it is a plain archive. A constant. */
const char *package_type(const struct package *package);

#endif
