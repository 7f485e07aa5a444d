/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See url_wrap.h. The table is read once in a process; for each link its rows are gone through, some sixty
 * comparisons of a host.
 */
#include "analysis/extract/url_wrap.h"

#include <pthread.h>

#include "analysis/data/lists.h"
#include "analysis/extract/url_wrap_codec.h"

enum { ROWS_MAX = 128 };

struct wrapper_row {
    enum link_wrapper kind;
    struct slice host, path, parameter;
    url_wrap_decode_fn decode;
};

static struct wrapper_row rows[ROWS_MAX];
static size_t row_count;
static pthread_once_t rows_once = PTHREAD_ONCE_INIT;

static bool parse_row(struct slice line, struct wrapper_row *row)
{
    struct slice kind = slice_next_token(&line, ' ');
    row->host = slice_next_token(&line, ' ');
    row->path = slice_next_token(&line, ' ');
    row->parameter = slice_next_token(&line, ' ');
    row->decode = url_wrap_decoder(slice_next_token(&line, ' '));
    row->kind = slice_equal(kind, SLICE("gateway")) ? WRAPPER_GATEWAY : WRAPPER_REDIRECTOR;
    bool known = row->kind == WRAPPER_GATEWAY || slice_equal(kind, SLICE("redirector"));
    return known && row->host.len > 0 && row->path.len > 0 && row->path.ptr[0] == '/' &&
           row->parameter.len > 0 && row->decode && line.len == 0;
}

bool url_wrap_is_row(struct slice line)
{
    struct wrapper_row row;
    return parse_row(line, &row);
}

static void read_rows(void)
{
    struct data_list lists[LIST_COUNT];
    data_lists_get(lists);
    struct slice text = lists[LIST_url_wrappers].text;
    for (struct slice line; (line = slice_next_token(&text, '\n')).ptr && row_count < ROWS_MAX;) {
        line = slice_trim(line);
        if (line.len == 0 || line.ptr[0] == '#') continue;
        if (parse_row(line, &rows[row_count])) row_count++;
    }
}

static bool lies_within(struct slice host, struct slice domain)
{
    if (!slice_ends_nocase(host, domain)) return false;
    return host.len == domain.len || host.ptr[host.len - domain.len - 1] == '.';
}

/* "google.*" is any registrable domain whose first label is google, and what lies below it. */
static bool has_host(const struct link *link, struct slice wanted)
{
    if (wanted.ptr[wanted.len - 1] != '*') return lies_within(link->host, wanted);
    struct slice stem = slice_head(wanted, wanted.len - 2), own = link->registrable;
    size_t dot = slice_index(stem, '.');
    if (dot == stem.len) return slice_equal(slice_head(own, slice_index(own, '.')), stem);
    struct slice label = slice_skip(stem, dot + 1);
    return slice_equal(slice_head(own, slice_index(own, '.')), label) && slice_starts(link->host, stem);
}

/* The value of a parameter of the query, as written; ptr is NULL without it. */
static struct slice find_parameter(struct slice path, struct slice name)
{
    struct slice query = slice_skip(path, slice_index(path, '?') + 1);
    for (struct slice one; (one = slice_next_token(&query, '&')).ptr;) {
        if (slice_starts_nocase(one, SLICE("amp;"))) one = slice_skip(one, 4);
        size_t equals = slice_index(one, '=');
        if (equals < one.len && slice_equal_nocase(slice_head(one, equals), name))
            return slice_skip(one, equals + 1);
    }
    return slice_make(NULL, 0);
}

static bool row_matches(const struct wrapper_row *row, const struct link *link)
{
    struct slice path = link->path.len > 0 ? link->path : SLICE("/");
    return slice_starts_nocase(path, row->path) && has_host(link, row->host);
}

static struct slice unwrap_row(struct arena *arena, const struct wrapper_row *row, const struct link *link)
{
    struct slice value;
    if (row->parameter.ptr[0] == '-')
        value = slice_skip(link->path, row->path.len);
    else
        value = find_parameter(link->path, row->parameter);
    if (!value.ptr) return slice_make(NULL, 0);
    return url_wrap_decode(arena, row->decode, &(struct url_wrapped){value, link->host, link->path});
}

static bool is_web_url(struct slice url)
{
    return slice_starts_nocase(url, SLICE("http://")) || slice_starts_nocase(url, SLICE("https://"));
}

/* The first parameter that is a URL. */
static struct slice unwrap_parameter(struct arena *arena, const struct link *link)
{
    struct slice query = slice_skip(link->path, slice_index(link->path, '?') + 1);
    for (struct slice one; (one = slice_next_token(&query, '&')).ptr;) {
        struct slice value = slice_skip(one, slice_index(one, '=') + 1);
        if (!slice_starts_nocase(value, SLICE("http"))) continue;
        struct slice url =
            url_wrap_decode(arena, url_wrap_decoder(SLICE("plain")), &(struct url_wrapped){.value = value});
        if (is_web_url(url)) return url;
    }
    return slice_make(NULL, 0);
}

struct slice url_unwrap(struct arena *arena, const struct link *link, enum link_wrapper *wrapper)
{
    struct slice none = slice_make(NULL, 0);
    (void)pthread_once(&rows_once, read_rows);
    if (link->host.len == 0 || link->path.len == 0 || link->host_is_ip) return none;
    for (size_t i = 0; i < row_count; i++) {
        if (!row_matches(&rows[i], link)) continue;
        struct slice inner = unwrap_row(arena, &rows[i], link);
        *wrapper = rows[i].kind;
        if (is_web_url(inner)) return inner;
    }
    *wrapper = WRAPPER_PARAMETER;
    return slice_index(link->path, '?') < link->path.len ? unwrap_parameter(arena, link) : none;
}
