/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The protocol scripts: SMTP with DATA (RFC 5321) or BDAT (RFC 3030), LMTP (RFC 2033), POP3 (RFC 1939) and
 * IMAP (RFC 3501); see dialogue.h.
 */
#include "tools/synth/dialogue.h"

#include <inttypes.h>

typedef void (*say_fn)(struct dialogue *d, struct turn *turn);

static struct mail *mail_at_hand(const struct dialogue *d)
{
    return batch_mail(&d->batch, d->current);
}

/* Names the server after the first mail's first recipient. */
static const char *server_domain(const struct dialogue *d)
{
    const char *rcpt = batch_mail(&d->batch, d->batch.first)->rcpts[0];
    const char *at = strrchr(rcpt, '@');
    return at ? at + 1 : rcpt;
}

/* Goes on with the next mail of the batch at `again`; when there is none the script goes on by itself. */
static void next_mail(struct dialogue *d, enum step again)
{
    if (batch_left(&d->batch, d->current) < 2) return;
    d->current += d->batch.stride;
    d->listed++;
    d->rcpt = 0;
    d->chunk_at = 0;
    d->step = again;
}

static void say_smtp_banner(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_printf(&d->text, "220 mx.%s %s ready\r\n", server_domain(d),
                        d->protocol == PROTOCOL_LMTP ? "LMTP" : "ESMTP");
}

static void say_hello(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_printf(&d->text, "%s %s\r\n", d->protocol == PROTOCOL_LMTP ? "LHLO" : "EHLO",
                        mail_at_hand(d)->helo);
}

static void say_hello_ok(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_printf(&d->text,
                        "250-mx.%s\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-ENHANCEDSTATUSCODES\r\n%s"
                        "250-8BITMIME\r\n250 SMTPUTF8\r\n",
                        server_domain(d), d->protocol == PROTOCOL_BDAT ? "250-CHUNKING\r\n" : "");
}

static void say_mail(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    const struct mail *mail = mail_at_hand(d);
    (void)buffer_printf(&d->text, "MAIL FROM:<%s> SIZE=%zu%s\r\n", mail->mail_from, mail->plain.len,
                        mail->eight_bit ? " BODY=8BITMIME" : "");
}

static void say_mail_ok(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_append_cstr(&d->text, "250 2.1.0 Ok\r\n");
}

static void say_rcpt(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_printf(&d->text, "RCPT TO:<%s>\r\n", mail_at_hand(d)->rcpts[d->rcpt]);
}

static void say_rcpt_ok(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_append_cstr(&d->text, "250 2.1.5 Ok\r\n");
    if (++d->rcpt < mail_at_hand(d)->rcpt_count)
        d->step = STEP_SMTP_RCPT;
    else if (d->protocol == PROTOCOL_BDAT)
        d->step = STEP_SMTP_BDAT;
}

static void say_data(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_append_cstr(&d->text, "DATA\r\n");
}

static void say_data_ok(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_append_cstr(&d->text, "354 End data with <CR><LF>.<CR><LF>\r\n");
}

static void say_body(struct dialogue *d, struct turn *turn)
{
    turn->parts[1] = mail_at_hand(d)->stuffed;
    turn->parts[2] = SLICE(".\r\n");
}

static void say_queued(struct dialogue *d)
{
    (void)buffer_printf(&d->text, "250 2.0.0 Ok: queued as %010" PRIX64 "\r\n",
                        random_next(&d->random) >> 24);
}

/* LMTP answers once for every recipient (RFC 2033 4.2). */
static void say_body_ok(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    size_t answers = d->protocol == PROTOCOL_LMTP ? mail_at_hand(d)->rcpt_count : 1;
    for (size_t i = 0; i < answers; i++) say_queued(d);
    next_mail(d, STEP_SMTP_MAIL);
}

static void say_bdat(struct dialogue *d, struct turn *turn)
{
    enum { CHUNK_MIN = 8192 };
    struct slice rest = slice_skip(mail_at_hand(d)->plain, d->chunk_at);
    turn->parts[1] = slice_head(rest, CHUNK_MIN + random_below(&d->random, 3 * CHUNK_MIN));
    d->chunk_at += turn->parts[1].len;
    (void)buffer_printf(&d->text, "BDAT %zu%s\r\n", turn->parts[1].len,
                        turn->parts[1].len == rest.len ? " LAST" : "");
}

static void say_bdat_ok(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    if (d->chunk_at < mail_at_hand(d)->plain.len) {
        (void)buffer_append_cstr(&d->text, "250 2.0.0 Ok: chunk received\r\n");
        d->step = STEP_SMTP_BDAT;
        return;
    }
    say_queued(d);
    next_mail(d, STEP_SMTP_MAIL);
}

static void say_quit(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_append_cstr(&d->text, "QUIT\r\n");
}

static void say_smtp_bye(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_append_cstr(&d->text, "221 2.0.0 Bye\r\n");
}

static void say_pop3_banner(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_printf(&d->text, "+OK pop.%s POP3 server ready\r\n", server_domain(d));
}

static void say_user(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_printf(&d->text, "USER %s\r\n", mail_at_hand(d)->rcpts[0]);
}

static void say_ok(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_append_cstr(&d->text, "+OK\r\n");
}

/* A secret that is none; it never may come out of a sensor. */
static void say_pass(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_append_cstr(&d->text, "PASS synthetic-secret\r\n");
}

static void say_logged_in(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_append_cstr(&d->text, "+OK Logged in.\r\n");
}

static void say_stat(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_append_cstr(&d->text, "STAT\r\n");
}

static void say_stat_ok(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    uint64_t octets = 0;
    for (uint64_t n = d->batch.first; n < d->batch.end; n += d->batch.stride)
        octets += batch_mail(&d->batch, n)->plain.len;
    (void)buffer_printf(&d->text, "+OK %" PRIu64 " %" PRIu64 "\r\n", batch_left(&d->batch, d->batch.first),
                        octets);
}

static void say_list(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_append_cstr(&d->text, "LIST\r\n");
}

static void say_list_ok(struct dialogue *d, struct turn *turn)
{
    uint64_t number = 0;
    (void)buffer_printf(&d->text, "+OK %" PRIu64 " messages:\r\n", batch_left(&d->batch, d->batch.first));
    for (uint64_t n = d->batch.first; n < d->batch.end; n += d->batch.stride)
        (void)buffer_printf(&d->text, "%" PRIu64 " %zu\r\n", ++number, batch_mail(&d->batch, n)->plain.len);
    turn->parts[1] = SLICE(".\r\n");
}

static void say_retr(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_printf(&d->text, "RETR %" PRIu64 "\r\n", d->listed);
}

static void say_retr_ok(struct dialogue *d, struct turn *turn)
{
    const struct mail *mail = mail_at_hand(d);
    (void)buffer_printf(&d->text, "+OK %zu octets\r\n", mail->plain.len);
    turn->parts[1] = mail->stuffed;
    turn->parts[2] = SLICE(".\r\n");
    next_mail(d, STEP_POP3_RETR);
}

static void say_pop3_bye(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_append_cstr(&d->text, "+OK Logging out.\r\n");
}

static void say_imap_banner(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_printf(&d->text, "* OK [CAPABILITY IMAP4rev1 LITERAL+ IDLE] imap.%s ready\r\n",
                        server_domain(d));
}

static void say_login(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_printf(&d->text, "a1 LOGIN \"%s\" \"synthetic-secret\"\r\n", mail_at_hand(d)->rcpts[0]);
}

static void say_login_ok(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_append_cstr(&d->text, "a1 OK Logged in\r\n");
}

static void say_select(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_append_cstr(&d->text, "a2 SELECT INBOX\r\n");
}

static void say_select_ok(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_printf(&d->text,
                        "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n* %" PRIu64 " EXISTS\r\n"
                        "* OK [UIDVALIDITY 1] UIDs valid\r\na2 OK [READ-WRITE] Select completed.\r\n",
                        batch_left(&d->batch, d->batch.first));
}

enum { FIRST_FETCH_TAG = 3, FIRST_UID = 100 };

static void say_fetch(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_printf(&d->text, "a%" PRIu64 " UID FETCH %" PRIu64 " (UID RFC822.SIZE BODY.PEEK[])\r\n",
                        FIRST_FETCH_TAG + d->listed - 1, FIRST_UID + d->listed);
}

static void say_fetch_ok(struct dialogue *d, struct turn *turn)
{
    turn->parts[1] = mail_at_hand(d)->plain;
    (void)buffer_printf(&d->text, "* %" PRIu64 " FETCH (UID %" PRIu64 " RFC822.SIZE %zu BODY[] {%zu}\r\n",
                        d->listed, FIRST_UID + d->listed, turn->parts[1].len, turn->parts[1].len);
    turn->parts[2] = SLICE(")\r\n");
}

static void say_fetch_done(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_printf(&d->text, "a%" PRIu64 " OK Fetch completed.\r\n", FIRST_FETCH_TAG + d->listed - 1);
    next_mail(d, STEP_IMAP_FETCH);
}

static void say_logout(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_printf(&d->text, "a%" PRIu64 " LOGOUT\r\n", FIRST_FETCH_TAG + d->listed);
}

static void say_imap_bye(struct dialogue *d, struct turn *turn)
{
    (void)turn;
    (void)buffer_printf(&d->text, "* BYE Logging out\r\na%" PRIu64 " OK Logout completed.\r\n",
                        FIRST_FETCH_TAG + d->listed);
}

static const struct {
    enum direction direction;
    say_fn say;
    enum step next;
} steps[] = {
#define STEP(id, direction, say, next) {direction, say, next},
#include "tools/synth/steps.def"
#undef STEP
};

static const struct {
    uint16_t port;
    enum step first_step, mail_step, parting_step;
    enum direction mail_direction;
} protocols[] = {
#define PROTOCOL(id, name, port, first, mail, parting, direction)                                            \
    {port, STEP_##first, STEP_##mail, STEP_##parting, direction},
#include "tools/synth/protocols.def"
#undef PROTOCOL
};

void dialogue_open(struct dialogue *d, enum protocol protocol, const struct batch *batch,
                   struct random random)
{
    *d = (struct dialogue){.protocol = protocol,
                           .step = protocols[protocol].first_step,
                           .batch = *batch,
                           .current = batch->first,
                           .listed = 1,
                           .random = random,
                           .text = buffer_make(SIZE_MAX / 2)};
}

struct turn dialogue_next(struct dialogue *d)
{
    struct turn turn = {.direction = steps[d->step].direction};
    say_fn say = steps[d->step].say;
    buffer_clear(&d->text);
    d->step = steps[d->step].next;
    say(d, &turn);
    turn.parts[0] = buffer_slice(&d->text);
    return turn;
}

bool dialogue_is_mail(const struct dialogue *d)
{
    return d->step == protocols[d->protocol].mail_step;
}

bool dialogue_is_parting(const struct dialogue *d)
{
    return d->step == protocols[d->protocol].parting_step;
}

void dialogue_close(struct dialogue *d)
{
    buffer_free(&d->text);
}

uint16_t protocol_port(enum protocol protocol)
{
    return protocols[protocol].port;
}

enum direction protocol_mail_direction(enum protocol protocol)
{
    return protocols[protocol].mail_direction;
}
