/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See xlm.h.
 */
#include "analysis/inspect/xlm.h"

static const struct {
    unsigned number;
    bool is_command;
    const char *name;
} functions[] = {
#define XLM_FUNCTION(number, is_command, name) {(number), (is_command), (name)},
#include "analysis/inspect/xlm_functions.def"
#undef XLM_FUNCTION
};

enum { FUNCTION_COUNT = sizeof functions / sizeof *functions };

static bool is_name_byte(uint8_t c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '.' || c == '_';
}

static bool is_listed(struct slice word)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        if (slice_equal_nocase(word, slice_from_cstr(functions[i].name))) return true;
    }
    return false;
}

void xlm_read_formula(struct extractor *x, size_t index, struct slice formula)
{
    for (size_t i = 0; i < formula.len; i++) {
        size_t len = 0;
        while (i + len < formula.len && is_name_byte(formula.ptr[i + len])) len++;
        bool is_call = i + len < formula.len && formula.ptr[i + len] == '(';
        if (len > 0 && is_call && is_listed(slice_head(slice_skip(formula, i), len))) {
            inspect_add_fact(x, index, FACT_XLM, formula);
            return;
        }
        i += len;
    }
}

void xlm_read_name(struct extractor *x, size_t index, struct slice name)
{
    static const struct slice prefix = SLICE_INIT("_xlnm.");
    struct slice plain = slice_starts_nocase(name, prefix) ? slice_skip(name, prefix.len) : name;
    if (slice_starts_nocase(plain, SLICE("Auto_Open")) || slice_starts_nocase(plain, SLICE("Auto_Close")) ||
        slice_starts_nocase(plain, SLICE("Auto_Activate")))
        inspect_add_fact(x, index, FACT_AUTO_EXEC, plain);
}

const char *xlm_function_name(unsigned number, bool is_command)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        if (functions[i].number == number && functions[i].is_command == is_command) return functions[i].name;
    }
    return NULL;
}
