/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading SPECs; see spec.h. Sentences about a URL quote none of it before the place of the password is
 * known.
 */
#include "sensor/publish/spec.h"

#include "base/mem.h"
#include "sensor/publish/sink.h"

#define DEFAULT_CHANNEL "mailtap:alerts"
#define DEFAULT_STREAM  "mailtap:alerts:log"

enum { REDIS_PORT = 6379, REDIS_DATABASE_MAX = 1000000 };

/* Parses what stands between the prefix and the question mark. */
typedef enum status (*spec_parse_fn)(struct output_spec *spec, struct slice rest, struct error *error);

static int hex_value(uint8_t c)
{
    if (ascii_is_digit(c)) return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 3986 section 2.1. NULL when an escape is broken or gives NUL. */
static char *percent_decode(struct arena *arena, struct slice text)
{
    char *out = arena_zalloc(arena, text.len + 1, 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        int c = text.ptr[i];
        if (c == '%') {
            int high = i + 2 < text.len ? hex_value(text.ptr[i + 1]) : -1;
            int low = i + 2 < text.len ? hex_value(text.ptr[i + 2]) : -1;
            if (high < 0 || low < 0) return NULL;
            c = high << 4 | low;
            i += 2;
        }
        if (c == 0) return NULL;
        out[len++] = (char)c;
    }
    return out;
}

static enum status spec_parse_stdout(struct output_spec *spec, struct slice rest, struct error *error)
{
    spec->label = "standard output";
    if (rest.len == 0) return STATUS_OK;
    return error_set(error, STATUS_USAGE, "the output \"-\" takes nothing but ?options after it");
}

static enum status spec_parse_file(struct output_spec *spec, struct slice rest, struct error *error)
{
    if (slice_starts(rest, SLICE("///"))) rest = slice_skip(rest, 2);
    if (rest.len == 0) return error_set(error, STATUS_USAGE, "the output file: needs a path, file:PATH");
    spec->path = spec->label = arena_cstr(&spec->arena, rest);
    return STATUS_OK;
}

/* Takes "USER:PASS@" off the front of *rest when it is there. The last @ ends it, so that passwords with an
 * unescaped @ or / are not taken for a host, which messages show. */
static enum status take_userinfo(struct output_spec *spec, struct slice *rest, struct error *error)
{
    size_t end = rest->len;
    while (end > 0 && rest->ptr[end - 1] != '@') end--;
    if (end == 0) return STATUS_OK;
    struct slice info = slice_head(*rest, end - 1);
    size_t colon = slice_index(info, ':');
    if (colon == info.len) {
        return error_set(
            error, STATUS_USAGE,
            "a Redis output's user and password are written USER:PASS@, a password alone :PASS@");
    }
    spec->password = percent_decode(&spec->arena, slice_skip(info, colon + 1));
    const char *user = percent_decode(&spec->arena, slice_head(info, colon));
    if (!spec->password || !user) {
        return error_set(error, STATUS_USAGE,
                         "a Redis output's user or password is not properly percent-encoded");
    }
    if (user[0] != '\0') spec->user = user;
    *rest = slice_skip(*rest, end);
    return STATUS_OK;
}

static enum status set_database(struct output_spec *spec, struct slice value, struct error *error)
{
    if (slice_parse_u64(value, &spec->database) && spec->database <= REDIS_DATABASE_MAX) return STATUS_OK;
    return error_set(error, STATUS_USAGE, "a Redis output's database is a number from 0 on");
}

/* "HOST", "HOST:PORT", "[IPv6]:PORT". */
static enum status set_address(struct output_spec *spec, struct slice address, struct error *error)
{
    struct slice host = slice_head(address, slice_index(address, ':')), port = slice_skip(address, host.len);
    uint64_t number = REDIS_PORT;
    if (slice_starts(address, SLICE("["))) {
        size_t end = slice_index(address, ']');
        host = slice_skip(slice_head(address, end), 1);
        port = slice_skip(address, end + 1);
    }
    bool good_port = port.len == 0 || (port.ptr[0] == ':' && slice_parse_u64(slice_skip(port, 1), &number));
    if (!good_port || number < 1 || number > UINT16_MAX) {
        return error_set(error, STATUS_USAGE, "a Redis output's port is a number from 1 to 65535");
    }
    spec->port = (uint16_t)number;
    spec->host = host.len > 0 ? percent_decode(&spec->arena, host) : NULL;
    if (spec->host) return STATUS_OK;
    return error_set(error, STATUS_USAGE, "a Redis output needs a host, redis://HOST:PORT");
}

static enum status spec_parse_host(struct output_spec *spec, struct slice rest, struct error *error)
{
    enum status status = take_userinfo(spec, &rest, error);
    if (status) return status;
    struct slice address = slice_head(rest, slice_index(rest, '/')), path = slice_skip(rest, address.len + 1);
    status = set_address(spec, address, error);
    if (!status && path.len > 0) status = set_database(spec, path, error);
    if (status) return status;
    bool is_v6 = slice_starts(address, SLICE("["));
    spec->label = arena_printf(&spec->arena, is_v6 ? "redis://[%s]:%u/%u" : "redis://%s:%u/%u", spec->host,
                               (unsigned)spec->port, (unsigned)spec->database);
    return STATUS_OK;
}

static enum status spec_parse_socket(struct output_spec *spec, struct slice rest, struct error *error)
{
    enum status status = take_userinfo(spec, &rest, error);
    if (status) return status;
    if (slice_starts(rest, SLICE("/"))) spec->path = percent_decode(&spec->arena, rest);
    if (!spec->path) {
        return error_set(error, STATUS_USAGE,
                         "a Redis socket is written with its full path, redis+unix:///PATH");
    }
    spec->label = arena_printf(&spec->arena, "redis+unix://%s", spec->path);
    return STATUS_OK;
}

static enum status option_format(struct output_spec *spec, struct slice value, struct error *error)
{
    enum status status = STATUS_OK;
    spec->format = format_find(value, &status, error);
    return status;
}

static enum status option_records(struct output_spec *spec, struct slice value, struct error *error)
{
    return publish_parse_records(value, &spec->records, error);
}

static enum status option_min_severity(struct output_spec *spec, struct slice value, struct error *error)
{
    if (severity_parse(value, &spec->min_severity)) return STATUS_OK;
    return error_set(error, STATUS_USAGE, "min-severity is info, low, medium, high or critical");
}

static enum status set_name(struct output_spec *spec, const char **name, struct slice value,
                            struct error *error)
{
    *name = percent_decode(&spec->arena, value);
    if (*name) return STATUS_OK;
    return error_set(error, STATUS_USAGE,
                     "a Redis output's channel or stream is not properly percent-encoded");
}

static enum status option_channel(struct output_spec *spec, struct slice value, struct error *error)
{
    return set_name(spec, &spec->channel, value, error);
}

static enum status option_stream(struct output_spec *spec, struct slice value, struct error *error)
{
    return set_name(spec, &spec->stream, value, error);
}

static const struct option_row {
    const char *key;
    enum status (*set)(struct output_spec *spec, struct slice value, struct error *error);
    bool redis_only;
} options[] = {
    {"format", option_format, false},
    {"records", option_records, false},
    {"min-severity", option_min_severity, false},
    {"channel", option_channel, true},
    {"stream", option_stream, true},
    {"db", set_database, true},
};

static enum status parse_option(struct output_spec *spec, struct slice option, struct error *error)
{
    bool is_redis = spec->sink == &sink_redis;
    struct slice key = slice_head(option, slice_index(option, '='));
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (!slice_equal(key, slice_from_cstr(options[i].key)) || (options[i].redis_only && !is_redis))
            continue;
        return options[i].set(spec, slice_skip(option, key.len + 1), error);
    }
    return error_set(error, STATUS_USAGE, "the output %s takes the options format, records, min-severity%s",
                     spec->label, is_redis ? ", channel, stream and db" : "; there is no other");
}

static enum status parse_options(struct output_spec *spec, struct slice query, struct error *error)
{
    struct slice option;
    while ((option = slice_next_token(&query, '&')).ptr) {
        enum status status = option.len > 0 ? parse_option(spec, option, error) : STATUS_OK;
        if (status) return status;
    }
    bool mute = spec->sink == &sink_redis && spec->channel[0] == '\0' && spec->stream[0] == '\0';
    return mute ? error_set(error, STATUS_USAGE, "the output %s has neither channel nor stream", spec->label)
                : STATUS_OK;
}

static const struct scheme {
    const char *prefix;
    spec_parse_fn parse;
    const struct sink_ops *sink;
    const char *refusal;
} schemes[] = {
#define SINK(prefix, parse, ops, refusal) {prefix, parse, ops, refusal},
#include "sensor/publish/sinks.def"
#undef SINK
};

static enum status find_scheme(struct slice text, const struct scheme **found, struct error *error)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (!slice_starts(text, slice_from_cstr(schemes[i].prefix))) continue;
        *found = &schemes[i];
        return schemes[i].parse ? STATUS_OK : error_set(error, STATUS_UNSUPPORTED, "%s", schemes[i].refusal);
    }
    return error_set(error, STATUS_USAGE,
                     "an output is \"-\", file:PATH, redis://HOST:PORT[/DB] or redis+unix:///PATH");
}

static enum status fill_spec(struct output_spec *spec, struct slice text,
                             const struct publish_defaults *defaults, struct error *error)
{
    const struct scheme *scheme = NULL;
    enum status status = find_scheme(text, &scheme, error);
    if (status) return status;
    spec->sink = scheme->sink;
    spec->records = defaults->records;
    spec->min_severity = defaults->min_severity;
    spec->channel = DEFAULT_CHANNEL;
    spec->stream = DEFAULT_STREAM;
    status = option_format(spec, slice_from_cstr(defaults->format), error);
    if (status) return status;
    struct slice place = slice_head(text, slice_index(text, '?'));
    struct slice query = slice_skip(text, place.len + 1);
    status = scheme->parse(spec, slice_skip(place, strlen(scheme->prefix)), error);
    return status ? status : parse_options(spec, query, error);
}

enum status spec_parse(struct output_spec *spec, struct slice text, const struct publish_defaults *defaults,
                       struct error *error)
{
    *spec = (struct output_spec){0};
    enum status status = text.len == 0 || memchr(text.ptr, '\0', text.len)
                             ? error_set(error, STATUS_USAGE, "the SPEC of an output is empty or holds a NUL")
                             : fill_spec(spec, text, defaults, error);
    if (status) spec_free(spec);
    return status;
}

void spec_free(struct output_spec *spec)
{
    if (spec->password) mem_wipe(spec->password, strlen(spec->password));
    arena_free(&spec->arena);
    *spec = (struct output_spec){0};
}
