/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files by openat(2) below one open folder; see extract.h.
 */
#include "sensor/extract/extract.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "sensor/extract/file_name.h"

enum { FILE_MODE = 0600, FOLDER_MODE = 0700, NAME_MAX_BYTES = 255, ID_MAX_BYTES = 64 };

struct extractor {
    int folder;
    struct extract_limits limits;
    struct extract_counters counters;
    struct buffer name;  /* reused */
    struct error reason; /* of the first failure */
};

struct extractor *extractor_open(const char *folder, const struct extract_limits *limits, struct error *error)
{
    if (mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST) {
        (void)error_set(error, STATUS_IO, "--extract: cannot make %s: %s", folder, strerror(errno));
        return NULL;
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || faccessat(fd, ".", W_OK | X_OK, 0) != 0) {
        (void)error_set(error, STATUS_IO, "--extract: cannot write to %s: %s", folder, strerror(errno));
        if (fd >= 0) (void)close(fd);
        return NULL;
    }
    struct extractor *extractor = mem_zalloc(1, sizeof *extractor);
    *extractor = (struct extractor){.folder = fd, .limits = *limits, .name = buffer_make(NAME_MAX_BYTES)};
    return extractor;
}

/* Said at once the first time; extractor_close() sums up. */
static void note_failure(struct extractor *extractor, const char *name)
{
    struct error failure = {""};
    (void)error_set(&failure, STATUS_IO, "%s: %s", name, strerror(errno));
    if (extractor->counters.errors++ > 0) return;
    extractor->reason = failure;
    log_error("--extract: %s", failure.text);
}

static bool has_room(struct extractor *extractor, size_t bytes)
{
    struct extract_counters *c = &extractor->counters;
    bool too_many = c->mails + c->files >= extractor->limits.files_max;
    bool too_long =
        c->bytes > extractor->limits.total_max_bytes || bytes > extractor->limits.total_max_bytes - c->bytes;
    if (!too_many && !too_long) return true;
    if (c->limit_files_max + c->limit_total_max_bytes == 0)
        log_warning("--extract: extract.%s is reached, what does not fit is not written",
                    too_many ? "files_max" : "total_max_bytes");
    if (too_many) {
        c->limit_files_max++;
    } else {
        c->limit_total_max_bytes++;
    }
    return false;
}

static bool write_all(int fd, struct slice bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        bytes = slice_skip(bytes, (size_t)n);
    }
    return true;
}

/* True when the file was made; half a file is taken away again. */
static bool write_file(struct extractor *extractor, int folder, const char *name, struct slice bytes)
{
    if (!has_room(extractor, bytes.len)) return false;
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (fd < 0 && errno == EEXIST) {
        extractor->counters.existing++;
        return false;
    }
    bool written = fd >= 0 && write_all(fd, bytes);
    if (fd >= 0 && close(fd) != 0) written = false;
    if (written) {
        extractor->counters.bytes += bytes.len;
        return true;
    }
    note_failure(extractor, name);
    if (fd >= 0) (void)unlinkat(folder, name, 0);
    return false;
}

static void write_files(struct extractor *extractor, const char *id, const struct extract_file *files,
                        size_t count)
{
    int folder = -1;
    if (mkdirat(extractor->folder, id, FOLDER_MODE) == 0 || errno == EEXIST)
        folder = openat(extractor->folder, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) {
        note_failure(extractor, id);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        file_name_make(&extractor->name, i + 1, files[i].name, extractor->limits.name_max_bytes);
        const char *name = buffer_cstr(&extractor->name);
        if (files[i].name.len > extractor->limits.name_max_bytes) extractor->counters.limit_name_max_bytes++;
        extractor->counters.files += write_file(extractor, folder, name, files[i].content);
    }
    (void)close(folder);
}

void extractor_write(struct extractor *extractor, const char *id, struct slice mail,
                     const struct extract_file *files, size_t count)
{
    char name[ID_MAX_BYTES];
    (void)snprintf(name, sizeof name, "%s.eml", id);
    extractor->counters.mails += write_file(extractor, extractor->folder, name, mail);
    if (count > 0) write_files(extractor, id, files, count);
}

const struct extract_counters *extractor_counters(const struct extractor *extractor)
{
    return &extractor->counters;
}

enum status extractor_close(struct extractor **extractor_ptr, struct error *error)
{
    struct extractor *extractor = *extractor_ptr;
    if (!extractor) return STATUS_OK;
    uint64_t errors = extractor->counters.errors;
    enum status status = STATUS_OK;
    if (errors > 0)
        status = error_set(error, STATUS_IO, "--extract: %" PRIu64 " files were not written: %.300s", errors,
                           extractor->reason.text);
    (void)close(extractor->folder);
    buffer_free(&extractor->name);
    free(extractor);
    *extractor_ptr = NULL;
    return status;
}
