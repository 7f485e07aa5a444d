/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads the facts of a fixture's session; see session_facts.h.
 */
#include "session_facts.h"

#include <arpa/inet.h>

enum { ANOMALIES_MAX = 16, ADDRESS_SIZE = 64 };

typedef bool (*fact_fn)(struct mail *mail, struct slice value);

/* Both ends are of one family. */
static bool set_address(struct mail *mail, struct endpoint *end, struct slice value)
{
    char text[ADDRESS_SIZE] = "";
    if (value.len >= sizeof text) return false;
    memcpy(text, value.ptr, value.len);
    bool is_v6 = slice_index(value, ':') < value.len;
    mail->flow.family = is_v6 ? FAMILY_IPV6 : FAMILY_IPV4;
    return inet_pton(is_v6 ? AF_INET6 : AF_INET, text, end->addr) == 1;
}

static bool set_client(struct mail *mail, struct slice value)
{
    return set_address(mail, &mail->flow.client, value);
}

static bool set_server(struct mail *mail, struct slice value)
{
    return set_address(mail, &mail->flow.server, value);
}

static bool set_port(struct mail *mail, struct slice value)
{
    uint64_t port = 0;
    if (!slice_parse_u64(value, &port) || port > UINT16_MAX) return false;
    mail->flow.server.port = (uint16_t)port;
    return true;
}

static bool set_protocol(struct mail *mail, struct slice value)
{
    for (enum mail_protocol protocol = MAIL_SMTP; protocol < MAIL_FILE; protocol++) {
        if (!slice_equal(value, slice_from_cstr(mail_protocol_name(protocol)))) continue;
        mail->protocol = protocol;
        return true;
    }
    return false;
}

static bool set_helo(struct mail *mail, struct slice value)
{
    mail->session.helo = arena_copy(&mail->arena, value);
    return value.len > 0;
}

static bool set_sender_rcpts(struct mail *mail, struct slice value)
{
    uint64_t number = 0;
    if (!slice_parse_u64(value, &number)) return false;
    mail->session.sender_rcpts = (uint32_t)number;
    return true;
}

/* Seconds since 1970 at which the mail's last packet came. */
static bool set_time(struct mail *mail, struct slice value)
{
    uint64_t seconds = 0;
    if (!slice_parse_u64(value, &seconds)) return false;
    mail->last_ns = seconds * 1000000000u;
    return true;
}

static bool set_reading(struct mail *mail, struct slice value)
{
    mail->reading = MAIL_READING_LENIENT;
    return slice_equal(value, SLICE("lenient"));
}

static bool set_auth_result(struct mail *mail, struct slice value)
{
    bool succeeded = slice_equal(value, SLICE("succeeded"));
    mail->session.auth_result = succeeded ? AUTH_SUCCEEDED : AUTH_FAILED;
    return succeeded || slice_equal(value, SLICE("failed"));
}

/* "OFFSET LENGTH": bytes that are missing there. */
static bool add_gap(struct mail *mail, struct slice value)
{
    struct mail_gap gap;
    struct slice offset = slice_head(value, slice_index(value, ' '));
    if (!slice_parse_u64(offset, &gap.offset)) return false;
    if (!slice_parse_u64(slice_trim(slice_skip(value, offset.len)), &gap.len)) return false;
    if (mail->damage.gap_count > 0) return false;
    mail->damage.gaps = arena_zalloc(&mail->arena, 1, sizeof gap);
    mail->damage.gaps[mail->damage.gap_count++] = gap;
    mail->damage.missing_bytes = gap.len;
    return true;
}

static bool set_end(struct mail *mail, struct slice value)
{
    mail->damage.truncated = true;
    mail->partial = slice_equal(value, SLICE("asked"));
    return mail->partial || slice_equal(value, SLICE("truncated"));
}

static bool add_anomaly(struct mail *mail, struct slice value)
{
    uint64_t count = 1;
    struct slice name = slice_head(value, slice_index(value, ' ')),
                 rest = slice_trim(slice_skip(value, name.len));
    struct slice number = slice_head(rest, slice_index(rest, ' '));
    if (number.len > 0 && !slice_parse_u64(number, &count)) return false;
    struct mail_session *session = &mail->session;
    if (!session->anomalies)
        session->anomalies = arena_zalloc(&mail->arena, ANOMALIES_MAX, sizeof *session->anomalies);
    if (session->anomaly_count == ANOMALIES_MAX) return false;
    for (enum anomaly anomaly = 0; anomaly < ANOMALY_COUNT; anomaly++) {
        if (!slice_equal(name, slice_from_cstr(anomaly_name(anomaly)))) continue;
        session->anomalies[session->anomaly_count++] = (struct mail_anomaly){
            anomaly, (uint32_t)count, arena_copy(&mail->arena, slice_trim(slice_skip(rest, number.len)))};
        return true;
    }
    return false;
}

static bool set_fact(struct mail *mail, struct slice key, struct slice value)
{
    static const struct {
        const char *key;
        fact_fn set;
    } facts[] = {{"client", set_client},     {"server", set_server},   {"port", set_port},
                 {"protocol", set_protocol}, {"helo", set_helo},       {"sender-rcpts", set_sender_rcpts},
                 {"time", set_time},         {"reading", set_reading}, {"auth-result", set_auth_result},
                 {"gap", add_gap},           {"end", set_end},         {"anomaly", add_anomaly}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        if (slice_equal(key, slice_from_cstr(facts[i].key))) return facts[i].set(mail, value);
    }
    return false;
}

bool session_facts_set(struct mail *mail, struct slice text, struct slice *bad_line)
{
    for (struct slice line = slice_next_token(&text, '\n'); line.ptr; line = slice_next_token(&text, '\n')) {
        line = slice_trim(line);
        if (line.len == 0 || line.ptr[0] == '#') continue;
        struct slice key = slice_head(line, slice_index(line, ':'));
        *bad_line = line;
        if (!set_fact(mail, key, slice_trim(slice_skip(line, key.len + 1)))) return false;
    }
    return true;
}
