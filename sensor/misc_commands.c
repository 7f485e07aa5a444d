/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The small commands: rules, check, version, and those that come later.
 */
#include <stdio.h>

#include "analysis/detect/detect.h"
#include "base/log.h"
#include "reassembly/stream/engine.h"
#include "sensor/capture.h"
#include "sensor/commands.h"
#include "sensor/config.h"

static void print_rule(const struct detection *rule)
{
    (void)printf("%s  %s\n     %s\n\n", rule->id, rule->title, rule->title_ja);
    (void)printf("  looks at   %s\n  weight     %+.1f\n", rule->looks_at, rule->weight);
    if (rule->technique)
        (void)printf("  technique  %s %s\n", rule->technique,
                     technique_name(rule->technique) ? technique_name(rule->technique) : "");
    if (rule->seed) (void)printf("  seed       %s\n", rule->seed);
    (void)printf("\n%s\n\n%s\n", rule->explain, rule->explain_ja);
}

static void print_rules(void)
{
    size_t count = 0;
    const struct detection *rules = detections_all(&count);
    (void)printf("%-4s %6s  %-10s %-14s %s\n", "id", "weight", "technique", "seed", "finds");
    for (size_t i = 0; i < count; i++) {
        (void)printf("%-4s %+6.1f  %-10s %-14s %s\n", rules[i].id, rules[i].weight,
                     rules[i].technique ? rules[i].technique : "-", rules[i].seed ? rules[i].seed : "-",
                     rules[i].title);
    }
}

int command_rules(int argc, char **argv)
{
    if (argc < 2) {
        print_rules();
        return EXIT_DONE;
    }
    const struct detection *rule = detections_find(slice_from_cstr(argv[1]));
    if (!rule || argc > 2) {
        log_error("no detection %s; `mailtap rules` lists them", argv[1]);
        return EXIT_USAGE;
    }
    print_rule(rule);
    return EXIT_DONE;
}

int command_check(int argc, char **argv)
{
    struct config config = config_defaults();
    struct error error;
    if (argc > 2 || (argc == 2 && config_read(&config, argv[1], &error) != STATUS_OK)) {
        log_error("%s", argc > 2 ? "check takes one configuration file" : error.text);
        return EXIT_USAGE;
    }
    config_print(&config, stdout);
    return EXIT_DONE;
}

int command_version(int argc, char **argv)
{
    (void)argc, (void)argv;
    (void)printf("mailtap " MAILTAP_VERSION "\n%s\nengines:", capture_library_version());
    for (const struct engine_ops *const *engine = engine_all(); *engine; engine++)
        (void)printf(" %s", (*engine)->name);
    (void)printf("\n");
    return EXIT_DONE;
}

int command_later(int argc, char **argv)
{
    (void)argc;
    log_error("%s: not offered by this version", argv[0]);
    return EXIT_USAGE;
}
