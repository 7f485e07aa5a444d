/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Standard output and files: one record a line, each by one write(2), so that a reader never sees half a
 * record unless the disk is full. A line that could not be finished is ended before the next one starts.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "sensor/publish/sink.h"

enum { FILE_MODE = 0640, LINE_MAX_BYTES = 1 << 30 };

struct file_sink {
    int fd;
    bool owned;         /* close(2) it */
    bool torn;          /* the last line has no end */
    struct buffer line; /* reused */
};

static struct file_sink *file_sink_new(int fd, bool owned)
{
    struct file_sink *sink = mem_zalloc(1, sizeof *sink);
    *sink = (struct file_sink){.fd = fd, .owned = owned, .line = buffer_make(LINE_MAX_BYTES)};
    return sink;
}

static enum status stdout_open(const struct sink_context *context, void **state, struct error *error)
{
    (void)context;
    (void)error;
    *state = file_sink_new(STDOUT_FILENO, false);
    return STATUS_OK;
}

static enum status file_open(const struct sink_context *context, void **state, struct error *error)
{
    int fd = open(context->spec->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, FILE_MODE);
    if (fd < 0) {
        return error_set(error, STATUS_IO, "cannot open %s: %s", context->spec->path, strerror(errno));
    }
    *state = file_sink_new(fd, true);
    return STATUS_OK;
}

static enum status file_write(void *state, enum record_kind kind, struct slice record, struct error *error)
{
    struct file_sink *sink = state;
    (void)kind;
    buffer_clear(&sink->line);
    if (sink->torn) (void)buffer_append_byte(&sink->line, '\n');
    (void)buffer_append(&sink->line, record);
    (void)buffer_append_byte(&sink->line, '\n');
    struct slice rest = buffer_slice(&sink->line);
    while (rest.len > 0) {
        ssize_t n = write(sink->fd, rest.ptr, rest.len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return error_set(error, STATUS_IO, "%s", strerror(errno));
        sink->torn = true;
        rest = slice_skip(rest, (size_t)n);
    }
    sink->torn = false;
    return STATUS_OK;
}

static enum status file_close(void *state, struct error *error)
{
    struct file_sink *sink = state;
    enum status status = STATUS_OK;
    if (sink->owned && close(sink->fd) != 0) status = error_set(error, STATUS_IO, "%s", strerror(errno));
    buffer_free(&sink->line);
    free(sink);
    return status;
}

static bool file_is_terminal(void *state)
{
    return isatty(((struct file_sink *)state)->fd) == 1;
}

const struct sink_ops sink_stdout = {
    .open = stdout_open, .write = file_write, .close = file_close, .is_terminal = file_is_terminal};

const struct sink_ops sink_file = {.open = file_open, .write = file_write, .close = file_close};
