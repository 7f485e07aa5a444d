/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Interfaces by libpcap, which uses the kernel's shared ring (TPACKET_V3 unless frames are wanted at once);
 * see interface.h.
 */
#include "sensor/live/interface.h"

#include <pcap/pcap.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "reassembly/decode/decode.h"

enum { NS_PER_US = 1000 };

#define NS_PER_S 1000000000u

struct interface {
    const char *name;
    pcap_t *pcap;
    int link_type, fd;
    bool has_ns;            /* the stamps' fraction is in nanoseconds */
    struct pcap_stat stats; /* at the last count; unsigned int, and wrap */
};

static enum status activate(struct interface *i, struct error *error)
{
    int result = pcap_activate(i->pcap);
    const char *detail = pcap_geterr(i->pcap);
    if (result == PCAP_ERROR_PERM_DENIED)
        return error_set(error, STATUS_IO, "%s: no permission to capture; mailtap needs CAP_NET_RAW or root",
                         i->name);
    if (result < 0)
        return error_set(error, STATUS_IO, "%s: %s%s%s", i->name, pcap_statustostr(result),
                         *detail ? ": " : "", detail);
    if (result > 0) log_warning("%s: %s", i->name, *detail ? detail : pcap_statustostr(result));
    return STATUS_OK;
}

static enum status set_filter(struct interface *i, const char *filter, struct error *error)
{
    struct bpf_program program;
    if (!*filter) return STATUS_OK;
    if (pcap_compile(i->pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
        return error_set(error, STATUS_USAGE, "live.capture_filter: %s", pcap_geterr(i->pcap));
    int result = pcap_setfilter(i->pcap, &program);
    pcap_freecode(&program);
    if (result == 0) return STATUS_OK;
    return error_set(error, STATUS_IO, "%s: %s", i->name, pcap_geterr(i->pcap));
}

static enum status prepare(struct interface *i, const struct live_settings *s, struct error *error)
{
    char reason[PCAP_ERRBUF_SIZE] = "";
    i->pcap = pcap_create(i->name, reason);
    if (!i->pcap) return error_set(error, STATUS_IO, "%s: %s", i->name, reason);
    (void)pcap_set_snaplen(i->pcap, (int)s->snaplen_bytes);
    (void)pcap_set_promisc(i->pcap, s->promiscuous != 0);
    (void)pcap_set_timeout(i->pcap, (int)s->block_timeout_ms);
    (void)pcap_set_immediate_mode(i->pcap, s->immediate != 0);
    (void)pcap_set_buffer_size(i->pcap, (int)s->buffer_bytes);
    (void)pcap_set_tstamp_precision(i->pcap, PCAP_TSTAMP_PRECISION_NANO);
    return STATUS_OK;
}

static enum status begin(struct interface *i, const char *filter, struct error *error)
{
    char reason[PCAP_ERRBUF_SIZE] = "";
    enum status status = activate(i, error);
    if (status == STATUS_OK) status = set_filter(i, filter, error);
    if (status != STATUS_OK) return status;
    i->link_type = pcap_datalink(i->pcap);
    i->has_ns = pcap_get_tstamp_precision(i->pcap) == PCAP_TSTAMP_PRECISION_NANO;
    if (!decode_knows_link(i->link_type))
        return error_set(error, STATUS_UNSUPPORTED, "%s: link type %d is not supported", i->name,
                         i->link_type);
    i->fd = pcap_get_selectable_fd(i->pcap);
    if (i->fd < 0 || pcap_setnonblock(i->pcap, 1, reason) != 0)
        return error_set(error, STATUS_UNSUPPORTED, "%s: cannot be waited for", i->name);
    return STATUS_OK;
}

struct interface *interface_open(const char *name, const struct live_settings *settings, const char *filter,
                                 struct error *error)
{
    struct interface *i = mem_zalloc(1, sizeof *i);
    i->name = name;
    if (prepare(i, settings, error) != STATUS_OK || begin(i, filter, error) != STATUS_OK) interface_close(&i);
    return i;
}

int interface_fd(const struct interface *i)
{
    return i->fd;
}

enum capture_result interface_next(struct interface *i, struct frame *frame, struct error *error)
{
    struct pcap_pkthdr *header = NULL;
    const u_char *bytes = NULL;
    int result = pcap_next_ex(i->pcap, &header, &bytes);
    if (result == 0) return CAPTURE_END;
    if (result != 1) {
        (void)error_set(error, STATUS_IO, "%s: %s", i->name, pcap_geterr(i->pcap));
        return CAPTURE_BROKEN;
    }
    uint64_t fraction = (uint64_t)header->ts.tv_usec * (i->has_ns ? 1 : NS_PER_US);
    uint32_t wire_len = header->len > header->caplen ? header->len : header->caplen;
    *frame = (struct frame){.ts_ns = (uint64_t)header->ts.tv_sec * NS_PER_S + fraction,
                            .link_type = i->link_type,
                            .bytes = slice_make(bytes, header->caplen),
                            .wire_len = wire_len};
    return CAPTURE_FRAME;
}

void interface_count(struct interface *i, struct live_counters *counters)
{
    struct pcap_stat now;
    if (pcap_stats(i->pcap, &now) != 0) return;
    counters->kernel_received += now.ps_recv - i->stats.ps_recv;
    counters->kernel_drops += now.ps_drop - i->stats.ps_drop;
    counters->interface_drops += now.ps_ifdrop - i->stats.ps_ifdrop;
    i->stats = now;
}

void interface_close(struct interface **interface)
{
    struct interface *i = *interface;
    if (!i) return;
    if (i->pcap) pcap_close(i->pcap);
    free(i);
    *interface = NULL;
}
