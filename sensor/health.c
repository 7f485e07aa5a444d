/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One function a complaint; see health.h.
 */
#include "sensor/health.h"

#include "base/log.h"

/* What the snap length cut was there; it has a complaint of its own. */
static uint64_t lost_bytes(const struct reassembly_counters *c)
{
    return c->gap_bytes > c->payload_cut_bytes ? c->gap_bytes - c->payload_cut_bytes : 0;
}

double health_loss_rate(const struct reassembly_counters *c)
{
    uint64_t all = c->payload_bytes + lost_bytes(c);
    return all ? (double)lost_bytes(c) / (double)all : 0;
}

/* True when `part` of `all` is at least `share` in `scale`. */
static bool reaches(uint64_t part, uint64_t all, uint64_t share, uint64_t scale)
{
    return all > 0 && (double)part * (double)scale >= (double)share * (double)all;
}

static bool is_one_sided(const struct health_settings *s, const struct reassembly_counters *c)
{
    return c->streams_closed_used >= s->one_sided_min_streams &&
           reaches(c->streams_one_sided, c->streams_closed_used, s->one_sided_percent, 100);
}

static bool has_bad_checksums(const struct health_settings *s, const struct reassembly_counters *c)
{
    return reaches(c->checksum_sampled_bad, c->checksum_sampled, s->checksum_bad_percent, 100);
}

static bool is_truncated(const struct health_settings *s, const struct reassembly_counters *c)
{
    return reaches(c->frames_truncated, c->frames, s->truncated_percent, 100);
}

static bool is_lossy(const struct health_settings *s, const struct reassembly_counters *c)
{
    uint64_t lost = lost_bytes(c);
    return lost > 0 && reaches(lost, c->payload_bytes + lost, s->loss_permille, 1000);
}

static bool has_no_mail(const struct health_settings *s, const struct reassembly_counters *c)
{
    return c->frames >= s->no_mail_packets && c->sessions_smtp + c->sessions_pop3 + c->sessions_imap == 0;
}

static const struct complaint_row {
    bool (*applies)(const struct health_settings *s, const struct reassembly_counters *c);
    const char *text;
} complaints[HEALTH_COMPLAINTS] = {
    [HEALTH_ONE_SIDED] = {is_one_sided,
                          "of most connections only one direction is captured: does the mirror port copy "
                          "both, received and sent?"},
    [HEALTH_CHECKSUMS] = {has_bad_checksums,
                          "most TCP checksums are wrong: checksum off-load on the captured host; "
                          "they are not trusted, but do not use --checksums verify here"},
    [HEALTH_TRUNCATED] = {is_truncated,
                          "the capture's snap length cuts packets: mails are incomplete; capture with "
                          "a snap length of 0 or 262144"},
    [HEALTH_LOSS] = {is_lossy, "packets are missing in the capture: the mirror port or the capturing host is "
                               "overloaded; mails with holes are marked"},
    [HEALTH_NO_MAIL] = {has_no_mail,
                        "nothing in these packets looks like mail: is this the right port or VLAN?"},
};

void health_watch(struct health *health, const struct reassembly_counters *counters, bool final)
{
    if (!final && counters->frames < health->next_check) return;
    health->next_check = counters->frames + health->settings.check_packets;
    for (int i = 0; i < HEALTH_COMPLAINTS; i++) {
        if (health->warned[i] || !complaints[i].applies(&health->settings, counters)) continue;
        health->warned[i] = true;
        log_warning("%s", complaints[i].text);
    }
}
