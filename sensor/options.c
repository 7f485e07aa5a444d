/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Options by getopt_long over the rows of options.def; see options.h.
 */
#include "sensor/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"

enum option_id {
#define OPTION(id, name, letter, argument, commands, help) OPTION_##id,
#define LATER                                              OPTION
#include "sensor/options.def"
#undef LATER
#undef OPTION
    OPTION_COUNT
};

static const struct option_row {
    const char *name, *argument, *commands, *help;
    char letter;
    bool offered;
} rows[] = {
#define OPTION(id, name, letter, argument, commands, help) {name, argument, commands, help, letter, true},
#define LATER(id, name, letter, argument, commands, help)  {name, argument, commands, help, letter, false},
#include "sensor/options.def"
#undef LATER
#undef OPTION
};

typedef enum status (*option_fn)(struct options *options, const char *value, struct error *error);

enum { WORKERS_MAX = 256 };

static void push(const char ***array, size_t *count, const char *item)
{
    *array = mem_realloc((void *)*array, (*count + 1) * sizeof **array);
    (*array)[(*count)++] = item;
}

static enum status set_config(struct options *o, const char *value, struct error *error)
{
    return config_read(&o->config, value, error);
}

static enum status set_out(struct options *o, const char *value, struct error *error)
{
    (void)error;
    push(&o->outs, &o->out_count, value);
    return STATUS_OK;
}

static enum status set_interface(struct options *o, const char *value, struct error *error)
{
    (void)error;
    push(&o->interfaces, &o->interface_count, value);
    return STATUS_OK;
}

static enum status set_format(struct options *o, const char *value, struct error *error)
{
    o->publish.defaults.format = value;
    return publish_check_format(slice_from_cstr(value), error);
}

static enum status set_records(struct options *o, const char *value, struct error *error)
{
    return publish_parse_records(slice_from_cstr(value), &o->publish.defaults.records, error);
}

static enum status set_engine(struct options *o, const char *value, struct error *error)
{
    o->engine = engine_find(slice_from_cstr(value));
    return o->engine ? STATUS_OK
                     : error_set(error, STATUS_USAGE, "--engine is native or libnids, not %s", value);
}

static enum status set_checksums(struct options *o, const char *value, struct error *error)
{
    o->verify_checksums = strcmp(value, "verify") == 0;
    if (o->verify_checksums || strcmp(value, "ignore") == 0) return STATUS_OK;
    return error_set(error, STATUS_USAGE, "--checksums is ignore or verify, not %s", value);
}

static enum status set_overlap(struct options *o, const char *value, struct error *error)
{
    o->config.reassembly.overlap_last_wins = strcmp(value, "last") == 0;
    if (o->config.reassembly.overlap_last_wins || strcmp(value, "first") == 0) return STATUS_OK;
    return error_set(error, STATUS_USAGE, "--overlap is first or last, not %s", value);
}

static enum status set_workers(struct options *o, const char *value, struct error *error)
{
    uint64_t workers = 0;
    if (!slice_parse_u64(slice_from_cstr(value), &workers) || workers > WORKERS_MAX)
        return error_set(error, STATUS_USAGE, "--workers is a number up to %d, not %s", WORKERS_MAX, value);
    o->workers = (size_t)workers;
    return STATUS_OK;
}

static enum status set_min_severity(struct options *o, const char *value, struct error *error)
{
    if (severity_parse(slice_from_cstr(value), &o->publish.defaults.min_severity)) return STATUS_OK;
    return error_set(error, STATUS_USAGE, "--min-severity is info, low, medium, high or critical, not %s",
                     value);
}

static enum status set_keylog(struct options *o, const char *value, struct error *error)
{
    (void)error;
    o->keylog = value;
    return STATUS_OK;
}

static enum status set_extract(struct options *o, const char *value, struct error *error)
{
    (void)error;
    o->extract = value;
    return STATUS_OK;
}

static enum status set_quiet(struct options *o, const char *value, struct error *error)
{
    (void)value, (void)error;
    o->quiet = true;
    return STATUS_OK;
}

static enum status set_verbose(struct options *o, const char *value, struct error *error)
{
    (void)o, (void)value, (void)error;
    log_set_level(LOG_LEVEL_DEBUG);
    return STATUS_OK;
}

static enum status set_help(struct options *o, const char *value, struct error *error)
{
    (void)value, (void)error;
    o->help = true;
    return STATUS_OK;
}

static const option_fn setters[OPTION_COUNT] = {
    [OPTION_CONFIG] = set_config,   [OPTION_OUT] = set_out,         [OPTION_FORMAT] = set_format,
    [OPTION_RECORDS] = set_records, [OPTION_ENGINE] = set_engine,   [OPTION_CHECKSUMS] = set_checksums,
    [OPTION_OVERLAP] = set_overlap, [OPTION_WORKERS] = set_workers, [OPTION_MIN_SEVERITY] = set_min_severity,
    [OPTION_KEYLOG] = set_keylog,   [OPTION_EXTRACT] = set_extract, [OPTION_QUIET] = set_quiet,
    [OPTION_VERBOSE] = set_verbose, [OPTION_HELP] = set_help,       [OPTION_INTERFACE] = set_interface,
};

/* getopt's tables, made from the rows; values are row + 1 so that letters and names meet in one number space.
 */
struct getopt_tables {
    struct option longs[OPTION_COUNT + 1];
    char shorts[3 * OPTION_COUNT + 2];
};

enum { FIRST_LONG_VALUE = 256 };

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
        if (has_arg) t->shorts[at++] = ':';
    }
}

static int row_of(int value)
{
    if (value >= FIRST_LONG_VALUE) return value - FIRST_LONG_VALUE;
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (rows[i].letter && rows[i].letter == value) return i;
    }
    return -1;
}

static enum status take_option(struct options *o, char command, int value, char **argv, struct error *error)
{
    const char *given = argv[optind - 1];
    if (value == ':') return error_set(error, STATUS_USAGE, "option %s needs a value", given);
    int row = row_of(value);
    if (row < 0) return error_set(error, STATUS_USAGE, "unknown option %s", given);
    if (!rows[row].offered)
        return error_set(error, STATUS_UNSUPPORTED, "option --%s is not offered by this version",
                         rows[row].name);
    if (!strchr(rows[row].commands, command))
        return error_set(error, STATUS_USAGE, "option --%s does not belong to this command", rows[row].name);
    return setters[row](o, optarg, error);
}

enum status options_parse(struct options *o, char command, int argc, char **argv, struct error *error)
{
    struct getopt_tables tables;
    enum status status = STATUS_OK;
    *o = (struct options){
        .config = config_defaults(), .publish = publish_default_options(), .engine = engine_all()[0]};
    fill_tables(&tables);
    optind = 1;
    opterr = 0;
    while (status == STATUS_OK) {
        int value = getopt_long(argc, argv, tables.shorts, tables.longs, NULL);
        if (value == -1) break;
        status = take_option(o, command, value, argv, error);
    }
    for (int i = optind; status == STATUS_OK && i < argc; i++) push(&o->paths, &o->path_count, argv[i]);
    o->publish.limits = o->config.publish;
    return status;
}

void options_free(struct options *o)
{
    free((void *)o->outs);
    free((void *)o->paths);
    free((void *)o->interfaces);
    o->outs = o->paths = o->interfaces = NULL;
}

void options_print_help(char command)
{
    for (int i = 0; i < OPTION_COUNT; i++) {
        char name[64];
        if (!rows[i].offered || !strchr(rows[i].commands, command)) continue;
        (void)snprintf(name, sizeof name, "--%s%s%s", rows[i].name, rows[i].argument ? " " : "",
                       rows[i].argument ? rows[i].argument : "");
        (void)printf("  %c%c%c %-20s %s\n", rows[i].letter ? '-' : ' ', rows[i].letter ? rows[i].letter : ' ',
                     rows[i].letter ? ',' : ' ', name, rows[i].help);
    }
}
