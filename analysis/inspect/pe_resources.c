/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The resources of a Windows program (PE/COFF 6.9): the texts of its version information, and its icons. A
 * tree of three levels (type, name, language), each entry a number or name and an offset.
 */
#include "analysis/inspect/icon.h"
#include "analysis/inspect/pe.h"
#include "base/cursor.h"

enum {
    TYPE_ICON = 3,
    TYPE_VERSION = 16,
    ENTRIES_MAX = 4096, /* looked at in all */
    VERSIONS_MAX = 4,   /* read of them */
    LEVELS = 3,
};

struct resources {
    struct extractor *x;
    size_t index;
    const struct pe *pe;
    struct slice section; /* offsets of the tree are from its start */
    size_t entries, versions;
    uint32_t type;
    struct icon_look look; /* of the best icon */
};

/* The texts of version information that say what a program claims to be. */
static const struct {
    const char *key;
    enum file_fact_kind kind;
} version_keys[] = {
    {"OriginalFilename", FACT_ORIGINAL_NAME},
    {"FileDescription", FACT_DESCRIPTION},
    {"ProductName", FACT_TITLE},
    {"CompanyName", FACT_MAKER},
};

/* The key in UTF-16 with its NUL; the value stands behind it at a multiple of four (VS_VERSIONINFO). */
static struct slice version_value(struct slice version, const char *key)
{
    uint8_t wide[64];
    size_t len = 0;
    for (; key[len / 2] && len + 4 <= sizeof wide; len += 2) {
        wide[len] = (uint8_t)key[len / 2];
        wide[len + 1] = 0;
    }
    wide[len++] = 0;
    wide[len++] = 0;
    size_t at = slice_find(version, slice_make(wide, len));
    return slice_skip(version, at == version.len ? at : (at + len + 3) / 4 * 4);
}

static void read_version(struct resources *r, struct slice version)
{
    for (size_t i = 0; i < sizeof version_keys / sizeof *version_keys; i++) {
        inspect_add_fact_utf16(r->x, r->index, version_keys[i].kind,
                               version_value(version, version_keys[i].key));
    }
}

static void read_data(struct resources *r, uint32_t offset)
{
    enum { VERSION_MAX_BYTES = 65536 };
    struct cursor c = cursor_make(slice_skip(r->section, offset));
    uint32_t address = cursor_le32(&c), size = cursor_le32(&c);
    if (c.bad) return;
    struct slice data = slice_head(pe_at(r->pe, address), size);
    if (r->type == TYPE_VERSION && r->versions++ < VERSIONS_MAX)
        read_version(r, slice_head(data, VERSION_MAX_BYTES));
    if (r->type == TYPE_ICON) icon_look_at(data, &r->look);
}

/* One table of the tree, level 0 to 2; cycles end with the levels. */
static void read_table(struct resources *r, uint32_t offset, int level)
{
    struct cursor c = cursor_make(slice_skip(r->section, offset));
    cursor_skip(&c, 12);
    size_t count = cursor_le16(&c);
    count += cursor_le16(&c);
    for (size_t i = 0; i < count && r->entries < ENTRIES_MAX; i++) {
        uint32_t id = cursor_le32(&c), child = cursor_le32(&c);
        if (c.bad) return;
        r->entries++;
        if (level == 0) r->type = id;
        if (level == 0 && id != TYPE_ICON && id != TYPE_VERSION) continue;
        bool is_table = child & 0x80000000u;
        child &= 0x7fffffffu;
        if (!is_table)
            read_data(r, child);
        else if (level + 1 < LEVELS)
            read_table(r, child, level + 1);
    }
}

void pe_read_resources(struct extractor *x, size_t index, const struct pe *pe)
{
    struct resources r = {.x = x, .index = index, .pe = pe, .section = pe_at(pe, pe->resources)};
    if (pe->resources == 0 || r.section.len == 0) return;
    read_table(&r, 0, 0);
    inspect_add_fact(x, index, FACT_ICON_OF, slice_from_cstr(icon_describe(&r.look)));
}
