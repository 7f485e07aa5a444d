/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A datagram cut into fragments of any size, in any order, with copies that overlap: what comes out is the
 * datagram, once. Input: flags (1), length of the script (1), script of offset (2) and length (1) in units of
 * 8 bytes, then the datagram's bytes. Whatever the script leaves out is sent after it unless the flags lose
 * it. Where fragments lie about being the last, what comes out is still the beginning of the datagram.
 */
#include "reassembly/decode/defrag.h"
#include "tests/fuzz/fuzz.h"

enum { FLAG_IPV6 = 1, FLAG_LOSE_REST = 2, FLAG_LIES = 4, UNIT = 8 };

struct run {
    struct decoder decoder;
    struct packet packet;
    struct slice datagram;
    unsigned flags;
    unsigned completed;
};

static void send_fragment(struct run *run, size_t offset, size_t len, bool lie)
{
    struct slice bytes = slice_head(slice_skip(run->datagram, offset), len);
    if (bytes.len == 0) return;
    struct slice whole;
    size_t header_len = 0;
    struct ip_fragment fragment = {.family = run->flags & FLAG_IPV6 ? FAMILY_IPV6 : FAMILY_IPV4,
                                   .protocol = 6,
                                   .id = 7,
                                   .offset = (uint32_t)offset,
                                   .more = offset + bytes.len < run->datagram.len && !lie,
                                   .bytes = bytes};
    run->packet.family = fragment.family;
    if (!defrag_add(&run->decoder, &run->packet, &fragment, &whole, &header_len)) return;
    run->completed++;
    struct slice payload = slice_skip(whole, header_len);
    FUZZ_CHECK(slice_equal(payload, slice_head(run->datagram, payload.len)));
    FUZZ_CHECK(payload.len == run->datagram.len || (run->flags & FLAG_LIES));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice input = slice_make(data, size);
    struct reassembly_settings settings = reassembly_default_settings();
    struct reassembly_counters counters = {0};
    struct run run = {.decoder = {&settings, &counters, false, NULL}};
    run.flags = fuzz_number(&input, 1);
    struct slice script = fuzz_take(&input, fuzz_number(&input, 1) * 3);
    run.datagram = slice_head(input, 60000);
    size_t units = run.datagram.len / UNIT + 1;
    while (script.len > 0) {
        size_t offset = fuzz_number(&script, 2) % units * UNIT, len = (fuzz_number(&script, 1) + 1) * UNIT;
        send_fragment(&run, offset, len, (run.flags & FLAG_LIES) && offset % (3 * UNIT) == 0);
    }
    bool done = run.completed > 0;
    for (size_t at = 0; !(run.flags & FLAG_LOSE_REST) && !done && at < run.datagram.len; at += 512)
        send_fragment(&run, at, 512, false);
    bool owed = !(run.flags & (FLAG_LOSE_REST | FLAG_LIES)) && run.datagram.len > 0;
    FUZZ_CHECK(run.completed > 0 || !owed);
    decoder_free(&run.decoder);
    return 0;
}
