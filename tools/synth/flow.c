/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Connections as generators; see flow.h.
 */
#include "tools/synth/flow.h"

enum { WINDOW = 2048, SYN_WINDOW = 64240, TIMESTAMP_BYTES = 12, SEGMENTS_PER_ACK = 2 };
enum { TRAVEL_MIN_US = 200, TRAVEL_SPREAD_US = 12000, SPACING_MIN_US = 8, SPACING_SPREAD_US = 60 };

static enum direction opposite(enum direction d)
{
    return d == DIR_TO_SERVER ? DIR_TO_CLIENT : DIR_TO_SERVER;
}

void flow_open(struct flow *f, const struct flow_options *options)
{
    *f = (struct flow){.client = {options->client, options->client_port, 64},
                       .server = {options->server, protocol_port(options->protocol), 64},
                       .time_us = options->start_us,
                       .mail_from_us = options->mail_from_us,
                       .stay_until_us = options->stay_until_us,
                       .mss = options->mss,
                       .random = options->random};
    for (int i = 0; i < 2; i++) {
        f->seq[i] = (uint32_t)random_next(&f->random);
        f->ip_id[i] = (uint32_t)random_next(&f->random);
        f->clock_base[i] = (uint32_t)random_next(&f->random);
    }
    f->client.ttl = (uint8_t)(64 - random_below(&f->random, 12));
    f->travel_us = TRAVEL_MIN_US + random_below(&f->random, TRAVEL_SPREAD_US);
    dialogue_open(&f->dialogue, options->protocol, &options->batch, f->random);
}

void flow_close(struct flow *f)
{
    dialogue_close(&f->dialogue);
}

/* The sender's clock in milliseconds (RFC 7323 5.4), `ago_us` earlier than the segment. */
static uint32_t clock_at(const struct flow *f, enum direction sender, uint64_t ago_us)
{
    return f->clock_base[sender] + (uint32_t)((f->time_us - ago_us) / 1000);
}

/* A segment of this direction without payload; it passes now, the next one `after_us` later. */
static struct segment make_segment(struct flow *f, enum direction direction, uint8_t flags, uint64_t after_us)
{
    bool to_server = direction == DIR_TO_SERVER;
    struct segment s = {
        .from = to_server ? &f->client : &f->server,
        .to = to_server ? &f->server : &f->client,
        .direction = direction,
        .time_us = f->time_us,
        .seq = f->seq[direction],
        .ack = f->seq[opposite(direction)],
        .ip_id = f->ip_id[direction]++,
        .window = flags & TCP_SYN ? SYN_WINDOW : WINDOW,
        .flags = flags,
        .timestamps = true,
        .ts_value = clock_at(f, direction, f->travel_us),
        .ts_echo = flags & TCP_ACK ? clock_at(f, opposite(direction), 2 * (uint64_t)f->travel_us) : 0,
        .mss = f->mss};
    if (flags & (TCP_SYN | TCP_FIN)) f->seq[direction]++;
    f->time_us += after_us;
    return s;
}

static uint64_t spacing_us(struct flow *f)
{
    return SPACING_MIN_US + random_below(&f->random, SPACING_SPREAD_US);
}

static uint64_t answer_us(struct flow *f)
{
    return f->travel_us + random_below(&f->random, f->travel_us / 4 + 1);
}

static void load_turn(struct flow *f)
{
    if (dialogue_is_mail(&f->dialogue)) f->mail_begun = true;
    f->turn = dialogue_next(&f->dialogue);
    f->turn_at = f->turn_len = 0;
    for (size_t i = 0; i < TURN_PARTS; i++) f->turn_len += f->turn.parts[i].len;
}

static void end_turn(struct flow *f)
{
    f->turn_at = f->turn_len = 0;
    f->unacked = 0;
    if (f->dialogue.step == STEP_DONE)
        f->phase = FLOW_FIN_SERVER;
    else if (dialogue_is_parting(&f->dialogue) && f->time_us < f->stay_until_us)
        f->time_us = f->stay_until_us;
    else if (dialogue_is_mail(&f->dialogue) && f->time_us < f->mail_from_us)
        f->time_us = f->mail_from_us;
}

static struct segment say(struct flow *f)
{
    size_t room = (size_t)f->mss - TIMESTAMP_BYTES, left = f->turn_len - f->turn_at;
    size_t len = left < room ? left : room;
    bool last = len == left;
    struct segment s = make_segment(f, f->turn.direction, last ? TCP_ACK | TCP_PUSH : TCP_ACK,
                                    last ? answer_us(f) : spacing_us(f));
    s.payload = &f->turn;
    s.payload_from = f->turn_at;
    s.payload_len = len;
    f->turn_at += len;
    f->seq[f->turn.direction] += (uint32_t)len;
    f->unacked++;
    if (last) end_turn(f);
    return s;
}

static struct segment talk(struct flow *f)
{
    if (f->turn_at == f->turn_len) load_turn(f);
    if (f->unacked < SEGMENTS_PER_ACK) return say(f);
    f->unacked = 0;
    return make_segment(f, opposite(f->turn.direction), TCP_ACK, spacing_us(f));
}

bool flow_next(struct flow *f, struct segment *segment)
{
    switch (f->phase) {
    case FLOW_SYN:
        *segment = make_segment(f, DIR_TO_SERVER, TCP_SYN, answer_us(f));
        f->phase = FLOW_SYN_ACK;
        return true;
    case FLOW_SYN_ACK:
        *segment = make_segment(f, DIR_TO_CLIENT, TCP_SYN | TCP_ACK, answer_us(f));
        f->phase = FLOW_OPENED;
        return true;
    case FLOW_OPENED:
        *segment = make_segment(f, DIR_TO_SERVER, TCP_ACK, answer_us(f));
        f->phase = FLOW_TALK;
        return true;
    case FLOW_TALK: *segment = talk(f); return true;
    case FLOW_FIN_SERVER:
        *segment = make_segment(f, DIR_TO_CLIENT, TCP_ACK | TCP_FIN, answer_us(f));
        f->phase = FLOW_FIN_CLIENT;
        return true;
    case FLOW_FIN_CLIENT:
        *segment = make_segment(f, DIR_TO_SERVER, TCP_ACK | TCP_FIN, answer_us(f));
        f->phase = FLOW_LAST_ACK;
        return true;
    case FLOW_LAST_ACK:
        *segment = make_segment(f, DIR_TO_CLIENT, TCP_ACK, 0);
        f->phase = FLOW_DONE;
        return true;
    case FLOW_DONE: break;
    }
    return false;
}
