/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Capture files by libpcap; see capture.h. From pipes, and from pcapng files, whose blocks of secrets are
 * looked for, libpcap reads through a counting stream of ours: errors can name the offset on pipes as well.
 */
#include "sensor/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "reassembly/decode/decode.h"
#include "sensor/dsb.h"

enum { READ_BUFFER_BYTES = 1 << 18 };

#define NS_PER_S 1000000000u

struct capture {
    char *path;
    int fd;
    uint64_t read_bytes; /* taken from fd, including what stdio still buffers */
    FILE *stream;        /* owned by pcap once that is open */
    char *buffer;
    pcap_t *pcap;
    int link_type;
    struct dsb_scanner secrets;
};

static ssize_t counted_read(void *cookie, char *into, size_t size)
{
    struct capture *c = cookie;
    ssize_t got;
    do {
        got = read(c->fd, into, size);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) return got;
    c->read_bytes += (uint64_t)got;
    dsb_scan(&c->secrets, slice_make((const uint8_t *)into, (size_t)got));
    return got;
}

/* Only asked by ftell(): where are we. */
static int tell_only(void *cookie, off64_t *offset, int whence)
{
    const struct capture *c = cookie;
    if (whence != SEEK_CUR || *offset != 0) return -1;
    *offset = (off64_t)c->read_bytes;
    return 0;
}

static int close_fd(void *cookie)
{
    struct capture *c = cookie;
    return c->fd > STDIN_FILENO ? close(c->fd) : 0;
}

/* A file of its own that is no pcapng: nothing has to be looked at on the way, and stdio reads it faster by
 * itself. */
static bool is_plain_file(int fd)
{
    static const uint8_t pcapng[] = {0x0a, 0x0d, 0x0d, 0x0a};
    uint8_t head[sizeof pcapng];
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || fd == STDIN_FILENO) return false;
    return pread(fd, head, sizeof head, 0) == (ssize_t)sizeof head && memcmp(head, pcapng, sizeof head) != 0;
}

static enum status open_stream(struct capture *c, struct error *error)
{
    bool is_stdin = strcmp(c->path, "-") == 0;
    c->fd = is_stdin ? STDIN_FILENO : open(c->path, O_RDONLY | O_CLOEXEC);
    if (c->fd < 0) return error_set(error, STATUS_IO, "%s: %s", c->path, strerror(errno));
    cookie_io_functions_t io = {.read = counted_read, .seek = tell_only, .close = close_fd};
    c->stream = is_plain_file(c->fd) ? fdopen(c->fd, "rb") : fopencookie(c, "rb", io);
    if (!c->stream) {
        (void)close_fd(c);
        return error_set(error, STATUS_IO, "%s: %s", c->path, strerror(errno));
    }
    c->buffer = mem_alloc(READ_BUFFER_BYTES);
    (void)setvbuf(c->stream, c->buffer, _IOFBF, READ_BUFFER_BYTES);
    (void)__fsetlocking(c->stream, FSETLOCKING_BYCALLER); /* no other thread reads it */
    return STATUS_OK;
}

static enum status open_pcap(struct capture *c, struct error *error)
{
    char reason[PCAP_ERRBUF_SIZE] = "";
    c->pcap = pcap_fopen_offline_with_tstamp_precision(c->stream, PCAP_TSTAMP_PRECISION_NANO, reason);
    if (!c->pcap)
        return error_set(error, STATUS_IO, "%s: at byte %llu: %s", c->path,
                         (unsigned long long)capture_offset(c), reason);
    c->link_type = pcap_datalink(c->pcap);
    if (decode_knows_link(c->link_type)) return STATUS_OK;
    const char *name = pcap_datalink_val_to_name(c->link_type);
    return error_set(error, STATUS_UNSUPPORTED, "%s: link type %d (%s) is not supported", c->path,
                     c->link_type, name ? name : "unknown");
}

struct capture *capture_open(const char *path, struct tls_secrets *secrets, struct error *error)
{
    struct capture *c = mem_zalloc(1, sizeof *c);
    c->secrets = dsb_scanner_make(secrets);
    c->path = mem_strdup(path);
    c->fd = -1;
    if (open_stream(c, error) != STATUS_OK || open_pcap(c, error) != STATUS_OK) capture_close(&c);
    return c;
}

uint64_t capture_offset(const struct capture *c)
{
    long at = c->stream ? ftell(c->stream) : 0;
    return at > 0 ? (uint64_t)at : 0;
}

enum capture_result capture_next(struct capture *c, struct frame *frame, struct error *error)
{
    struct pcap_pkthdr *header = NULL;
    const u_char *bytes = NULL;
    int result = pcap_next_ex(c->pcap, &header, &bytes);
    if (result == PCAP_ERROR_BREAK) return CAPTURE_END;
    if (result != 1) {
        (void)error_set(error, STATUS_IO, "%s: at byte %llu: %s", c->path,
                        (unsigned long long)capture_offset(c), pcap_geterr(c->pcap));
        return CAPTURE_BROKEN;
    }
    uint32_t wire_len = header->len > header->caplen ? header->len : header->caplen;
    *frame = (struct frame){.ts_ns = (uint64_t)header->ts.tv_sec * NS_PER_S + (uint64_t)header->ts.tv_usec,
                            .link_type = c->link_type,
                            .bytes = slice_make(bytes, header->caplen),
                            .wire_len = wire_len};
    return CAPTURE_FRAME;
}

const char *capture_path(const struct capture *c)
{
    return c->path;
}

void capture_close(struct capture **capture)
{
    struct capture *c = *capture;
    if (!c) return;
    if (c->pcap) {
        pcap_close(c->pcap);
    } else if (c->stream) {
        (void)fclose(c->stream);
    }
    free(c->buffer);
    free(c->path);
    free(c);
    *capture = NULL;
}

struct path_time {
    const char *path;
    uint64_t first_ns;
    size_t place;
};

static uint64_t first_packet_ns(const char *path)
{
    struct error ignored;
    struct frame frame;
    if (strcmp(path, "-") == 0) return 0;
    struct capture *c = capture_open(path, NULL, &ignored);
    if (!c) return UINT64_MAX;
    uint64_t first_ns = capture_next(c, &frame, &ignored) == CAPTURE_FRAME ? frame.ts_ns : UINT64_MAX;
    capture_close(&c);
    return first_ns;
}

static int compare_times(const void *a, const void *b)
{
    const struct path_time *x = a, *y = b;
    if (x->first_ns != y->first_ns) return x->first_ns < y->first_ns ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

void capture_sort_paths(const char **paths, size_t count)
{
    struct path_time *times = mem_zalloc(count, sizeof *times);
    for (size_t i = 0; i < count && count > 1; i++)
        times[i] = (struct path_time){paths[i], first_packet_ns(paths[i]), i};
    if (count > 1) {
        qsort(times, count, sizeof *times, compare_times);
        for (size_t i = 0; i < count; i++) paths[i] = times[i].path;
    }
    free(times);
}

const char *capture_library_version(void)
{
    return pcap_lib_version();
}
