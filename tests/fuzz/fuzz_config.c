/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The configuration file: what is accepted can be printed and read again, with the same values. Input: YAML.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "sensor/config.h"
#include "tests/fuzz/fuzz.h"

/* The path of a file in memory with these bytes; *fd closes it. */
static const char *memory_file(struct slice bytes, int *fd, char path[64])
{
    *fd = memfd_create("config", MFD_CLOEXEC);
    FUZZ_CHECK(*fd >= 0 && write(*fd, bytes.ptr, bytes.len) == (ssize_t)bytes.len);
    (void)snprintf(path, 64, "/proc/self/fd/%d", *fd);
    return path;
}

static void check_printed(const struct config *config)
{
    char *text = NULL, path[64];
    size_t len = 0;
    int fd = -1;
    FILE *out = open_memstream(&text, &len);
    config_print(config, out);
    (void)fclose(out);
    struct config again = config_defaults();
    struct error error = {""};
    FUZZ_CHECK(config_read(&again, memory_file(slice_make(text, len), &fd, path), &error) == STATUS_OK);
    FUZZ_CHECK(memcmp(&again, config, sizeof again) == 0);
    (void)close(fd);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = -1;
    char path[64];
    struct config config = config_defaults();
    struct error error = {""};
    enum status status = config_read(&config, memory_file(slice_make(data, size), &fd, path), &error);
    (void)close(fd);
    FUZZ_CHECK(status == STATUS_OK || error.text[0]);
    if (status == STATUS_OK) check_printed(&config);
    return 0;
}
