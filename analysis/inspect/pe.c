/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Windows programs (Microsoft PE/COFF 2 to 6): sections that are writable and executable or a packer's, calls
 * that download, start or inject, resources, and what is appended (self-extracting archives).
 */
#include "analysis/inspect/pe.h"

#include "analysis/inspect/inspectors.h"
#include "base/cursor.h"

enum {
    HEADER_OFFSET_AT = 0x3c,
    SECTION_BYTES = 40,
    DIRECTORIES_AT_32 = 96,
    DIRECTORIES_AT_64 = 112,
    MAGIC_64 = 0x20b,
    DLLS_MAX = 128,
    FUNCTIONS_MAX = 4096,
    NAME_MAX_BYTES = 64,
    OVERLAY_MIN_BYTES = 16,
};

static const uint32_t writable = 0x80000000u, executable = 0x20000000u;

static const char *const packers[] = {"UPX",    ".aspack", ".adata", ".themida", ".vmp",
                                      "MPRESS", ".petite", ".nsp",   ".enigma"};

/* Without the A, W, Ex that say how text is passed. */
static const char *const calls[] = {"URLDownloadToFile",  "URLDownloadToCacheFile",
                                    "InternetOpenUrl",    "InternetReadFile",
                                    "WinHttpOpen",        "WinExec",
                                    "ShellExecute",       "CreateProcess",
                                    "CreateRemoteThread", "WriteProcessMemory",
                                    "VirtualAllocEx",     "QueueUserAPC",
                                    "SetWindowsHookEx",   "NtUnmapViewOfSection",
                                    "GetAsyncKeyState"};

struct slice pe_at(const struct pe *pe, uint32_t address)
{
    for (size_t i = 0; i < pe->section_count; i++) {
        const struct pe_section *s = &pe->sections[i];
        if (address < s->address || address - s->address >= s->file_size) continue;
        uint64_t offset = (uint64_t)s->offset + (address - s->address);
        if (offset >= pe->content.len) break;
        return slice_head(slice_skip(pe->content, (size_t)offset), s->file_size - (address - s->address));
    }
    return slice_make(NULL, 0);
}

static struct slice text_at(const struct pe *pe, uint32_t address)
{
    struct slice text = slice_head(pe_at(pe, address), NAME_MAX_BYTES);
    return slice_head(text, slice_index(text, 0));
}

static void read_section(struct extractor *x, size_t index, struct pe *pe, struct cursor *c)
{
    struct slice name = cursor_take(c, 8);
    struct pe_section section;
    section.size = cursor_le32(c);
    section.address = cursor_le32(c);
    section.file_size = cursor_le32(c);
    section.offset = cursor_le32(c);
    cursor_skip(c, 12);
    uint32_t flags = cursor_le32(c);
    if (c->bad || pe->section_count >= PE_SECTIONS_MAX) return;
    pe->sections[pe->section_count++] = section;
    bool is_telling = (flags & writable) && (flags & executable);
    for (size_t i = 0; i < sizeof packers / sizeof *packers; i++) {
        is_telling |= slice_starts_nocase(name, slice_from_cstr(packers[i]));
    }
    if (is_telling) inspect_add_fact(x, index, FACT_SECTION, slice_head(name, slice_index(name, 0)));
}

/* Headers, up to the section table; false when it is no PE file. */
static bool read_headers(struct extractor *x, size_t index, struct pe *pe)
{
    struct cursor dos = cursor_make(pe->content);
    cursor_skip(&dos, HEADER_OFFSET_AT);
    struct cursor c = cursor_make(slice_skip(pe->content, cursor_le32(&dos)));
    if (!slice_equal(cursor_take(&c, 4), SLICE("PE\0\0"))) return false;
    cursor_skip(&c, 2);
    size_t section_count = cursor_le16(&c);
    cursor_skip(&c, 12);
    size_t optional_len = cursor_le16(&c);
    cursor_skip(&c, 2);
    struct cursor o = cursor_make(cursor_take(&c, optional_len));
    pe->is_wide = cursor_le16(&o) == MAGIC_64;
    cursor_skip(&o, (pe->is_wide ? DIRECTORIES_AT_64 : DIRECTORIES_AT_32) - 2);
    cursor_skip(&o, 8);
    pe->imports = cursor_le32(&o);
    cursor_skip(&o, 4);
    pe->resources = cursor_le32(&o);
    cursor_skip(&o, 12);
    pe->certificates = cursor_le32(&o);
    for (size_t i = 0; i < section_count && !c.bad; i++) read_section(x, index, pe, &c);
    return true;
}

static bool is_call(struct slice name)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        struct slice call = slice_from_cstr(calls[i]);
        if (slice_starts(name, call) && name.len - call.len <= 3) return true;
    }
    return false;
}

/* The thunks of one library; returns how many there were. */
static size_t read_thunks(struct extractor *x, size_t index, const struct pe *pe, uint32_t thunks,
                          size_t room)
{
    struct cursor c = cursor_make(pe_at(pe, thunks));
    size_t count = 0;
    for (; count < room; count++) {
        uint32_t address = cursor_le32(&c), high = pe->is_wide ? cursor_le32(&c) : 0;
        if (c.bad || (address == 0 && high == 0)) break;
        if ((pe->is_wide ? high : address) & 0x80000000u) continue; /* by number */
        struct slice name = text_at(pe, address + 2);
        if (is_call(name)) inspect_add_fact(x, index, FACT_IMPORT, name);
    }
    return count;
}

static void read_imports(struct extractor *x, size_t index, const struct pe *pe)
{
    struct cursor c = cursor_make(pe_at(pe, pe->imports));
    size_t functions = 0;
    for (size_t i = 0; i < DLLS_MAX && functions < FUNCTIONS_MAX; i++) {
        uint32_t lookup = cursor_le32(&c);
        cursor_skip(&c, 8);
        uint32_t name = cursor_le32(&c), bound = cursor_le32(&c);
        if (c.bad || name == 0) return;
        functions += read_thunks(x, index, pe, lookup ? lookup : bound, FUNCTIONS_MAX - functions);
    }
}

/* What follows the last section, up to the signature. */
static void read_overlay(struct extractor *x, size_t index, const struct pe *pe)
{
    uint64_t end = 0;
    for (size_t i = 0; i < pe->section_count; i++) {
        uint64_t section_end = (uint64_t)pe->sections[i].offset + pe->sections[i].file_size;
        if (pe->sections[i].file_size > 0 && section_end > end) end = section_end;
    }
    struct slice overlay = slice_skip(pe->content, end < pe->content.len ? (size_t)end : pe->content.len);
    if (pe->certificates >= end && pe->certificates < pe->content.len && pe->certificates > 0)
        overlay = slice_head(overlay, (size_t)(pe->certificates - end));
    if (pe->section_count == 0 || overlay.len < OVERLAY_MIN_BYTES) return;
    const char *size = arena_printf(&x->message->arena, "%zu bytes", overlay.len);
    inspect_add_fact(x, index, FACT_TRAILING_DATA, slice_from_cstr(size));
    (void)inspect_add_child(x, index, SLICE("appended"), overlay, FILE_EMBEDDED);
}

void pe_inspect(struct extractor *x, size_t index)
{
    struct pe pe = {.content = x->message->files[index].content};
    if (!read_headers(x, index, &pe)) return;
    read_imports(x, index, &pe);
    pe_read_resources(x, index, &pe);
    read_overlay(x, index, &pe);
}
