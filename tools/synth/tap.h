/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The mirror port and its faults: takes the segments that pass, in the order of their time, and writes what
 * of them is captured. A capture may begin late, see one direction only, see one direction later than the
 * other, and lose, double or reorder frames. Frames get the time they are written at, as in a real capture.
 * The random numbers of each fault are its own, so that adding one fault does not move another. What waits
 * behind other frames is written when the line is quiet for a tenth of a second.
 */
#ifndef MAILTAP_SYNTH_TAP_H
#define MAILTAP_SYNTH_TAP_H

#include "base/status.h"
#include "tools/synth/heap.h"
#include "tools/synth/random.h"
#include "tools/synth/segment.h"

struct tap_options {
    struct framing framing;
    double loss, duplicate, reorder; /* probability for each frame, 0 … 1 */
    uint32_t reorder_depth;          /* a reordered frame passes behind 1 … this many others */
    uint64_t skew_us;                /* how much later the frames to the server are seen */
    uint64_t seed;
};

struct tap_counts {
    uint64_t frames, bytes, lost, duplicated, reordered;
};

enum fault { FAULT_LOSS, FAULT_DUPLICATE, FAULT_REORDER, FAULT_COUNT };

struct tap {
    struct tap_options options;
    struct random random[FAULT_COUNT];
    struct heap late;    /* frames seen later, by time */
    struct heap waiting; /* frames put behind others, by frame number */
    uint64_t passed;     /* frames that were not lost */
    uint64_t time_us;    /* of the last frame written */
    uint32_t erspan_seq;
    struct tap_counts counts;
    struct pcap *pcap;
    struct pcap_dumper *dumper;
};

/* Creates the capture file (microseconds, Ethernet); "-" is standard output. */
enum status tap_open(struct tap *tap, const char *path, const struct tap_options *options,
                     struct error *error);

/* The segment passes. */
void tap_take(struct tap *tap, const struct segment *segment);

/* Writes what still waits and closes the file; STATUS_IO when something could not be written. */
enum status tap_close(struct tap *tap, const char *path, struct error *error);

#endif
