/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Plans; see plan.h.
 */
#include "tools/synth/plan.h"

#include <stdlib.h>

#include "base/mem.h"

static const uint64_t SECOND_US = 1000000, DAY_US = 86400 * SECOND_US;
static const uint64_t DEFAULT_START_US = 1767571200 * SECOND_US; /* 2026-01-05T00:00:00Z, a Monday */
enum { OPEN_SPACING_US = 200 };

/* Hosts and ports differ for PLAN_ENDPOINTS connections; 7919 shares no factor with 28000. */
enum { HOSTS = 200, PORTS = PLAN_ENDPOINTS / HOSTS, FIRST_PORT = 32768, PORT_STRIDE = 7919 };

static int by_time(const void *a, const void *b)
{
    const struct mail *const *left = a, *const *right = b;
    uint64_t x = (*left)->wishes.time_us, y = (*right)->wishes.time_us;
    return x < y ? -1 : x > y;
}

static void sort_out(struct plan *p, const struct mailset *set)
{
    p->timed = mem_zalloc(set->count + 1, sizeof(void *));
    p->shared = mem_zalloc(set->count + 1, sizeof(void *));
    for (size_t i = 0; i < set->count; i++)
        if (set->mails[i]->wishes.own_session)
            p->timed[p->timed_count++] = set->mails[i];
        else
            p->shared[p->shared_count++] = set->mails[i];
}

/* Mails that wish a session of their own but no time get one second each, from the start on. */
static void set_times(struct plan *p)
{
    uint64_t next_us = p->options.start_us;
    for (size_t i = 0; i < p->timed_count; i++) {
        struct wishes *wishes = &p->timed[i]->wishes;
        if (!wishes->has_time) wishes->time_us = next_us;
        if (!wishes->has_time) next_us += SECOND_US;
    }
    qsort((void *)p->timed, p->timed_count, sizeof(struct mail *), by_time);
    if (p->timed_count == 0) return;
    uint64_t span_us = p->timed[p->timed_count - 1]->wishes.time_us - p->timed[0]->wishes.time_us;
    p->period_us = (span_us / DAY_US + 1) * DAY_US;
}

void plan_make(struct plan *p, const struct mailset *set, const struct plan_options *options)
{
    *p = (struct plan){.options = *options};
    sort_out(p, set);
    if (p->options.start_us == 0 && set->count) p->options.start_us = set->mails[0]->date_us;
    if (p->options.start_us == 0) p->options.start_us = DEFAULT_START_US;
    set_times(p);
    uint64_t shared = p->shared_count * p->options.repeat;
    uint64_t per_session = p->options.per_session;
    p->shared_flows = per_session ? (shared + per_session - 1) / per_session : p->options.sessions;
    if (p->shared_flows > shared) p->shared_flows = shared;
    if (p->options.sessions > p->shared_flows) p->options.sessions = p->shared_flows;
}

static uint64_t timed_us(const struct plan *p)
{
    if (p->next_timed >= p->timed_count * p->options.repeat) return UINT64_MAX;
    return p->timed[p->next_timed % p->timed_count]->wishes.time_us +
           p->next_timed / p->timed_count * p->period_us;
}

static uint64_t shared_us(const struct plan *p)
{
    if (p->next_shared >= p->shared_flows) return UINT64_MAX;
    if (p->next_shared >= p->options.sessions) return p->places ? p->place_us : UINT64_MAX;
    return p->options.start_us + p->next_shared * OPEN_SPACING_US;
}

uint64_t plan_next_us(const struct plan *p)
{
    uint64_t timed = timed_us(p), shared = shared_us(p);
    return timed < shared ? timed : shared;
}

static struct address client_address(uint64_t endpoint)
{
    static const struct address base = {.bytes = {198, 51, 100, 20}};
    return address_add(base, (uint32_t)((endpoint + endpoint / PORTS) % HOSTS));
}

static struct batch next_timed_batch(struct plan *p)
{
    return (struct batch){&p->timed[p->next_timed++ % p->timed_count], 1, 0, 1, 1};
}

static struct batch next_shared_batch(struct plan *p, struct flow_options *o)
{
    uint64_t number = p->next_shared++, total = p->shared_count * p->options.repeat;
    if (number >= p->options.sessions) p->places--;
    uint64_t all_open_us = p->options.start_us + p->options.sessions * OPEN_SPACING_US;
    o->stay_until_us = all_open_us + number * OPEN_SPACING_US;
    if (p->options.pace) o->mail_from_us = all_open_us + number * SECOND_US / p->options.pace;
    if (p->options.per_session == 0)
        return (struct batch){p->shared, p->shared_count, number, p->options.sessions, total};
    uint64_t first = number * p->options.per_session, end = first + p->options.per_session;
    return (struct batch){p->shared, p->shared_count, first, 1, end < total ? end : total};
}

void plan_open(struct plan *p, struct flow *flow)
{
    static const struct address server = {.bytes = {192, 0, 2, 25}};
    uint64_t number = p->flows++, endpoint = number % p->options.endpoints;
    struct flow_options o = {.client = client_address(endpoint),
                             .server = server,
                             .client_port = (uint16_t)(FIRST_PORT + endpoint * PORT_STRIDE % PORTS),
                             .protocol = p->options.protocol,
                             .mss = p->options.mss,
                             .start_us = plan_next_us(p),
                             .random = random_make(p->options.seed, number)};
    o.batch = timed_us(p) < shared_us(p) ? next_timed_batch(p) : next_shared_batch(p, &o);
    const struct wishes *wishes = &batch_mail(&o.batch, o.batch.first)->wishes;
    if (wishes->has_protocol) o.protocol = wishes->protocol;
    if (wishes->has_client) o.client = wishes->client;
    if (wishes->has_server) o.server = wishes->server;
    if (p->options.v6 || o.client.v6 || o.server.v6) {
        o.client = address_to_v6(o.client);
        o.server = address_to_v6(o.server);
    }
    flow_open(flow, &o);
}

void plan_flow_ended(struct plan *p, const struct flow *flow)
{
    if (flow->dialogue.batch.mails != p->shared) return;
    p->places++;
    p->place_us = flow->time_us;
}

void plan_free(struct plan *p)
{
    free((void *)p->timed);
    free((void *)p->shared);
    *p = (struct plan){0};
}
