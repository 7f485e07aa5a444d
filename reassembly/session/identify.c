/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tells the protocol of a connection from the first bytes of both sides, on any port: the server's banner
 * together with the client's first command, since "220" alone is FTP as well. The usual ports decide where
 * the bytes leave room, and where the capture begins inside the connection.
 */
#include "reassembly/session/protocol.h"

enum {
    PORT_SMTP = 25,
    PORT_SUBMISSION = 587,
    PORT_SMTP_ALT = 2525,
    PORT_LMTP = 24,
    PORT_POP3 = 110,
    PORT_IMAP = 143,
    PORT_SMTPS = 465,
    PORT_IMAPS = 993,
    PORT_POP3S = 995
};

enum identity identify_tls_port(uint16_t server_port)
{
    switch (server_port) {
    case PORT_SMTPS: return IDENTITY_SMTP;
    case PORT_IMAPS: return IDENTITY_IMAP;
    case PORT_POP3S: return IDENTITY_POP3;
    default: return IDENTITY_UNSURE;
    }
}

static bool is_smtp_port(uint16_t port)
{
    return port == PORT_SMTP || port == PORT_SUBMISSION || port == PORT_SMTP_ALT || port == PORT_LMTP;
}

bool port_is_assigned(uint16_t port, enum mail_protocol protocol)
{
    switch (protocol) {
    case MAIL_SMTP:
    case MAIL_LMTP: return is_smtp_port(port) || port == PORT_SMTPS;
    case MAIL_POP3: return port == PORT_POP3 || port == PORT_POP3S;
    case MAIL_IMAP: return port == PORT_IMAP || port == PORT_IMAPS;
    default: return true;
    }
}

/* True when the line's first word is one of the words; the list is ended by an empty slice. */
static bool first_word_in(struct slice line, const struct slice *words)
{
    size_t len = 0;
    while (len < line.len && ascii_is_alpha(line.ptr[len])) len++;
    bool ends = len == line.len || ascii_is_space(line.ptr[len]);
    for (; ends && words->len > 0; words++) {
        if (slice_equal_nocase(slice_head(line, len), *words)) return true;
    }
    return false;
}

#define WORD(word) SLICE_INIT(#word)
static const struct slice smtp_openers[] = {WORD(EHLO), WORD(HELO), WORD(LHLO), {0}};
static const struct slice smtp_words[] = {
    WORD(EHLO),     WORD(HELO), WORD(LHLO), WORD(MAIL), WORD(RCPT), WORD(DATA), WORD(BDAT), WORD(RSET),
    WORD(STARTTLS), WORD(AUTH), WORD(NOOP), WORD(VRFY), WORD(EXPN), WORD(HELP), WORD(QUIT), {0}};
static const struct slice pop3_words[] = {
    WORD(USER), WORD(PASS), WORD(APOP), WORD(AUTH), WORD(CAPA), WORD(STLS), WORD(STAT), WORD(LIST),
    WORD(UIDL), WORD(RETR), WORD(TOP),  WORD(DELE), WORD(NOOP), WORD(RSET), WORD(QUIT), {0}};
static const struct slice words_of_redis[] = {WORD(AUTH), WORD(QUIT), {0}};
#undef WORD

/* The first line without its end; *whole tells whether the end was seen. */
static struct slice first_line(struct slice bytes, bool *whole)
{
    size_t end = slice_index(bytes, '\n');
    *whole = end < bytes.len;
    struct slice line = slice_head(bytes, end);
    if (line.len > 0 && line.ptr[line.len - 1] == '\r') line.len--;
    return line;
}

/* Three digits and a blank, a hyphen or the end (RFC 5321 4.2). */
static bool is_smtp_reply(struct slice line)
{
    if (line.len < 3 || line.ptr[0] < '2' || line.ptr[0] > '5') return false;
    if (!ascii_is_digit(line.ptr[1]) || !ascii_is_digit(line.ptr[2])) return false;
    return line.len == 3 || line.ptr[3] == ' ' || line.ptr[3] == '-';
}

/* "* 7 FETCH (" */
static bool is_fetch_response(struct slice line)
{
    uint64_t number = 0;
    struct slice rest = line, star = slice_next_token(&rest, ' '), word = slice_next_token(&rest, ' ');
    return slice_equal(star, SLICE("*")) && slice_parse_u64(word, &number) &&
           slice_starts_nocase(rest, SLICE("FETCH ("));
}

static bool is_imap_response(struct slice line, uint16_t port)
{
    if (slice_starts(line, SLICE("* OK")) || slice_starts(line, SLICE("* PREAUTH"))) return true;
    return is_fetch_response(line) || (port == PORT_IMAP && slice_starts(line, SLICE("* ")));
}

/* A client that speaks first, or alone: on another port only what opens a session. */
static bool is_imap_client(struct slice line, uint16_t port)
{
    if (!imap_is_command_line(line)) return false;
    struct slice command = slice_skip(line, slice_index(line, ' ') + 1);
    return port == PORT_IMAP || slice_equal_nocase(command, SLICE("CAPABILITY")) ||
           slice_starts_nocase(command, SLICE("LOGIN ")) ||
           slice_starts_nocase(command, SLICE("AUTHENTICATE "));
}

/* Redis answers "+OK" and "-ERR" as well, and has AUTH and QUIT: on another port a greeting must tell more.
 */
static bool is_pop3_dialogue(struct slice client, struct slice server, uint16_t port)
{
    bool greets = slice_starts(server, SLICE("+OK"));
    if (!first_word_in(client, pop3_words)) return false;
    if (port == PORT_POP3) return greets || slice_starts(server, SLICE("-ERR"));
    return greets && (server.len > SLICE("+OK").len || !first_word_in(client, words_of_redis));
}

static enum identity judge_client_line(struct slice client, struct slice server, uint16_t port)
{
    bool smtp_server = server.len == 0 || is_smtp_reply(server);
    bool greets = first_word_in(client, smtp_openers) && slice_index(client, ' ') + 1 < client.len;
    if (smtp_server && greets) return IDENTITY_SMTP;
    if (is_pop3_dialogue(client, server, port)) return IDENTITY_POP3;
    if (is_smtp_port(port) && smtp_server && first_word_in(client, smtp_words)) return IDENTITY_SMTP;
    if (server.len == 0 && is_imap_client(client, port)) return IDENTITY_IMAP;
    if (port == PORT_POP3 && server.len == 0 && first_word_in(client, pop3_words)) return IDENTITY_POP3;
    return IDENTITY_UNSURE;
}

static enum identity judge_server_line(struct slice server, uint16_t port)
{
    if (is_imap_response(server, port)) return IDENTITY_IMAP;
    if (is_smtp_port(port) && is_smtp_reply(server)) return IDENTITY_SMTP;
    if (is_smtp_reply(server) && slice_find_nocase(server, SLICE("SMTP")) < server.len) return IDENTITY_SMTP;
    if (port == PORT_POP3 && (slice_starts(server, SLICE("+OK")) || slice_starts(server, SLICE("-ERR"))))
        return IDENTITY_POP3;
    return IDENTITY_UNSURE;
}

/* Inside a connection on a mail port the first line may be the rest of anything: the port decides. */
static enum identity judge_midstream(uint16_t port)
{
    if (is_smtp_port(port)) return IDENTITY_SMTP;
    if (port == PORT_IMAP) return IDENTITY_IMAP;
    return port == PORT_POP3 ? IDENTITY_POP3 : IDENTITY_UNSURE;
}

enum identity identify(struct slice to_server, struct slice to_client, uint16_t server_port, bool midstream,
                       bool final)
{
    bool client_whole = false, server_whole = false;
    struct slice client = first_line(to_server, &client_whole), server = first_line(to_client, &server_whole);
    enum identity identity = IDENTITY_UNSURE;
    if (client_whole || final) identity = judge_client_line(client, server, server_port);
    if (identity == IDENTITY_UNSURE && (server_whole || final))
        identity = judge_server_line(server, server_port);
    if (identity == IDENTITY_UNSURE && midstream) identity = judge_midstream(server_port);
    bool both_spoke = client_whole && server_whole;
    return identity == IDENTITY_UNSURE && (final || both_spoke) ? IDENTITY_NOT_MAIL : identity;
}
