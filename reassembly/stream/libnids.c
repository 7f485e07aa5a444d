/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The libnids engine: libnids 1.26 driven packet by packet. The library has one instance per process
 * (globals), knows only IPv4 and whole handshakes, and answers lack of memory by a callback that must not
 * return; all of that stays behind this file. Its "client" half is the one that *receives* what the client
 * gets, so its data go to the client.
 */
#include <nids.h>
#include <setjmp.h>
#include <stdlib.h>

#include "base/mem.h"
#include "reassembly/stream/engines.h"

enum { NIDS_STREAMS_MAX = 1 << 20, ENGINE_SNAPLEN = 262144, DATAGRAM_MAX = 65535 - 4 };

/* What hangs on a tcp_stream's user pointer. */
struct followed {
    struct stream stream;
    bool opened, ignored;
};

struct nids_engine {
    struct engine_options options;
    pcap_t *handle;
    const struct packet *packet; /* the one being fed; NULL while closing */
    struct followed *watched;    /* the one whose successor this packet may begin */
    uint64_t now_ns;
    struct buffer scratch; /* the datagram as libnids gets it */
    bool out_of_memory;
    jmp_buf escape; /* the only way out of libnids when it has no memory */
};

static struct nids_engine *instance; /* libnids gives its callbacks no context */

/* libnids declares this callback without parameters. */
static void count_warning(int type, int error, void *header, void *data)
{
    (void)type, (void)error, (void)header, (void)data;
    instance->options.counters->nids_syslog++;
}

static void on_no_memory(char *where)
{
    (void)where;
    longjmp(instance->escape, 1);
}

static struct followed *follow(struct tcp_stream *nids)
{
    struct followed *f = mem_zalloc(1, sizeof *f);
    struct flow *flow = &f->stream.flow;
    flow->family = FAMILY_IPV4;
    memcpy(flow->client.addr, &nids->addr.saddr, 4);
    memcpy(flow->server.addr, &nids->addr.daddr, 4);
    flow->client.port = nids->addr.source;
    flow->server.port = nids->addr.dest;
    nids->client.collect = nids->server.collect = 1;
    nids->user = f;
    instance->options.counters->streams++;
    return f;
}

static void open_once(struct followed *f)
{
    const struct packet *p = instance->packet;
    if (f->opened) return;
    f->opened = true;
    if (p) {
        f->stream.flow.vlan_count = p->vlan_count;
        memcpy(f->stream.flow.vlan_ids, p->vlan_ids, sizeof p->vlan_ids);
    }
    instance->options.sink.open_fn(instance->options.sink.context, &f->stream, instance->now_ns);
}

static void pass_data(struct followed *f, const struct half_stream *half, enum direction dir)
{
    const struct stream_sink *sink = &instance->options.sink;
    if (half->count_new == 0 || f->ignored) return;
    open_once(f);
    const char *from = half->data + (half->count - half->offset - half->count_new);
    struct slice bytes = slice_make(from, (size_t)half->count_new);
    f->ignored = sink->data_fn(sink->context, &f->stream, dir, bytes, instance->now_ns) == STREAM_IGNORE;
}

static enum stream_close close_reason(char state)
{
    switch (state) {
    case NIDS_CLOSE: return STREAM_CLOSE_FIN;
    case NIDS_RESET: return STREAM_CLOSE_RST;
    case NIDS_TIMED_OUT: return STREAM_CLOSE_TIMEOUT;
    default: return STREAM_CLOSE_END;
    }
}

static void end_followed(struct followed *f, enum stream_close reason)
{
    const struct stream_sink *sink = &instance->options.sink;
    if (instance->watched == f) instance->watched = NULL;
    if (f->opened) sink->close_fn(sink->context, &f->stream, reason, instance->now_ns);
    free(f);
}

static void end_stream(struct tcp_stream *nids, struct followed *f)
{
    nids->user = NULL;
    end_followed(f, close_reason(nids->nids_state));
}

/* libnids forgets a stream that nobody collects without a word, so it ends for us here. */
static void stop_following(struct tcp_stream *nids, struct followed *f)
{
    nids->client.collect = nids->server.collect = 0;
    end_stream(nids, f);
}

static void on_stream(struct tcp_stream *nids, void **unused)
{
    (void)unused;
    struct followed *f = nids->user;
    if (nids->nids_state == NIDS_JUST_EST) {
        (void)follow(nids);
    } else if (nids->nids_state == NIDS_DATA) {
        pass_data(f, &nids->server, DIR_TO_SERVER);
        pass_data(f, &nids->client, DIR_TO_CLIENT);
        if (f->ignored) stop_following(nids, f);
    } else if (f) {
        end_stream(nids, f);
    }
}

static void set_parameters(struct nids_engine *engine)
{
    uint64_t streams = engine->options.settings->streams_max;
    nids_params.n_tcp_streams = (int)(streams < NIDS_STREAMS_MAX ? streams : NIDS_STREAMS_MAX);
    nids_params.scan_num_hosts = 0;
    nids_params.syslog = count_warning;
    nids_params.no_mem = on_no_memory;
    nids_params.pcap_filter = NULL;
    nids_params.multiproc = 0;
    nids_params.tcp_flow_timeout = (int)(engine->options.settings->idle_timeout_ms / 1000);
    nids_params.pcap_desc = engine->handle;
}

static void disable_checksums(void)
{
    static struct nids_chksum_ctl everything = {.netaddr = 0, .mask = 0, .action = NIDS_DONT_CHKSUM};
    nids_register_chksum_ctl(&everything, 1);
}

/* nids_register_tcp() takes the function as an object pointer. */
static void register_callback(void)
{
    void (*callback)(struct tcp_stream *, void **) = on_stream;
    void *as_object = NULL;
    memcpy(&as_object, &callback, sizeof as_object);
    nids_register_tcp(as_object);
}

static void release(struct nids_engine *engine)
{
    if (engine->handle) pcap_close(engine->handle);
    nids_params.pcap_desc = NULL;
    instance = NULL;
    buffer_free(&engine->scratch);
    free(engine);
}

static struct engine *libnids_open(const struct engine_options *options, struct error *error)
{
    if (instance) {
        (void)error_set(error, STATUS_UNSUPPORTED, "libnids can run only once in a process");
        return NULL;
    }
    struct nids_engine *engine = mem_zalloc(1, sizeof *engine);
    engine->options = *options;
    engine->scratch = buffer_make(ENGINE_SNAPLEN);
    engine->handle = pcap_open_dead(DLT_RAW, ENGINE_SNAPLEN);
    instance = engine;
    set_parameters(engine);
    if (setjmp(engine->escape) != 0 || !engine->handle) {
        (void)error_set(error, STATUS_LIMIT, "libnids has no memory to start with");
        release(engine);
        return NULL;
    }
    if (!nids_init()) {
        (void)error_set(error, STATUS_UNSUPPORTED, "libnids cannot start: %s", nids_errbuf);
        release(engine);
        return NULL;
    }
    disable_checksums();
    register_callback();
    return (struct engine *)engine;
}

static struct tcp_stream *find_stream(const struct endpoint *client, const struct endpoint *server)
{
    struct tuple4 addr = {.source = client->port, .dest = server->port};
    memcpy(&addr.saddr, client->addr, sizeof addr.saddr);
    memcpy(&addr.daddr, server->addr, sizeof addr.daddr);
    return nids_find_tcp_stream(&addr);
}

/* A tap may show an ACK before the data it confirms, which libnids then drops as old: so nothing confirms
 * more than libnids has put in order. */
static uint32_t bounded_ack(const struct packet *p)
{
    struct tcp_stream *nids = find_stream(&p->src, &p->dst);
    bool from_client = nids != NULL;
    if (!nids) nids = find_stream(&p->dst, &p->src);
    if (!nids || !nids->user) return p->ack;
    const struct half_stream *sender = from_client ? &nids->client : &nids->server;
    const struct half_stream *peer = from_client ? &nids->server : &nids->client;
    uint32_t received = peer->first_data_seq + (uint32_t)sender->count + (uint32_t)sender->urg_count;
    return (int32_t)(p->ack - received) > 0 ? received : p->ack;
}

/* libnids drops what lies beyond the receiver's window. What crossed the wire is ours to read, whether the
 * receiver liked it or not (and captures often lack ACKs), so every packet opens the window wide, and every
 * SYN offers the largest scale (RFC 7323 2.2). Checksums are off. Returns the datagram as libnids gets it. */
static struct slice open_window(struct nids_engine *engine, const struct packet *packet)
{
    static const uint8_t scale_option[4] = {3, 3, 14, 1};
    enum {
        OFFSET_ACK = 8,
        OFFSET_DATA_OFFSET = 12,
        OFFSET_WINDOW = 14,
        HEADER_LEN = 20,
        HEADER_MAX = 60,
        IP_TOTAL_LEN = 2
    };
    struct slice whole = packet->datagram;
    size_t ip_len = (whole.ptr[0] & 0x0fu) * sizeof(uint32_t), options_at = ip_len + HEADER_LEN;
    size_t header_len = (whole.ptr[ip_len + OFFSET_DATA_OFFSET] >> 4) * sizeof(uint32_t);
    bool scale = (packet->flags & PACKET_SYN) && header_len + sizeof scale_option <= HEADER_MAX;
    buffer_clear(&engine->scratch);
    (void)buffer_append(&engine->scratch, slice_head(whole, options_at));
    if (scale) (void)buffer_append(&engine->scratch, slice_make(scale_option, sizeof scale_option));
    (void)buffer_append(&engine->scratch, slice_skip(whole, options_at));
    uint8_t *bytes = engine->scratch.data;
    bytes[ip_len + OFFSET_WINDOW] = bytes[ip_len + OFFSET_WINDOW + 1] = 0xff;
    uint32_t ack = bounded_ack(packet);
    for (int i = 0; i < 4; i++) bytes[ip_len + OFFSET_ACK + i] = (uint8_t)(ack >> (24 - 8 * i));
    if (scale) bytes[ip_len + OFFSET_DATA_OFFSET] += (sizeof scale_option / 4) << 4;
    bytes[IP_TOTAL_LEN] = (uint8_t)(engine->scratch.len >> 8);
    bytes[IP_TOTAL_LEN + 1] = (uint8_t)engine->scratch.len;
    return buffer_slice(&engine->scratch);
}

/* What hangs on the stream that a SYN's addresses and ports had so far, or NULL. */
static struct followed *find_followed(const struct packet *p)
{
    struct tcp_stream *nids = find_stream(&p->src, &p->dst);
    return nids ? nids->user : NULL;
}

/* A SYN long after the last one with its ports makes libnids drop the old stream without a word. */
static void pass_to_library(struct nids_engine *engine, const struct packet *packet, struct slice datagram)
{
    struct pcap_pkthdr header = {.caplen = (bpf_u_int32)datagram.len, .len = (bpf_u_int32)datagram.len};
    header.ts.tv_sec = (time_t)(packet->ts_ns / 1000000000u);
    header.ts.tv_usec = (suseconds_t)(packet->ts_ns / 1000u % 1000000u);
    bool begins = (packet->flags & (PACKET_SYN | PACKET_ACK | PACKET_RST)) == PACKET_SYN;
    engine->watched = begins ? find_followed(packet) : NULL;
    nids_pcap_handler(NULL, &header, (u_char *)(uintptr_t)datagram.ptr);
    bool dropped = engine->watched && find_followed(packet) != engine->watched;
    if (dropped) end_followed(engine->watched, STREAM_CLOSE_REUSED);
    engine->watched = NULL;
}

static enum status libnids_feed(struct engine *opaque, const struct packet *packet)
{
    struct nids_engine *engine = (struct nids_engine *)opaque;
    if (packet->family != FAMILY_IPV4 || packet->datagram.len > DATAGRAM_MAX) {
        engine->options.counters->nids_unsupported++;
        return STATUS_OK;
    }
    if (engine->out_of_memory) return STATUS_LIMIT;
    struct slice datagram = open_window(engine, packet);
    engine->packet = packet;
    if (packet->ts_ns > engine->now_ns) engine->now_ns = packet->ts_ns;
    if (setjmp(engine->escape) != 0) {
        engine->out_of_memory = true;
    } else {
        pass_to_library(engine, packet, datagram);
    }
    engine->packet = NULL;
    return engine->out_of_memory ? STATUS_LIMIT : STATUS_OK;
}

/* libnids keeps time by the packets it is fed. */
static void libnids_tick(struct engine *opaque, uint64_t now_ns)
{
    (void)opaque, (void)now_ns;
}

static void libnids_close(struct engine **opaque)
{
    struct nids_engine *engine = (struct nids_engine *)*opaque;
    if (!engine) return;
    if (setjmp(engine->escape) == 0) nids_exit();
    release(engine);
    *opaque = NULL;
}

const struct engine_ops engine_libnids = {"libnids", libnids_open, libnids_feed, libnids_tick, libnids_close};
