/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See rule_files.h.
 */
#include "sensor/rule_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/detect/yara_rules.h"
#include "base/buffer.h"
#include "base/mem.h"

enum { FILE_MAX_BYTES = 1 << 24, PATH_MAX_BYTES = 4096 };

struct rule_files {
    struct rule_source *sources;
    size_t count;
};

static enum status read_file(struct rule_files *files, const char *path, struct error *error)
{
    struct buffer text = buffer_make(FILE_MAX_BYTES);
    uint8_t piece[16384];
    FILE *file = fopen(path, "rbe");
    if (!file) return error_set(error, STATUS_USAGE, "analysis.yara_rules: %s: %s", path, strerror(errno));
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        (void)buffer_append(&text, slice_make(piece, got));
    bool is_whole = !ferror(file) && !text.overflowed;
    (void)fclose(file);
    files->sources = mem_realloc(files->sources, (files->count + 1) * sizeof *files->sources);
    files->sources[files->count++] = (struct rule_source){mem_strdup(path), buffer_release(&text)};
    if (is_whole) return STATUS_OK;
    return error_set(error, STATUS_USAGE,
                     "analysis.yara_rules: %s: cannot be read to its end, or is too large", path);
}

static int is_rule_file(const struct dirent *entry)
{
    struct slice name = slice_from_cstr(entry->d_name);
    return name.ptr[0] != '.' &&
           (slice_ends_nocase(name, SLICE(".yar")) || slice_ends_nocase(name, SLICE(".yara")));
}

static enum status read_folder(struct rule_files *files, const char *path, struct error *error)
{
    struct dirent **names = NULL;
    enum status status = STATUS_OK;
    int count = scandir(path, &names, is_rule_file, alphasort);
    if (count < 0)
        return error_set(error, STATUS_USAGE, "analysis.yara_rules: %s: %s", path, strerror(errno));
    for (int i = 0; i < count; i++) {
        char inner[PATH_MAX_BYTES];
        int len = snprintf(inner, sizeof inner, "%s/%s", path, names[i]->d_name);
        if (status == STATUS_OK && len > 0 && (size_t)len < sizeof inner)
            status = read_file(files, inner, error);
        free(names[i]);
    }
    free(names);
    if (status != STATUS_OK || files->count > 0) return status;
    return error_set(error, STATUS_USAGE, "analysis.yara_rules: %s: no files *.yar or *.yara", path);
}

static void release(struct rule_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free((char *)(uintptr_t)files->sources[i].name);
        free((uint8_t *)(uintptr_t)files->sources[i].text.ptr);
    }
    free(files->sources);
}

enum status rule_files_load(const char *path, struct analysis *analysis, struct error *error)
{
    struct rule_files files = {0};
    struct error reason = {""};
    struct stat info;
    if (!*path) return STATUS_OK;
    if (stat(path, &info) != 0)
        return error_set(error, STATUS_USAGE, "analysis.yara_rules: %s: %s", path, strerror(errno));
    enum status status =
        S_ISDIR(info.st_mode) ? read_folder(&files, path, error) : read_file(&files, path, error);
    if (status == STATUS_OK && analysis_use_rules(analysis, files.sources, files.count, &reason) != STATUS_OK)
        status = error_set(error, STATUS_USAGE, "analysis.yara_rules: %s", reason.text);
    release(&files);
    return status;
}
