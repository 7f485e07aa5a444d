/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See package.h.
 */
#include "analysis/inspect/package.h"

void package_note_member(struct package *p, struct slice path)
{
    if (slice_equal_nocase(path, SLICE("[Content_Types].xml"))) p->has_content_types = true;
    if (slice_starts_nocase(path, SLICE("word/"))) p->has_word = true;
    if (slice_starts_nocase(path, SLICE("xl/"))) p->has_excel = true;
    if (slice_starts_nocase(path, SLICE("ppt/"))) p->has_powerpoint = true;
    if (slice_ends_nocase(path, SLICE("/vbaProject.bin"))) p->has_macro = true;
    if (slice_equal_nocase(path, SLICE("META-INF/MANIFEST.MF"))) p->has_manifest = true;
    if (slice_equal(path, SLICE("AndroidManifest.xml"))) p->has_android = true;
}

void package_note_content(struct package *p, struct slice path, struct slice content)
{
    static const char *const types[] = {
        "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.presentation", "application/vnd.oasis.opendocument.graphics",
        "application/epub+zip"};
    if (p->declared || !slice_equal(path, SLICE("mimetype"))) return;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (slice_equal(slice_trim(content), slice_from_cstr(types[i]))) p->declared = types[i];
    }
}

const char *package_type(const struct package *p)
{
    if (p->declared) return p->declared;
    if (p->has_content_types && p->has_word)
        return p->has_macro ? "application/vnd.ms-word.document.macroenabled.12"
                            : "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    if (p->has_content_types && p->has_excel)
        return p->has_macro ? "application/vnd.ms-excel.sheet.macroenabled.12"
                            : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    if (p->has_content_types && p->has_powerpoint)
        return p->has_macro ? "application/vnd.ms-powerpoint.presentation.macroenabled.12"
                            : "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    if (p->has_android) return "application/vnd.android.package-archive";
    return p->has_manifest ? "application/java-archive" : NULL;
}
