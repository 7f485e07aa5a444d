/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A wire with the native engine beside it; see wire.h.
 */
#include "tests/reassembly/wire.h"

#include "tests/support/unit.h"

static void stream_opens(void *context, struct stream *stream, uint64_t ts_ns)
{
    struct wire *wire = context;
    assert_true(wire->several || !wire->is_open);
    assert_true(ts_ns <= wire->now_ns);
    wire->opens++;
    wire->is_open = true;
    wire->midstream = stream->midstream;
    wire->flow = stream->flow;
    stream->user = wire;
}

static enum stream_interest data_comes(void *context, struct stream *stream, enum direction dir,
                                       struct slice bytes, uint64_t ts_ns)
{
    struct wire *wire = context;
    (void)ts_ns;
    assert_true((wire->several || wire->is_open) && stream->user == wire);
    assert_true(bytes.len > 0);
    (void)buffer_append(&wire->got[dir], bytes);
    return wire->interest;
}

static enum stream_interest gap_comes(void *context, struct stream *stream, enum direction dir, uint64_t len,
                                      uint64_t ts_ns)
{
    struct wire *wire = context;
    (void)ts_ns;
    assert_true((wire->several || wire->is_open) && stream->user == wire);
    assert_true(len > 0);
    wire->gaps++;
    wire->gap_bytes += len;
    (void)buffer_printf(&wire->got[dir], "<%ju>", (uintmax_t)len);
    return wire->interest;
}

static void stream_closes(void *context, struct stream *stream, enum stream_close reason, uint64_t ts_ns)
{
    struct wire *wire = context;
    (void)ts_ns;
    assert_true((wire->several || wire->is_open) && stream->user == wire);
    wire->closes++;
    wire->is_open = false;
    wire->reason = reason;
}

void wire_open(struct wire *wire)
{
    *wire = (struct wire){.settings = reassembly_default_settings(),
                          .ops = engine_find(SLICE("native")),
                          .now_ns = 1000 * MS,
                          .step_ns = MS,
                          .isn = {0x10000000, 0x80000000},
                          .client_port = 40000,
                          .got = {buffer_make(1 << 26), buffer_make(1 << 26)},
                          .interest = STREAM_FOLLOW};
    assert_non_null(wire->ops);
    struct engine_options options = {
        &wire->settings, &wire->counters, {wire, stream_opens, data_comes, gap_comes, stream_closes}};
    struct error error;
    wire->engine = wire->ops->open(&options, &error);
    assert_non_null(wire->engine);
}

void wire_send_bytes(struct wire *wire, enum direction dir, uint32_t seq, unsigned flags, struct slice bytes)
{
    struct endpoint client = {{10, 0, 0, 1}, wire->client_port}, server = {{10, 0, 0, 2}, 25};
    struct packet packet = {.ts_ns = wire->now_ns,
                            .family = FAMILY_IPV4,
                            .src = dir == DIR_TO_SERVER ? client : server,
                            .dst = dir == DIR_TO_SERVER ? server : client,
                            .seq = wire->isn[dir] + seq,
                            .ack = (flags & PACKET_ACK) ? wire->isn[!dir] + wire->ack[dir] : 0,
                            .window = 0xffff,
                            .flags = (uint8_t)flags,
                            .ttl = 64,
                            .tunnel_id = wire->tunnel_id,
                            .vlan_count = wire->vlan_id ? 1 : 0,
                            .vlan_ids = {wire->vlan_id},
                            .payload = bytes};
    assert_int_equal(wire->ops->feed(wire->engine, &packet), STATUS_OK);
    wire->now_ns += wire->step_ns;
}

void wire_send(struct wire *wire, enum direction dir, uint32_t seq, unsigned flags, const char *text)
{
    wire_send_bytes(wire, dir, seq, flags, slice_from_cstr(text));
}

void wire_shake_hands(struct wire *wire)
{
    wire_send(wire, DIR_TO_SERVER, 0, PACKET_SYN, "");
    wire->ack[DIR_TO_CLIENT] = 1;
    wire_send(wire, DIR_TO_CLIENT, 0, PACKET_SYN | PACKET_ACK, "");
    wire->ack[DIR_TO_SERVER] = 1;
    wire_send(wire, DIR_TO_SERVER, 1, PACKET_ACK, "");
}

void wire_say_goodbye(struct wire *wire, uint32_t to_server, uint32_t to_client)
{
    wire_send(wire, DIR_TO_SERVER, to_server + 1, PACKET_FIN | PACKET_ACK, "");
    wire->ack[DIR_TO_CLIENT] = to_server + 2;
    wire_send(wire, DIR_TO_CLIENT, to_client + 1, PACKET_FIN | PACKET_ACK, "");
    wire->ack[DIR_TO_SERVER] = to_client + 2;
    wire_send(wire, DIR_TO_SERVER, to_server + 2, PACKET_ACK, "");
}

void wire_idle_packets(struct wire *wire, unsigned count)
{
    for (unsigned i = 0; i < count; i++) wire_send(wire, DIR_TO_CLIENT, 1, PACKET_ACK, "");
}

void wire_wait(struct wire *wire, uint64_t ms)
{
    wire->now_ns += ms * MS;
    wire->ops->tick(wire->engine, wire->now_ns);
}

void wire_forget(struct wire *wire)
{
    buffer_clear(&wire->got[0]);
    buffer_clear(&wire->got[1]);
}

const char *wire_got(struct wire *wire, enum direction dir)
{
    return buffer_cstr(&wire->got[dir]);
}

void wire_end(struct wire *wire)
{
    if (wire->engine) wire->ops->close(&wire->engine);
    assert_null(wire->engine);
    assert_false(wire->is_open);
    assert_int_equal(wire->opens, wire->closes);
}

void wire_close(struct wire *wire)
{
    wire_end(wire);
    buffer_free(&wire->got[0]);
    buffer_free(&wire->got[1]);
}
