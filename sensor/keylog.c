/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Follows a key log file; see keylog.h.
 */
#include "sensor/keylog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { READ_BYTES = 16384 };

struct keylog {
    const char *path;
    struct tls_secrets *secrets;
    int fd;
    uint64_t offset;
};

/* A FIFO is opened without waiting for its writer. */
static int open_file(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

static void read_on(struct keylog *keylog)
{
    uint8_t bytes[READ_BYTES];
    ssize_t got;
    while ((got = read(keylog->fd, bytes, sizeof bytes)) > 0) {
        keylog->offset += (uint64_t)got;
        tls_secrets_feed(keylog->secrets, slice_make(bytes, (size_t)got));
    }
    mem_wipe(bytes, sizeof bytes);
}

/* The file was truncated, or another one has its name now. */
static bool is_stale(const struct keylog *keylog)
{
    struct stat held, named;
    if (fstat(keylog->fd, &held) != 0 || !S_ISREG(held.st_mode)) return false;
    if ((uint64_t)held.st_size < keylog->offset) return true;
    if (stat(keylog->path, &named) != 0) return false;
    return named.st_ino != held.st_ino || named.st_dev != held.st_dev;
}

struct keylog *keylog_open(const char *path, struct tls_secrets *secrets, struct error *error)
{
    struct stat info;
    int fd = open_file(path);
    if (fd < 0) {
        (void)error_set(error, STATUS_IO, "key log %s: %s", path, strerror(errno));
        return NULL;
    }
    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
        (void)close(fd);
        (void)error_set(error, STATUS_IO, "key log %s: it is a directory", path);
        return NULL;
    }
    struct keylog *keylog = mem_zalloc(1, sizeof *keylog);
    *keylog = (struct keylog){.path = path, .secrets = secrets, .fd = fd};
    read_on(keylog);
    return keylog;
}

void keylog_poll(struct keylog *keylog)
{
    read_on(keylog);
    if (!is_stale(keylog)) return;
    int fd = open_file(keylog->path);
    if (fd < 0) return; /* it may come back */
    tls_secrets_end_text(keylog->secrets);
    (void)close(keylog->fd);
    keylog->fd = fd;
    keylog->offset = 0;
    read_on(keylog);
}

void keylog_close(struct keylog **keylog_ptr)
{
    struct keylog *keylog = *keylog_ptr;
    if (!keylog) return;
    keylog_poll(keylog);
    tls_secrets_end_text(keylog->secrets);
    (void)close(keylog->fd);
    free(keylog);
    *keylog_ptr = NULL;
}
