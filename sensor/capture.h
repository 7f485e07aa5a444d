/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Capture files: pcap (both byte orders, micro- and nanoseconds) and pcapng by libpcap. Several files are
 * read one after the other, in the order of their first packet. A file that cannot be read to its end gives
 * what it has and then an error that names file, offset and reason.
 */
#ifndef MAILTAP_SENSOR_CAPTURE_H
#define MAILTAP_SENSOR_CAPTURE_H

#include "base/status.h"
#include "reassembly/decode/packet.h"
#include "reassembly/tls/secrets.h"

struct capture;

/* Opens a capture file; "-" is standard input. TLS secrets that a pcapng file holds go to `secrets` as they
 * are read (NULL: they are passed over). On failure returns NULL and fills *error. */
struct capture *capture_open(const char *path, struct tls_secrets *secrets, struct error *error);

enum capture_result {
    CAPTURE_FRAME,  /* *frame is valid until the next call */
    CAPTURE_END,    /* the file was read to its end */
    CAPTURE_BROKEN, /* it cannot be read any further: *error says where and why */
};

enum capture_result capture_next(struct capture *capture, struct frame *frame, struct error *error);

/* Path as given; lives as long as the capture. */
const char *capture_path(const struct capture *capture);

/* Bytes of the file read so far. */
uint64_t capture_offset(const struct capture *capture);

/* Releases the capture and clears the caller's pointer. */
void capture_close(struct capture **capture);

/* Sorts the paths by the time of their first packet (stable). A path that cannot be read keeps its place at
 * the end; reading it later gives the error. Standard input, which can be read only once, comes first. */
void capture_sort_paths(const char **paths, size_t count);

/* Version text of the capture library, for `mailtap version`. */
const char *capture_library_version(void);

#endif
