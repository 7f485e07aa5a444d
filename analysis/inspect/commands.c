/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small text files that lead Windows or a desktop somewhere: .url and .website, .scf, .desktop, .iqy, .slk,
 * .reg, .library-ms, .search-ms, .settingcontent-ms, .wsf, and scripts of any kind. None executes here: what
 * they point to and the words that start programs become facts and links.
 */
#include "analysis/inspect/inspectors.h"
#include "analysis/inspect/strings.h"

static struct slice plain(struct extractor *x, size_t index)
{
    return strings_plain(x, x->message->files[index].content);
}

/* What a key of an INI-like file means. */
static const struct {
    struct slice key;
    enum file_fact_kind kind;
} keys[] = {
    {SLICE_INIT("url"), FACT_LINK_TARGET},
    {SLICE_INIT("baseurl"), FACT_LINK_TARGET},
    {SLICE_INIT("command"), FACT_LINK_TARGET},
    {SLICE_INIT("exec"), FACT_LINK_TARGET},
    {SLICE_INIT("iconfile"), FACT_ICON_OF},
    {SLICE_INIT("icon"), FACT_ICON_OF},
    {SLICE_INIT("workingdirectory"), FACT_LINK_ARGUMENTS},
};

/* [InternetShortcut], [Shell] of Explorer commands, [Desktop Entry]. */
void ini_inspect(struct extractor *x, size_t index)
{
    struct slice text = plain(x, index), rest = text, value;
    for (struct slice line = strings_next_line(&rest); line.ptr; line = strings_next_line(&rest)) {
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            if (strings_ini_value(line, keys[i].key, &value)) inspect_add_fact(x, index, keys[i].kind, value);
        }
    }
    strings_find_links(x, index, text);
    strings_find_script_words(x, index, text);
}

/* Query files of Excel: WEB, version, address, and what is asked. */
void iqy_inspect(struct extractor *x, size_t index)
{
    struct slice rest = plain(x, index);
    for (struct slice line = strings_next_line(&rest); line.ptr; line = strings_next_line(&rest)) {
        strings_find_links(x, index, line);
        if (slice_find(line, SLICE("://")) < line.len) inspect_add_fact(x, index, FACT_LINK_TARGET, line);
    }
}

/* Symbolic link sheets: a formula (E field of a C record) may hold DDE or an Excel 4.0 macro (";E" in NN). */
void sylk_inspect(struct extractor *x, size_t index)
{
    struct slice rest = plain(x, index);
    for (struct slice line = strings_next_line(&rest); line.ptr; line = strings_next_line(&rest)) {
        size_t formula = slice_find(line, SLICE(";E"));
        bool is_cell = slice_starts(line, SLICE("C;")), is_name = slice_starts(line, SLICE("NN;"));
        if (slice_starts_nocase(line, SLICE("O;E"))) inspect_add_fact(x, index, FACT_XLM, line);
        if (is_name && slice_find_nocase(line, SLICE("auto_open")) < line.len)
            inspect_add_fact(x, index, FACT_AUTO_EXEC, line);
        if (!is_cell || formula == line.len) continue;
        struct slice value = slice_skip(line, formula + 2);
        bool calls = slice_find_nocase(value, SLICE("EXEC(")) < value.len ||
                     slice_find_nocase(value, SLICE("CALL(")) < value.len;
        if (calls) inspect_add_fact(x, index, FACT_XLM, value);
        if (slice_index(value, '|') < value.len && slice_index(value, '!') < value.len)
            inspect_add_fact(x, index, FACT_DDE, value);
    }
    strings_find_script_words(x, index, plain(x, index));
}

/* Keys under which Windows starts programs. */
static bool starts_programs(struct slice key)
{
    static const char *const parts[] = {"\\currentversion\\run",
                                        "\\image file execution options\\",
                                        "\\winlogon",
                                        "\\shell\\open\\command",
                                        "\\explorer\\shell folders",
                                        "\\services\\",
                                        "\\policies\\explorer\\run",
                                        "\\session manager"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (slice_find_nocase(key, slice_from_cstr(parts[i])) < key.len) return true;
    }
    return false;
}

void reg_inspect(struct extractor *x, size_t index)
{
    struct slice text = plain(x, index), rest = text;
    for (struct slice line = strings_next_line(&rest); line.ptr; line = strings_next_line(&rest)) {
        if (line.len > 0 && line.ptr[0] == '[' && starts_programs(line))
            inspect_add_fact(x, index, FACT_REGISTRY_KEY, line);
    }
    strings_find_links(x, index, text);
    strings_find_script_words(x, index, text);
}

/* Which element of the small XML formats of Windows holds the target. */
void windows_xml_inspect(struct extractor *x, size_t index)
{
    static const struct slice tags[] = {SLICE_INIT("url"), SLICE_INIT("DeepLink"), SLICE_INIT("include"),
                                        SLICE_INIT("simpleLocation")};
    struct slice text = plain(x, index);
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        for (size_t at = 0; at < text.len;) {
            struct slice value = strings_xml_text(text, tags[i], &at);
            inspect_add_fact(x, index, FACT_LINK_TARGET, value);
            strings_find_links(x, index, value);
            strings_find_script_words(x, index, value);
        }
    }
}

void script_inspect(struct extractor *x, size_t index)
{
    struct slice text = plain(x, index);
    strings_find_script_words(x, index, text);
    strings_find_links(x, index, text);
}
