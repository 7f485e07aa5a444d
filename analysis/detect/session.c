/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the session that carried the mail (N01 to N10): what reassembly noted as anomalies, from
 * where to where it went, to how many its sender writes. They look at the mail's session only, so a mail file
 * has none. "Inside" are the private ranges of RFC 1918, RFC 6598 and RFC 4193, link-local addresses and
 * loopback.
 */
#include <inttypes.h>
#include <stdio.h>

#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"

enum { SMTP_PORT = 25, ADDRESS_SIZE = 48, HELO_SHOWN_BYTES = 80 };

static const struct slice where_session = {(const uint8_t *)"session", 7};

/* ---- anomalies ---- */

static void add_anomaly(struct detect_context *context, const struct mail_anomaly *anomaly)
{
    const char *name = anomaly_name(anomaly->anomaly);
    if (anomaly->evidence.len == 0) {
        finding_addf(context, where_session, "%s: %s", name, anomaly_text(anomaly->anomaly));
    } else {
        finding_addf(context, where_session, "%s: %.*s", name, SLICE_ARGS(anomaly->evidence));
    }
}

static void add_anomalies(struct detect_context *context, const enum anomaly *kinds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct mail_anomaly *anomaly = mail_find_anomaly(context->mail, kinds[i]);
        if (anomaly) add_anomaly(context, anomaly);
    }
}

void detect_session_smuggling(struct detect_context *context)
{
    static const enum anomaly kinds[] = {ANOMALY_END_OF_DATA};
    const struct slice from = context->mail->envelope.mail_from;
    if (context->mail->reading == MAIL_READING_LENIENT)
        finding_addf(context, where_session, "as lenient servers read these bytes: a mail from <%.*s>",
                     SLICE_ARGS(from));
    add_anomalies(context, kinds, sizeof kinds / sizeof *kinds);
}

void detect_session_injection(struct detect_context *context)
{
    static const enum anomaly kinds[] = {ANOMALY_PLAINTEXT_BEFORE_TLS};
    add_anomalies(context, kinds, sizeof kinds / sizeof *kinds);
}

void detect_session_downgrade(struct detect_context *context)
{
    static const enum anomaly kinds[] = {ANOMALY_STARTTLS_MANGLED, ANOMALY_STARTTLS_STRIPPED,
                                         ANOMALY_STARTTLS_REFUSED};
    add_anomalies(context, kinds, sizeof kinds / sizeof *kinds);
}

void detect_session_chunks(struct detect_context *context)
{
    static const enum anomaly kinds[] = {ANOMALY_BDAT_INVALID, ANOMALY_BDAT_MIXED, ANOMALY_BDAT_TINY,
                                         ANOMALY_BDAT_UNFINISHED};
    add_anomalies(context, kinds, sizeof kinds / sizeof *kinds);
}

void detect_session_credentials(struct detect_context *context)
{
    static const enum anomaly kinds[] = {ANOMALY_CLEARTEXT_CREDENTIALS};
    const struct mail_anomaly *failed = mail_find_anomaly(context->mail, ANOMALY_AUTH_FAILED);
    bool succeeded = context->mail->session.auth_result == AUTH_SUCCEEDED;
    add_anomalies(context, kinds, sizeof kinds / sizeof *kinds);
    if (!failed || failed->count < context->auth_failures_many) return;
    finding_addf(context, where_session, "credentials refused %" PRIu32 " times%s", failed->count,
                 succeeded ? ", then accepted" : "");
}

/* ---- from where to where ---- */

static void print_address(char out[static ADDRESS_SIZE], enum ip_family family, const uint8_t *a)
{
    if (family == FAMILY_IPV4) {
        (void)snprintf(out, ADDRESS_SIZE, "%u.%u.%u.%u", a[0], a[1], a[2], a[3]);
        return;
    }
    size_t len = 0;
    for (size_t i = 0; i < 16; i += 2)
        len += (size_t)snprintf(out + len, ADDRESS_SIZE - len, i == 0 ? "%x" : ":%x", a[i] << 8 | a[i + 1]);
}

/* Ends of names that only a local network knows. */
static bool is_local_name(struct slice name)
{
    static const char *const ends[] = {".local",    ".localdomain", ".lan",       ".home",     ".internal",
                                       ".intranet", ".private",     ".workgroup", ".home.arpa"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (slice_ends_nocase(name, slice_from_cstr(ends[i]))) return true;
    }
    return slice_equal_nocase(name, SLICE("localhost"));
}

/* Names that systems give to workstations and telephones by themselves: DESKTOP-3F9K2QA, SATO-PC. */
static bool is_workstation_name(struct slice host)
{
    static const char *const starts[] = {"desktop-", "laptop-", "win-",   "pc-",     "notepc-",
                                         "macbook",  "imac",    "iphone", "android", "minint-"};
    struct slice label = slice_head(host, slice_index(host, '.'));
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (slice_starts_nocase(label, slice_from_cstr(starts[i]))) return true;
    }
    return slice_ends_nocase(label, SLICE("-pc")) || slice_ends_nocase(label, SLICE("-laptop")) ||
           slice_ends_nocase(label, SLICE("-macbook"));
}

/* What no mail server says of itself to the outside (RFC 5321 4.1.1.1 wants a name that resolves). */
static bool is_poor_helo(struct slice helo)
{
    if (helo.len > 0 && helo.ptr[helo.len - 1] == '.') helo.len--;
    bool is_literal = helo.len > 0 && helo.ptr[0] == '[';
    bool is_name = slice_index(helo, '.') < helo.len;
    bool is_number = helo.len > 0 && ascii_is_digit(helo.ptr[helo.len - 1]); /* no top-level domain ends so */
    return is_literal || !is_name || is_number || is_local_name(helo) || is_workstation_name(helo);
}

static void add_way(struct detect_context *context, const char *what)
{
    const struct flow *flow = &context->mail->flow;
    const struct slice helo = slice_head(context->mail->session.helo, HELO_SHOWN_BYTES);
    char client[ADDRESS_SIZE], server[ADDRESS_SIZE];
    print_address(client, flow->family, flow->client.addr);
    print_address(server, flow->family, flow->server.addr);
    finding_addf(context, where_session, "%s: %s to %s port %u, HELO %.*s", what, client, server,
                 (unsigned)flow->server.port, SLICE_ARGS(helo));
}

void detect_session_direct(struct detect_context *context)
{
    const struct mail *mail = context->mail;
    const struct flow *flow = &mail->flow;
    if (mail->protocol != MAIL_SMTP || flow->family == FAMILY_NONE) return;
    bool from_inside = is_inside_address(flow, &flow->client),
         to_inside = is_inside_address(flow, &flow->server);
    if (from_inside && to_inside) return;
    if (mail_find_anomaly(mail, ANOMALY_ODD_PORT)) add_way(context, "odd port");
    bool leaves = from_inside && flow->server.port == SMTP_PORT && mail->session.helo.len > 0;
    if (leaves && is_poor_helo(mail->session.helo)) add_way(context, "straight to the outside");
}

void detect_session_burst(struct detect_context *context)
{
    const struct mail *mail = context->mail;
    const struct slice from = mail->envelope.mail_from;
    if (mail->session.sender_rcpts < context->burst_rcpts ||
        !is_inside_address(&mail->flow, &mail->flow.client))
        return;
    if (is_list_mail(context->message)) return;
    finding_addf(context, where_session, "about %" PRIu32 " recipients in a short time, from <%.*s>",
                 mail->session.sender_rcpts, SLICE_ARGS(from));
}
