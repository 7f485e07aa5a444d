/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The mirror port; see tap.h. A frame goes through skew, loss, duplication and reordering, in this order.
 */
#include "tools/synth/tap.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { DUPLICATE_DEPTH = 3, SNAPLEN = 262144, DRAIN_US = 100000 };

struct held {
    uint64_t time_us;
    size_t len;
    uint8_t bytes[];
};

static struct held *hold(struct slice frame, uint64_t time_us)
{
    struct held *held = mem_alloc(sizeof *held + frame.len);
    held->time_us = time_us;
    held->len = frame.len;
    memcpy(held->bytes, frame.ptr, frame.len);
    return held;
}

static void write_frame(struct tap *tap, struct slice frame, uint64_t time_us)
{
    if (time_us > tap->time_us) tap->time_us = time_us;
    struct pcap_pkthdr header = {
        .ts = {(time_t)(tap->time_us / 1000000), (suseconds_t)(tap->time_us % 1000000)},
        .caplen = (bpf_u_int32)frame.len,
        .len = (bpf_u_int32)frame.len};
    pcap_dump((u_char *)tap->dumper, &header, frame.ptr);
    tap->counts.frames++;
    tap->counts.bytes += frame.len;
}

static void write_waiting(struct tap *tap, uint64_t until)
{
    while (tap->waiting.count && heap_top(&tap->waiting)->due <= until) {
        struct held *held = heap_pop(&tap->waiting);
        write_frame(tap, slice_make(held->bytes, held->len), held->time_us);
        free(held);
    }
}

static void pass(struct tap *tap, struct slice frame, uint64_t time_us)
{
    if (random_chance(&tap->random[FAULT_LOSS], tap->options.loss)) {
        tap->counts.lost++;
        return;
    }
    if (time_us > tap->time_us + DRAIN_US) write_waiting(tap, UINT64_MAX);
    uint64_t number = ++tap->passed;
    if (random_chance(&tap->random[FAULT_DUPLICATE], tap->options.duplicate)) {
        uint64_t behind = random_below(&tap->random[FAULT_DUPLICATE], DUPLICATE_DEPTH);
        heap_push(&tap->waiting, number + behind, hold(frame, time_us));
        tap->counts.duplicated++;
    }
    if (random_chance(&tap->random[FAULT_REORDER], tap->options.reorder)) {
        uint64_t behind = 1 + random_below(&tap->random[FAULT_REORDER], tap->options.reorder_depth);
        heap_push(&tap->waiting, number + behind, hold(frame, time_us));
        tap->counts.reordered++;
    } else {
        write_frame(tap, frame, time_us);
    }
    write_waiting(tap, number);
}

static void pass_late(struct tap *tap, uint64_t until_us)
{
    while (tap->late.count && heap_top(&tap->late)->due <= until_us) {
        struct held *held = heap_pop(&tap->late);
        pass(tap, slice_make(held->bytes, held->len), held->time_us);
        free(held);
    }
}

struct passing {
    struct tap *tap;
    const struct segment *segment;
};

static void take_frame(void *context, struct slice frame)
{
    struct passing *passing = context;
    struct tap *tap = passing->tap;
    uint64_t time_us = passing->segment->time_us;
    if (tap->options.skew_us == 0 || passing->segment->direction == DIR_TO_CLIENT) {
        pass(tap, frame, time_us);
        return;
    }
    time_us += tap->options.skew_us;
    heap_push(&tap->late, time_us, hold(frame, time_us));
}

void tap_take(struct tap *tap, const struct segment *segment)
{
    struct passing passing = {tap, segment};
    pass_late(tap, segment->time_us);
    segment_build(segment, &tap->options.framing, &tap->erspan_seq, take_frame, &passing);
}

enum status tap_open(struct tap *tap, const char *path, const struct tap_options *options,
                     struct error *error)
{
    *tap = (struct tap){.options = *options};
    for (int i = 0; i < FAULT_COUNT; i++) tap->random[i] = random_make(~options->seed, (uint64_t)i);
    tap->pcap = pcap_open_dead(DLT_EN10MB, SNAPLEN);
    if (!tap->pcap) return error_set(error, STATUS_IO, "libpcap: no memory");
    tap->dumper = pcap_dump_open(tap->pcap, path);
    if (tap->dumper) return STATUS_OK;
    (void)error_set(error, STATUS_IO, "%s", pcap_geterr(tap->pcap));
    pcap_close(tap->pcap);
    return STATUS_IO;
}

enum status tap_close(struct tap *tap, const char *path, struct error *error)
{
    pass_late(tap, UINT64_MAX);
    write_waiting(tap, UINT64_MAX);
    int failed = pcap_dump_flush(tap->dumper) != 0 || ferror(pcap_dump_file(tap->dumper));
    enum status status = STATUS_OK;
    if (failed) status = error_set(error, STATUS_IO, "%s: %s", path, strerror(errno));
    pcap_dump_close(tap->dumper);
    pcap_close(tap->pcap);
    heap_free(&tap->late);
    heap_free(&tap->waiting);
    return status;
}
