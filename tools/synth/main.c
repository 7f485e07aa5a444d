/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mailtap-synth: mails → a capture of the sessions that carry them. The connections' next segments stand in a
 * queue by time; the first passes the tap, its connection goes back into the queue. Memory is what the mails
 * and the open connections need.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tools/synth/heap.h"
#include "tools/synth/options.h"

enum { EXIT_OUTPUT = 1, EXIT_USAGE = 2 };

static bool is_seen(const struct options *o, const struct flow *flow, const struct segment *segment)
{
    if (o->midstream && !flow->mail_begun) return false;
    return !o->one_sided || segment->direction == protocol_mail_direction(flow->dialogue.protocol);
}

static void step_flow(const struct options *o, struct plan *plan, struct heap *open, struct tap *tap)
{
    struct flow *flow = heap_top(open)->item;
    struct segment segment;
    if (flow_next(flow, &segment)) {
        if (is_seen(o, flow, &segment)) tap_take(tap, &segment);
        heap_delay_top(open, flow->time_us);
        return;
    }
    (void)heap_pop(open);
    plan_flow_ended(plan, flow);
    flow_close(flow);
    free(flow);
}

static void run(const struct options *o, struct plan *plan, struct tap *tap)
{
    struct heap open = {0};
    uint64_t next_us;
    while ((next_us = plan_next_us(plan)) != UINT64_MAX || open.count) {
        if (open.count == 0 || next_us < heap_top(&open)->due) {
            struct flow *flow = mem_alloc(sizeof *flow);
            plan_open(plan, flow);
            heap_push(&open, flow->time_us, flow);
        } else {
            step_flow(o, plan, &open, tap);
        }
    }
    heap_free(&open);
}

static void report(const struct options *o, const struct mailset *set, const struct plan *plan,
                   const struct tap *tap)
{
    const struct tap_counts *n = &tap->counts;
    (void)fprintf(stderr,
                  "%s: %zu mails%s, %llu connections, %llu frames, %llu bytes; lost %llu, doubled %llu, "
                  "reordered %llu\n",
                  o->out, set->count * o->plan.repeat, o->plan.repeat > 1 ? " (repeated)" : "",
                  (unsigned long long)plan->flows, (unsigned long long)n->frames,
                  (unsigned long long)n->bytes, (unsigned long long)n->lost,
                  (unsigned long long)n->duplicated, (unsigned long long)n->reordered);
}

static enum status synthesise(const struct options *o, const struct mailset *set, struct error *error)
{
    struct plan plan;
    struct tap tap;
    enum status status = tap_open(&tap, o->out, &o->tap, error);
    if (status != STATUS_OK) return status;
    plan_make(&plan, set, &o->plan);
    run(o, &plan, &tap);
    status = tap_close(&tap, o->out, error);
    if (status == STATUS_OK && !o->quiet) report(o, set, &plan, &tap);
    plan_free(&plan);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    struct error error = {""};
    struct mailset set = {0};
    enum status status = options_parse(&options, argc, argv, &error);
    if (status == STATUS_OK && options.help) {
        options_help(stdout);
        return EXIT_SUCCESS;
    }
    for (int i = 0; status == STATUS_OK && i < options.path_count; i++)
        status = mailset_add_path(&set, options.paths[i], &error);
    if (status == STATUS_OK) status = synthesise(&options, &set, &error);
    mailset_free(&set);
    if (status == STATUS_OK) return EXIT_SUCCESS;
    (void)fprintf(stderr, "mailtap-synth: %s\n", error.text);
    if (status == STATUS_USAGE) (void)fprintf(stderr, "Try: mailtap-synth --help\n");
    return status == STATUS_IO ? EXIT_OUTPUT : EXIT_USAGE;
}
