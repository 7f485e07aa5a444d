/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs a fuzz target over files, without a fuzzer: the regression test of its seeds. Arguments are files and
 * folders of files. Fails when there is nothing to run, or by what the target does.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "base/mem.h"
#include "tests/fuzz/fuzz.h"

enum { SEED_MAX = 1 << 24 };

#pragma weak LLVMFuzzerInitialize

static unsigned run_file(const char *path)
{
    uint8_t block[65536];
    size_t got;
    struct buffer bytes = buffer_make(SEED_MAX);
    FILE *file = fopen(path, "rbe");
    if (!file) return 0;
    while ((got = fread(block, 1, sizeof block, file)) > 0)
        (void)buffer_append(&bytes, slice_make(block, got));
    (void)fclose(file);
    (void)fprintf(stderr, "%s: %zu bytes\n", path, bytes.len);
    uint8_t *exact = mem_alloc(bytes.len + (bytes.len == 0)); /* ASan watches its end */
    if (bytes.len > 0) memcpy(exact, bytes.data, bytes.len);
    (void)LLVMFuzzerTestOneInput(exact, bytes.len);
    free(exact);
    buffer_free(&bytes);
    return 1;
}

static unsigned run_path(const char *path)
{
    struct stat info;
    unsigned count = 0;
    char inner[4096];
    if (stat(path, &info) != 0) return 0;
    DIR *folder = S_ISDIR(info.st_mode) ? opendir(path) : NULL;
    if (!folder) return run_file(path);
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (entry->d_name[0] == '.') continue;
        (void)snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        count += run_file(inner);
    }
    (void)closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    unsigned count = 0;
    if (LLVMFuzzerInitialize) (void)LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) count += run_path(argv[i]);
    (void)fprintf(stderr, "%u inputs\n", count);
    return count > 0 ? 0 : 1;
}
