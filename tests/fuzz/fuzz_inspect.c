/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One file through one inspector, then what was found inside of it through all. Input: the file's bytes. The
 * inspector is chosen by the name the program is called by, fuzz_inspect_NAME (NAME_inspect in
 * inspectors.def); called by another name it runs every inspector over every input. --list prints the names.
 */
#include "analysis/extract/extract.h"
#include "analysis/extract/files.h"
#include "analysis/inspect/digest.h"
#include "analysis/inspect/inspectors.h"
#include "base/mem.h"
#include "tests/fuzz/fuzz.h"

enum { UNPACKED_MAX = 1 << 20 };

static const struct {
    const char *type, *extension, *function;
    inspect_fn inspect;
} rows[] = {
#define INSPECTOR(type, extension, function) {type, extension, #function, function},
#include "analysis/inspect/inspectors.def"
#undef INSPECTOR
};

static char chosen[64];

static bool is_first_of_its_function(size_t row)
{
    size_t first = 0;
    while (strcmp(rows[first].function, rows[row].function) != 0) first++;
    return first == row;
}

static void print_names(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len = strlen(rows[i].function) - strlen("_inspect");
        if (is_first_of_its_function(i)) (void)printf("%.*s\n", (int)len, rows[i].function);
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *name = strstr((*argv)[0], "fuzz_inspect_");
    if (*argc > 1 && strcmp((*argv)[1], "--list") == 0) {
        print_names();
        exit(0);
    }
    if (!name) return 0;
    (void)snprintf(chosen, sizeof chosen, "%s_inspect", name + strlen("fuzz_inspect_"));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].function, chosen) == 0) return 0;
    (void)fprintf(stderr, "%s: no such inspector\n", chosen);
    exit(2);
}

static void close_extractor(struct extractor *x)
{
    struct buffer *scratch[] = {&x->transfer, &x->text, &x->unpacked, &x->visible, &x->words};
    charsets_close(&x->charsets);
    digests_free(&x->digests);
    for (size_t i = 0; i < sizeof scratch / sizeof *scratch; i++) buffer_free(scratch[i]);
    message_free(&x->message);
}

/* The view's texts are what is printed: they must be readable to their last byte. */
static void check_view(const struct message *message)
{
    for (size_t i = 0; i < message->file_count; i++) {
        const struct file_part *file = &message->files[i];
        FUZZ_CHECK(file->parent == SIZE_MAX || file->parent < i);
        fuzz_touch(file->path);
        for (size_t j = 0; j < file->fact_count; j++) fuzz_touch(file->facts[j].value);
    }
    for (size_t i = 0; i < message->link_count; i++) fuzz_touch(message->links[i].url);
}

static void inspect_by(size_t row, struct slice content, const struct analysis_limits *limits)
{
    struct analysis_counters counters = {0};
    struct mail *mail = mail_new(0);
    struct extractor x = {.mail = mail, .limits = limits, .counters = &counters};
    x.message = mem_zalloc(1, sizeof *x.message);
    x.nested_room = UNPACKED_MAX;
    struct file_part *file = view_add_file(&x, SLICE("1"));
    file->path = SLICE("1");
    file->name = slice_from_cstr(arena_printf(&x.message->arena, "file.%s", rows[row].extension));
    file->parent = SIZE_MAX;
    file->origin = FILE_MEMBER;
    file->content = content;
    file->size = content.len;
    files_set_extension(&x, file);
    file->detected_type = slice_from_cstr(rows[row].type);
    x.inspected_files = 1;
    if (content.len > 0) rows[row].inspect(&x, 0);
    inspect_files(&x);
    check_view(x.message);
    close_extractor(&x);
    mail_free(&mail);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct analysis_limits limits = analysis_default_limits();
    limits.file_max_bytes = limits.archive_total_max_bytes = UNPACKED_MAX;
    extract_init();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!is_first_of_its_function(i) || (chosen[0] && strcmp(rows[i].function, chosen) != 0)) continue;
        inspect_by(i, slice_make(data, size), &limits);
    }
    return 0;
}
