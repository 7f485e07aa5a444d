/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * YAML by libyaml's event parser, which gives line numbers for every complaint; see config.h. Only two levels
 * exist: section and key.
 */
#include "sensor/config.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <yaml.h>

#include "base/utf8.h"

#define CONFIG_SECTIONS(SECTION)                                                                             \
    SECTION(reassembly)                                                                                      \
    SECTION(analysis)                                                                                        \
    SECTION(publish)                                                                                         \
    SECTION(extract)                                                                                         \
    SECTION(workers)                                                                                         \
    SECTION(health)                                                                                          \
    SECTION(live)

struct config_key {
    const char *section, *name, *text;
    size_t offset; /* of the uint64_t or text in struct config */
    uint64_t value, minimum, maximum;
    size_t text_size; /* 0: a number */
};

#define ROW(part, field, value, minimum, maximum, text)                                                      \
    {#part, #field, text, offsetof(struct config, part.field), value, minimum, maximum, 0},
static const struct config_key keys[] = {
#define LIMIT(field, value, minimum, maximum, text)   ROW(reassembly, field, value, minimum, maximum, text)
#define SETTING(field, value, minimum, maximum, text) ROW(reassembly, field, value, minimum, maximum, text)
#include "reassembly/limits.def"
#include "reassembly/settings.def"
#undef LIMIT
#undef SETTING
#define LIMIT(field, value, minimum, maximum, text)   ROW(analysis, field, value, minimum, maximum, text)
#define SETTING(field, value, minimum, maximum, text) ROW(analysis, field, value, minimum, maximum, text)
#include "analysis/limits.def"
#include "analysis/settings.def"
#undef LIMIT
#undef SETTING
#define TEXT(section, field, size, text)                                                                     \
    {#section, #field, text, offsetof(struct config, field), 0, 0, 0, size},
#include "sensor/texts.def"
#undef TEXT
#define LIMIT(field, value, minimum, maximum, text) ROW(publish, field, value, minimum, maximum, text)
#include "sensor/publish/limits.def"
#undef LIMIT
#define LIMIT(field, value, minimum, maximum, text) ROW(extract, field, value, minimum, maximum, text)
#include "sensor/extract/limits.def"
#undef LIMIT
#define LIMIT(field, value, minimum, maximum, text)   ROW(workers, field, value, minimum, maximum, text)
#define SETTING(field, value, minimum, maximum, text) ROW(workers, field, value, minimum, maximum, text)
#include "sensor/workers/limits.def"
#include "sensor/workers/settings.def"
#undef LIMIT
#undef SETTING
#define SETTING(field, value, minimum, maximum, text) ROW(health, field, value, minimum, maximum, text)
#include "sensor/health.def"
#undef SETTING
#define SETTING(field, value, minimum, maximum, text) ROW(live, field, value, minimum, maximum, text)
#include "sensor/live/settings.def"
#undef SETTING
};

enum { KEY_COUNT = sizeof keys / sizeof *keys };

static const char *const sections[] = {
#define SECTION(name) #name,
    CONFIG_SECTIONS(SECTION)
#undef SECTION
};

enum { SECTION_COUNT = sizeof sections / sizeof *sections };

static uint64_t *value_of(struct config *config, const struct config_key *key)
{
    return (uint64_t *)(void *)((char *)config + key->offset);
}

static char *text_of(struct config *config, const struct config_key *key)
{
    return (char *)config + key->offset;
}

struct config config_defaults(void)
{
    struct config config = {0};
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (keys[i].text_size == 0) *value_of(&config, &keys[i]) = keys[i].value;
    }
    return config;
}

/* ---- reading ---- */

enum depth { DEPTH_STREAM, DEPTH_SECTIONS, DEPTH_KEYS };

struct reader {
    yaml_parser_t parser;
    const char *path;
    struct config *config;
    struct error *error;
    enum depth depth;
    const char *section;          /* at DEPTH_SECTIONS: the one whose mapping comes next, or NULL */
    const struct config_key *key; /* the one whose value comes next, or NULL */
};

static enum status complain(const struct reader *r, const yaml_event_t *event, const char *what,
                            const char *subject)
{
    return error_set(r->error, STATUS_USAGE, "%s: line %zu: %s%s%s", r->path, event->start_mark.line + 1,
                     what, subject ? " " : "", subject ? subject : "");
}

static const struct config_key *find_key(const char *section, const char *name)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (strcmp(keys[i].section, section) == 0 && strcmp(keys[i].name, name) == 0) return &keys[i];
    }
    return NULL;
}

static enum status take_section_name(struct reader *r, const yaml_event_t *event, const char *text)
{
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        if (strcmp(sections[i], text) == 0) r->section = sections[i];
    }
    return r->section ? STATUS_OK : complain(r, event, "unknown section", text);
}

static bool is_printable(struct slice text)
{
    while (text.len > 0) {
        int32_t c = utf8_next(&text);
        if (c < 0 || utf8_is_unsafe(c)) return false;
    }
    return true;
}

static enum status take_text(struct reader *r, const yaml_event_t *event, struct slice text)
{
    const struct config_key *key = r->key;
    r->key = NULL;
    if (text.len >= key->text_size || !is_printable(text))
        return complain(r, event, "not a text of printable characters that is short enough:", key->name);
    memset(text_of(r->config, key), 0, key->text_size);
    memcpy(text_of(r->config, key), text.ptr, text.len);
    return STATUS_OK;
}

static enum status take_value(struct reader *r, const yaml_event_t *event, struct slice text)
{
    char range[128];
    uint64_t value = 0;
    const struct config_key *key = r->key;
    r->key = NULL;
    (void)snprintf(range, sizeof range, "%s.%s must be a whole number from %" PRIu64 " to %" PRIu64 ", not",
                   key->section, key->name, key->minimum, key->maximum);
    if (!slice_parse_u64(text, &value) || value < key->minimum || value > key->maximum)
        return complain(r, event, range, (const char *)text.ptr);
    *value_of(r->config, key) = value;
    return STATUS_OK;
}

static enum status take_scalar(struct reader *r, const yaml_event_t *event)
{
    struct slice text = slice_make(event->data.scalar.value, event->data.scalar.length);
    const char *cstr = (const char *)event->data.scalar.value;
    if (r->depth == DEPTH_STREAM) {
        return text.len == 0 ? STATUS_OK : complain(r, event, "expected sections, not", cstr);
    }
    if (r->depth == DEPTH_SECTIONS && r->section) {
        const char *section = r->section;
        r->section = NULL;
        return text.len == 0 ? STATUS_OK : complain(r, event, "expected keys in section", section);
    }
    if (r->depth == DEPTH_SECTIONS) return take_section_name(r, event, cstr);
    if (r->key && r->key->text_size) return take_text(r, event, text);
    if (r->key) return take_value(r, event, text);
    r->key = find_key(r->section, cstr);
    return r->key ? STATUS_OK : complain(r, event, "unknown key", cstr);
}

static enum status take_event(struct reader *r, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT: return take_scalar(r, event);
    case YAML_MAPPING_START_EVENT:
        if (r->depth == DEPTH_KEYS || r->key)
            return complain(r, event, "a mapping is not expected here", NULL);
        if (r->depth == DEPTH_SECTIONS && !r->section)
            return complain(r, event, "a section needs a name", NULL);
        r->depth++;
        return STATUS_OK;
    case YAML_MAPPING_END_EVENT:
        r->depth--;
        if (r->depth == DEPTH_SECTIONS) r->section = NULL;
        return STATUS_OK;
    case YAML_SEQUENCE_START_EVENT:
    case YAML_ALIAS_EVENT: return complain(r, event, "lists and aliases are not expected here", NULL);
    default: return STATUS_OK;
    }
}

static enum status read_events(struct reader *r)
{
    enum status status = STATUS_OK;
    bool done = false;
    while (status == STATUS_OK && !done) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event)) {
            return error_set(r->error, STATUS_USAGE, "%s: line %zu: %s", r->path,
                             r->parser.problem_mark.line + 1,
                             r->parser.problem ? r->parser.problem : "not YAML");
        }
        done = event.type == YAML_STREAM_END_EVENT;
        status = take_event(r, &event);
        yaml_event_delete(&event);
    }
    return status;
}

enum status config_read(struct config *config, const char *path, struct error *error)
{
    struct reader reader = {.path = path, .config = config, .error = error};
    FILE *file = fopen(path, "rbe");
    if (!file) return error_set(error, STATUS_USAGE, "%s: %s", path, strerror(errno));
    if (!yaml_parser_initialize(&reader.parser)) {
        (void)fclose(file);
        return error_set(error, STATUS_USAGE, "%s: the YAML parser cannot start", path);
    }
    yaml_parser_set_input_file(&reader.parser, file);
    enum status status = read_events(&reader);
    yaml_parser_delete(&reader.parser);
    (void)fclose(file);
    return status;
}

/* In single quotes, which are doubled inside. */
static void print_text(const struct config_key *key, const char *value, FILE *out)
{
    (void)fprintf(out, "  # %s\n  %s: '", key->text, key->name);
    for (; *value; value++) (void)fputs(*value == '\'' ? "''" : (char[]){*value, '\0'}, out);
    (void)fprintf(out, "'\n");
}

void config_print(const struct config *config, FILE *out)
{
    struct config copy = *config;
    const char *section = "";
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (strcmp(section, keys[i].section) != 0)
            (void)fprintf(out, "%s%s:\n", i ? "\n" : "", keys[i].section);
        section = keys[i].section;
        if (keys[i].text_size) {
            print_text(&keys[i], text_of(&copy, &keys[i]), out);
            continue;
        }
        (void)fprintf(out, "  # %s (%" PRIu64 " to %" PRIu64 ")\n  %s: %" PRIu64 "\n", keys[i].text,
                      keys[i].minimum, keys[i].maximum, keys[i].name, *value_of(&copy, &keys[i]));
    }
}
