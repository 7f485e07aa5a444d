/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The door of the decoder; the layers are in link.c, network.c, transport.c and tunnel.c.
 */
#include "reassembly/decode/decode.h"

#include "reassembly/decode/defrag.h"
#include "reassembly/decode/layers.h"

enum decode_result decode_malformed(struct decoding *d)
{
    d->decoder->counters->frames_malformed++;
    return DECODE_NONE;
}

enum decode_result decode_other(struct decoding *d)
{
    if (d->in.bad) return decode_malformed(d);
    d->decoder->counters->not_tcp++;
    return DECODE_NONE;
}

void decoder_free(struct decoder *decoder)
{
    defragmenter_free(&decoder->defragmenter);
}

enum decode_result decode_frame(struct decoder *decoder, const struct frame *frame, struct packet *packet)
{
    struct decoding d = {.decoder = decoder, .in = cursor_make(frame->bytes), .packet = packet};
    decoder->counters->frames++;
    decoder->counters->frame_bytes += frame->wire_len;
    if (frame->wire_len > frame->bytes.len) {
        d.cut_bytes = frame->wire_len - (uint32_t)frame->bytes.len;
        decoder->counters->frames_truncated++;
    }
    *packet = (struct packet){.ts_ns = frame->ts_ns};
    return decode_link(&d, frame->link_type);
}
