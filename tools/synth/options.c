/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Options by getopt_long over the rows of options.def; see options.h.
 */
#include "tools/synth/options.h"

#include <getopt.h>
#include <stdlib.h>

#include "tools/synth/times.h"

enum {
    MIN_MSS = 24,
    DEFAULT_MSS = 1460,
    DEFAULT_REORDER_DEPTH = 16,
    MAX_SESSIONS = 1000000,
    MAX_VLAN = 4094
};
enum { MAX_REPEAT = 1000000000, MAX_REORDER_DEPTH = 1000000, MAX_SKEW_MS = 60000, MAX_FRAGMENT = 65512 };

enum option_id {
#define OPTION(id, name, letter, argument, help) OPTION_##id,
#include "tools/synth/options.def"
#undef OPTION
    OPTION_COUNT
};

static const struct option_row {
    const char *name, *argument, *help;
    char letter;
} rows[] = {
#define OPTION(id, name, letter, argument, help) {name, argument, help, letter},
#include "tools/synth/options.def"
#undef OPTION
};

/* False when the value is not understood; the row's help says what would be. */
typedef bool (*set_fn)(struct options *o, const char *value);

static bool parse_number(const char *value, uint64_t min, uint64_t max, uint64_t *out)
{
    return slice_parse_u64(slice_from_cstr(value), out) && *out >= min && *out <= max;
}

/* "0.005" or "0.5%". */
static bool parse_probability(const char *value, double *out)
{
    char *end = NULL;
    if (!ascii_is_digit((uint8_t)*value) && *value != '.') return false;
    *out = strtod(value, &end);
    if (*end == '%') *out /= 100, end++;
    return *end == '\0' && *out >= 0 && *out <= 1;
}

static bool set_out(struct options *o, const char *value)
{
    o->out = value;
    return true;
}

static bool set_proto(struct options *o, const char *value)
{
    o->plan.protocol = protocol_find(slice_from_cstr(value));
    return o->plan.protocol != PROTOCOL_COUNT;
}

static bool set_sessions(struct options *o, const char *value)
{
    return parse_number(value, 1, MAX_SESSIONS, &o->plan.sessions);
}

static bool set_per_session(struct options *o, const char *value)
{
    return parse_number(value, 1, MAX_REPEAT, &o->plan.per_session);
}

static bool set_pace(struct options *o, const char *value)
{
    return parse_number(value, 1, 1000000, &o->plan.pace);
}

static bool set_repeat(struct options *o, const char *value)
{
    return parse_number(value, 1, MAX_REPEAT, &o->plan.repeat);
}

static bool set_endpoints(struct options *o, const char *value)
{
    return parse_number(value, 1, PLAN_ENDPOINTS, &o->plan.endpoints);
}

static bool set_mss(struct options *o, const char *value)
{
    uint64_t mss = 0;
    bool good = parse_number(value, MIN_MSS, MAX_MSS, &mss);
    o->plan.mss = (uint16_t)mss;
    return good;
}

static bool set_ipv6(struct options *o, const char *value)
{
    (void)value;
    o->plan.v6 = true;
    return true;
}

static bool set_vlan(struct options *o, const char *value)
{
    struct slice rest = slice_from_cstr(value), token;
    struct framing *framing = &o->tap.framing;
    framing->vlan_count = 0;
    while ((token = slice_next_token(&rest, ',')).ptr) {
        uint64_t id = 0;
        if (framing->vlan_count == MAX_VLANS || !slice_parse_u64(token, &id) || id < 1 || id > MAX_VLAN)
            return false;
        framing->vlans[framing->vlan_count++] = (uint16_t)id;
    }
    return framing->vlan_count > 0;
}

static bool set_tunnel(struct options *o, const char *value)
{
    static const char *const names[] = {
        [TUNNEL_GRE] = "gre", [TUNNEL_VXLAN] = "vxlan", [TUNNEL_ERSPAN] = "erspan"};
    for (int i = TUNNEL_GRE; i <= TUNNEL_ERSPAN; i++)
        if (strcmp(value, names[i]) == 0) o->tap.framing.tunnel = (enum tunnel)i;
    return o->tap.framing.tunnel != TUNNEL_NONE;
}

static bool set_fragment(struct options *o, const char *value)
{
    uint64_t len = 0;
    bool good = parse_number(value, 8, MAX_FRAGMENT, &len) && len % 8 == 0;
    o->tap.framing.fragment_len = len;
    return good;
}

static bool set_loss(struct options *o, const char *value)
{
    return parse_probability(value, &o->tap.loss);
}

static bool set_duplicate(struct options *o, const char *value)
{
    return parse_probability(value, &o->tap.duplicate);
}

static bool set_reorder(struct options *o, const char *value)
{
    return parse_probability(value, &o->tap.reorder);
}

static bool set_reorder_depth(struct options *o, const char *value)
{
    uint64_t depth = 0;
    bool good = parse_number(value, 1, MAX_REORDER_DEPTH, &depth);
    o->tap.reorder_depth = (uint32_t)depth;
    return good;
}

static bool set_skew(struct options *o, const char *value)
{
    uint64_t skew_ms = 0;
    bool good = parse_number(value, 0, MAX_SKEW_MS, &skew_ms);
    o->tap.skew_us = skew_ms * 1000;
    return good;
}

static bool set_midstream(struct options *o, const char *value)
{
    (void)value;
    o->midstream = true;
    return true;
}

static bool set_one_sided(struct options *o, const char *value)
{
    (void)value;
    o->one_sided = true;
    return true;
}

static bool set_start_time(struct options *o, const char *value)
{
    return time_parse_iso(value, &o->plan.start_us);
}

static bool set_seed(struct options *o, const char *value)
{
    bool good = parse_number(value, 0, UINT64_MAX, &o->plan.seed);
    o->tap.seed = o->plan.seed;
    return good;
}

static bool set_quiet(struct options *o, const char *value)
{
    (void)value;
    o->quiet = true;
    return true;
}

static bool set_help(struct options *o, const char *value)
{
    (void)value;
    o->help = true;
    return true;
}

static const set_fn setters[OPTION_COUNT] = {
    [OPTION_OUT] = set_out,
    [OPTION_PROTO] = set_proto,
    [OPTION_SESSIONS] = set_sessions,
    [OPTION_PER_SESSION] = set_per_session,
    [OPTION_PACE] = set_pace,
    [OPTION_REPEAT] = set_repeat,
    [OPTION_ENDPOINTS] = set_endpoints,
    [OPTION_MSS] = set_mss,
    [OPTION_IPV6] = set_ipv6,
    [OPTION_VLAN] = set_vlan,
    [OPTION_TUNNEL] = set_tunnel,
    [OPTION_FRAGMENT] = set_fragment,
    [OPTION_LOSS] = set_loss,
    [OPTION_DUPLICATE] = set_duplicate,
    [OPTION_REORDER] = set_reorder,
    [OPTION_REORDER_DEPTH] = set_reorder_depth,
    [OPTION_SKEW] = set_skew,
    [OPTION_MIDSTREAM] = set_midstream,
    [OPTION_ONE_SIDED] = set_one_sided,
    [OPTION_START_TIME] = set_start_time,
    [OPTION_SEED] = set_seed,
    [OPTION_QUIET] = set_quiet,
    [OPTION_HELP] = set_help,
};

enum { FIRST_LONG_VALUE = 256 };

struct getopt_tables {
    struct option longs[OPTION_COUNT + 1];
    char shorts[2 * OPTION_COUNT + 2];
};

static void fill_tables(struct getopt_tables *t)
{
    size_t at = 0;
    *t = (struct getopt_tables){0};
    t->shorts[at++] = ':';
    for (int i = 0; i < OPTION_COUNT; i++) {
        int has_arg = rows[i].argument ? required_argument : no_argument;
        t->longs[i] = (struct option){rows[i].name, has_arg, NULL, FIRST_LONG_VALUE + i};
        if (!rows[i].letter) continue;
        t->shorts[at++] = rows[i].letter;
        if (rows[i].argument) t->shorts[at++] = ':';
    }
}

static int find_row(int value)
{
    if (value >= FIRST_LONG_VALUE) return value - FIRST_LONG_VALUE;
    for (int i = 0; i < OPTION_COUNT; i++)
        if (rows[i].letter == value) return i;
    return -1;
}

static enum status check(const struct options *o, struct error *error)
{
    if (o->help) return STATUS_OK;
    if (!o->out) return error_set(error, STATUS_USAGE, "say where the capture goes: -o OUT.pcap");
    if (o->path_count == 0) return error_set(error, STATUS_USAGE, "give at least one mail file or directory");
    if (o->plan.sessions > o->plan.endpoints)
        return error_set(error, STATUS_USAGE, "--sessions is more than --endpoints");
    if (o->tap.framing.fragment_len && o->tap.framing.tunnel)
        return error_set(error, STATUS_UNSUPPORTED, "--fragment inside --tunnel is not offered");
    return STATUS_OK;
}

enum status options_parse(struct options *o, int argc, char **argv, struct error *error)
{
    struct getopt_tables tables;
    int value = 0;
    fill_tables(&tables);
    *o = (struct options){
        .plan = {.sessions = 1, .repeat = 1, .seed = 1, .mss = DEFAULT_MSS, .endpoints = PLAN_ENDPOINTS},
        .tap = {.reorder_depth = DEFAULT_REORDER_DEPTH, .seed = 1}};
    opterr = 0;
    while ((value = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
        if (value == ':') return error_set(error, STATUS_USAGE, "%s needs an argument", argv[optind - 1]);
        int row = value == '?' ? -1 : find_row(value);
        if (row < 0) return error_set(error, STATUS_USAGE, "there is no option %s", argv[optind - 1]);
        if (!setters[row](o, optarg))
            return error_set(error, STATUS_USAGE, "--%s %s: expected %s: %s", rows[row].name, optarg,
                             rows[row].argument, rows[row].help);
    }
    o->paths = argv + optind;
    o->path_count = argc - optind;
    return check(o, error);
}

void options_help(FILE *out)
{
    (void)fprintf(out, "usage: mailtap-synth -o OUT.pcap [options] MAIL…\n\n"
                       "Writes a capture of the sessions that send or fetch the mails (.eml files, or "
                       "directories of them).\n\n");
    for (int i = 0; i < OPTION_COUNT; i++) {
        char left[64];
        (void)snprintf(left, sizeof left, "%s%c%c --%s %s", rows[i].letter ? "" : "  ",
                       rows[i].letter ? '-' : ' ', rows[i].letter ? rows[i].letter : ' ', rows[i].name,
                       rows[i].argument ? rows[i].argument : "");
        (void)fprintf(out, "  %-28s %s\n", left + (rows[i].letter ? 0 : 1), rows[i].help);
    }
}
