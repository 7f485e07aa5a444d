/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The only file that knows libyara; see yara_rules.h.
 */
#include "analysis/detect/yara_rules.h"

#include <limits.h>
#include <stdlib.h>
#include <yara.h>

#include "base/buffer.h"
#include "base/mem.h"

enum { TAGS_MAX_BYTES = 200 };

struct yara_rules {
    YR_RULES *rules;
};

/* What the compiler says of the first error. */
struct complaint {
    const char *name;
    struct error *error;
    bool was_made;
};

static void note_complaint(int level, const char *file, int line, const YR_RULE *rule, const char *message,
                           void *data)
{
    struct complaint *complaint = data;
    (void)file;
    (void)rule;
    if (level != YARA_ERROR_LEVEL_ERROR || complaint->was_made) return;
    complaint->was_made = true;
    (void)error_set(complaint->error, STATUS_BAD, "%s: line %d: %s", complaint->name, line, message);
}

static bool add_source(YR_COMPILER *compiler, const struct rule_source *source, struct error *error)
{
    struct complaint complaint = {source->name, error, false};
    struct buffer text = buffer_make(source->text.len + 1);
    (void)buffer_append(&text, source->text);
    yr_compiler_set_callback(compiler, note_complaint, &complaint);
    bool is_fine = yr_compiler_add_string(compiler, buffer_cstr(&text), NULL) == 0;
    buffer_free(&text);
    if (!is_fine && !complaint.was_made) (void)error_set(error, STATUS_BAD, "%s: no rules", source->name);
    return is_fine;
}

static YR_RULES *compile(const struct rule_source *sources, size_t count, struct error *error)
{
    YR_COMPILER *compiler = NULL;
    YR_RULES *rules = NULL;
    bool is_fine = yr_compiler_create(&compiler) == ERROR_SUCCESS;
    if (!is_fine) {
        (void)error_set(error, STATUS_BAD, "YARA cannot compile rules here");
        return NULL;
    }
    yr_compiler_set_include_callback(compiler, NULL, NULL, NULL);
    for (size_t i = 0; i < count && is_fine; i++) is_fine = add_source(compiler, &sources[i], error);
    if (is_fine && yr_compiler_get_rules(compiler, &rules) != ERROR_SUCCESS)
        (void)error_set(error, STATUS_BAD, "YARA has no memory for the rules");
    yr_compiler_destroy(compiler);
    return rules;
}

struct yara_rules *yara_rules_new(const struct rule_source *sources, size_t count, struct error *error)
{
    if (yr_initialize() != ERROR_SUCCESS) {
        (void)error_set(error, STATUS_BAD, "YARA does not start");
        return NULL;
    }
    YR_RULES *compiled = compile(sources, count, error);
    if (!compiled) {
        (void)yr_finalize();
        return NULL;
    }
    struct yara_rules *rules = mem_zalloc(1, sizeof *rules);
    rules->rules = compiled;
    return rules;
}

void yara_rules_free(struct yara_rules **rules)
{
    if (!*rules) return;
    (void)yr_rules_destroy((*rules)->rules);
    (void)yr_finalize();
    free(*rules);
    *rules = NULL;
}

/* ---- scanning ---- */

struct scan {
    yara_match_fn match_fn;
    void *context;
};

static void read_meta(YR_RULE *rule, struct yara_match *match)
{
    YR_META *meta = NULL;
    yr_rule_metas_foreach(rule, meta)
    {
        if (meta->type != META_TYPE_STRING) continue;
        if (strcmp(meta->identifier, "description") == 0) match->description = slice_from_cstr(meta->string);
        if (strcmp(meta->identifier, "severity") == 0) match->severity = slice_from_cstr(meta->string);
    }
}

static void read_strings(YR_SCAN_CONTEXT *scan, YR_RULE *rule, struct yara_match *match)
{
    YR_STRING *string = NULL;
    yr_rule_strings_foreach(rule, string)
    {
        YR_MATCH *at = NULL;
        yr_string_matches_foreach(scan, string, at)
        {
            match->string = slice_from_cstr(string->identifier);
            match->offset = (uint64_t)(at->base + at->offset);
            return;
        }
    }
}

static int take_message(YR_SCAN_CONTEXT *scan, int message, void *data, void *user_data)
{
    struct scan *s = user_data;
    if (message != CALLBACK_MSG_RULE_MATCHING) return CALLBACK_CONTINUE;
    YR_RULE *rule = data;
    struct buffer tags = buffer_make(TAGS_MAX_BYTES);
    struct yara_match match = {.rule = slice_from_cstr(rule->identifier)};
    const char *tag = NULL;
    yr_rule_tags_foreach(rule, tag)
    {
        if (tags.len > 0) (void)buffer_append_byte(&tags, ' ');
        (void)buffer_append_cstr(&tags, tag);
    }
    match.tags = buffer_slice(&tags);
    read_meta(rule, &match);
    read_strings(scan, rule, &match);
    s->match_fn(s->context, &match);
    buffer_free(&tags);
    return CALLBACK_CONTINUE;
}

bool yara_rules_scan(const struct yara_rules *rules, struct slice bytes, unsigned timeout_s,
                     yara_match_fn match_fn, void *context)
{
    struct scan scan = {match_fn, context};
    if (bytes.len == 0) return true;
    int timeout = timeout_s > INT_MAX ? INT_MAX : (int)timeout_s;
    return yr_rules_scan_mem(rules->rules, bytes.ptr, bytes.len, SCAN_FLAGS_REPORT_RULES_MATCHING,
                             take_message, &scan, timeout) == ERROR_SUCCESS;
}
