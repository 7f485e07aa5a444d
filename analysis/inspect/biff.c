/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See biff.h. Of BIFF 5 to 8: names and state of sheets, names that run by themselves, formulas of macro
 * sheets, links by DDE, encryption.
 */
#include "analysis/inspect/biff.h"

#include "analysis/inspect/office_crypto.h"
#include "analysis/inspect/xlm.h"
#include "base/cursor.h"

enum {
    RECORD_FORMULA = 0x0006,
    RECORD_NAME = 0x0018,
    RECORD_FILEPASS = 0x002f,
    RECORD_BOUNDSHEET = 0x0085,
    RECORD_SUPBOOK = 0x01ae,
    RECORD_BOF = 0x0809,
    VERSION_8 = 0x0600,
    SHEET_MACROS = 0x0040, /* type of a substream */
    BOUND_MACROS = 1,      /* type of a sheet in the list of sheets */
    NAME_IS_BUILT_IN = 0x20,
    FORMULA_HEAD_BYTES = 20,
};

struct workbook {
    struct extractor *x;
    size_t index;
    bool is_version_8, in_macro_sheet;
};

/* `chars` characters; in version 8 behind a byte that says whether they are wide. UTF-8 in the arena. */
static struct slice take_text(struct workbook *w, struct cursor *c, size_t chars)
{
    bool is_wide = w->is_version_8 && (cursor_u8(c) & 1);
    size_t len = chars * (is_wide ? 2 : 1);
    struct slice text = cursor_take(c, c->bad || len < cursor_left(c) ? len : cursor_left(c));
    return is_wide ? inspect_utf16(w->x, text) : inspect_text(w->x, text);
}

static void read_bound_sheet(struct workbook *w, struct cursor *c)
{
    cursor_skip(c, 4);
    unsigned state = cursor_u8(c) & 3, type = cursor_u8(c);
    struct slice name = take_text(w, c, cursor_u8(c));
    if (state != 0) inspect_add_fact(w->x, w->index, FACT_HIDDEN_SHEET, name);
    if (type == BOUND_MACROS) inspect_add_fact(w->x, w->index, FACT_XLM, name);
}

static void read_name(struct workbook *w, struct cursor *c)
{
    static const struct slice built_in[] = {[1] = SLICE_INIT("Auto_Open"),
                                            [2] = SLICE_INIT("Auto_Close"),
                                            [10] = SLICE_INIT("Auto_Activate"),
                                            [11] = SLICE_INIT("Auto_Deactivate")};
    unsigned flags = cursor_le16(c);
    cursor_skip(c, 1);
    size_t chars = cursor_u8(c);
    cursor_skip(c, 10);
    struct slice name = take_text(w, c, chars);
    bool is_built_in = flags & NAME_IS_BUILT_IN && name.len == 1;
    if (is_built_in && name.ptr[0] < sizeof built_in / sizeof *built_in) name = built_in[name.ptr[0]];
    xlm_read_name(w->x, w->index, name);
}

static void read_formula(struct workbook *w, struct cursor *c)
{
    if (!w->in_macro_sheet) return;
    cursor_skip(c, FORMULA_HEAD_BYTES);
    size_t len = cursor_le16(c);
    xlm_read_tokens(w->x, w->index, cursor_take(c, c->bad || len < cursor_left(c) ? len : cursor_left(c)),
                    w->is_version_8);
}

/* A link to another workbook begins with a 1; to a server by DDE it is "server\3topic". */
static void read_supporting_book(struct workbook *w, struct cursor *c)
{
    cursor_skip(c, 2);
    size_t chars = cursor_le16(c);
    if (c->bad || chars == 0 || chars == 0x0401 || chars == 0x3a01) return;
    struct slice path = take_text(w, c, chars);
    size_t split = slice_index(path, 3);
    if (path.len == 0 || path.ptr[0] <= 1 || split == path.len) return;
    char *text = arena_cstr(&w->x->message->arena, path);
    text[split] = '|';
    inspect_add_fact(w->x, w->index, FACT_DDE, slice_from_cstr(text));
}

static void read_start(struct workbook *w, struct cursor *c)
{
    w->is_version_8 = cursor_le16(c) == VERSION_8;
    w->in_macro_sheet = cursor_le16(c) == SHEET_MACROS;
}

static void read_record(struct workbook *w, unsigned type, struct cursor *c)
{
    switch (type) {
    case RECORD_BOF: read_start(w, c); break;
    case RECORD_BOUNDSHEET: read_bound_sheet(w, c); break;
    case RECORD_NAME: read_name(w, c); break;
    case RECORD_FORMULA: read_formula(w, c); break;
    case RECORD_SUPBOOK: read_supporting_book(w, c); break;
    default: break;
    }
}

/* Returns what a record FilePass holds when it kept the rest from being read; ptr is NULL otherwise. */
static struct slice read_records(struct workbook *w, struct slice stream, bool is_open)
{
    struct cursor c = cursor_make(stream);
    while (cursor_left(&c) >= 4) {
        unsigned type = cursor_le16(&c);
        struct slice content = cursor_take(&c, cursor_le16(&c));
        struct cursor record = cursor_make(content);
        if (c.bad) break;
        if (type == RECORD_FILEPASS && !is_open) return content;
        read_record(w, type, &record);
    }
    return slice_make(NULL, 0);
}

void biff_read(struct extractor *x, size_t index, struct slice stream)
{
    struct workbook workbook = {.x = x, .index = index};
    struct slice file_pass = read_records(&workbook, stream, false);
    if (!file_pass.ptr) return;
    inspect_add_fact(x, index, FACT_ENCRYPTED, SLICE("workbook"));
    struct buffer opened = buffer_make(stream.len);
    struct slice password =
        office_crypto_open_workbook(file_pass, stream, office_known_passwords(x), &opened);
    if (password.len > 0) {
        if (office_is_default_password(password)) inspect_add_fact(x, index, FACT_DEFAULT_PASSWORD, password);
        (void)read_records(&workbook, buffer_slice(&opened), true);
    }
    buffer_free(&opened);
}
