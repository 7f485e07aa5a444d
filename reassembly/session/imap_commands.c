/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The client's lines (RFC 3501 6, RFC 9051 6): mails uploaded by APPEND (also several at once, RFC 3502, and
 * put together, RFC 4469), ranges asked for by FETCH, and who logs in. Of LOGIN the name is kept, of
 * AUTHENTICATE the mechanism; secrets are read only to be passed over, and wiped by the lexer.
 */
#include "base/mem.h"
#include "reassembly/session/imap.h"

static void go_to(struct imap *imap, enum imap_place place)
{
    imap->client.place = place;
    if (place == IMAP_PLACE_TEXT) imap_lexer_take_text(&imap->client.lexer);
}

/* ---- commands that wait for their result ---- */

void imap_emit_waiting(struct imap *imap, struct mail *mail, enum mail_acceptance accepted)
{
    imap->waiting_bytes -= mail->bytes.cap;
    mail->accepted = accepted;
    imap_emit(imap, mail);
}

static void push_pending(struct imap *imap, enum imap_command command, struct mail *mail)
{
    struct imap_pending pending = {imap->tag, command, mail};
    if (mail) imap->waiting_bytes += mail->bytes.cap;
    if (fifo_push(&imap->pending, &pending) == STATUS_OK) {
        if (command == IMAP_COMMAND_FETCH) imap->asked_messages++;
        return;
    }
    imap->session->owner->counters->limit_pipeline_max++;
    if (mail) imap_emit_waiting(imap, mail, MAIL_ACCEPTANCE_UNKNOWN);
}

static void apply_to(struct imap *imap, const struct imap_pending *pending, bool ok)
{
    if (pending->command == IMAP_COMMAND_FETCH) imap->asked_messages--;
    if (pending->mail) imap_emit_waiting(imap, pending->mail, ok ? MAIL_ACCEPTED : MAIL_REFUSED);
    if (pending->command == IMAP_COMMAND_STARTTLS && ok) imap->encrypted = true;
    if (pending->command == IMAP_COMMAND_COMPRESS && ok) imap_start_compression(imap);
}

bool imap_awaits_message(const struct imap *imap)
{
    return imap->asked_messages > 0;
}

bool imap_is_awaited(const struct imap *imap, const struct imap_tag *tag)
{
    const struct fifo *queue = &imap->pending;
    const struct imap_pending *pending = fifo_is_empty(queue) ? NULL : fifo_front(queue);
    size_t count = (queue->items.len - queue->head) / queue->item_size, at = 0;
    while (at < count && !imap_tag_equal(&pending[at].tag, tag)) at++;
    return at < count;
}

/* Several mails may have been uploaded under one tag. Commands that go on waiting are queued again, but after
 * a loss a result ends the wait of the fetches before it. */
void imap_apply_result(struct imap *imap, const struct imap_tag *tag, bool ok)
{
    struct fifo *queue = &imap->pending;
    if (imap->awaits && imap_tag_equal(tag, &imap->tag)) imap_resolve_await(imap, true);
    if (!imap_is_awaited(imap, tag)) return;
    bool is_past = imap->server.lossy;
    for (size_t count = (queue->items.len - queue->head) / queue->item_size; count > 0; count--) {
        struct imap_pending pending;
        memcpy(&pending, fifo_front(queue), sizeof pending);
        fifo_pop(queue);
        bool is_meant = imap_tag_equal(&pending.tag, tag);
        if (is_meant) is_past = false;
        if (is_meant || (is_past && pending.command == IMAP_COMMAND_FETCH)) {
            apply_to(imap, &pending, ok);
        } else {
            (void)fifo_push(queue, &pending);
        }
    }
}

/* ---- uploads ---- */

static bool is_upload(const struct imap *imap)
{
    if (imap->command == IMAP_COMMAND_REPLACE) return imap->argument_count >= 2;
    return imap->command == IMAP_COMMAND_APPEND && imap->argument_count >= 1;
}

static void begin_upload(struct imap *imap)
{
    if (imap->upload) return;
    imap->upload = session_begin_mail(imap->session);
    imap->upload->via = MAIL_VIA_APPEND;
}

void imap_end_upload(struct imap *imap)
{
    struct mail *mail = imap->upload;
    imap->upload = NULL;
    imap->catenates = false;
    if (!mail) return;
    if (imap->server_seen) {
        push_pending(imap, imap->command, mail);
    } else {
        imap_emit(imap, mail);
    }
}

/* ---- arguments ---- */

static void keep_fact(struct buffer *fact, struct slice text)
{
    buffer_clear(fact);
    (void)buffer_append(fact, text);
}

static void keep_ask(struct imap *imap, struct slice word)
{
    struct imap_ask ask = {imap_name_parse(word), imap->set, imap->by_uid};
    if (ask.name.item == IMAP_ITEM_WHOLE) imap->asks_message = true;
    bool is_section = ask.name.item == IMAP_ITEM_WHOLE || ask.name.item == IMAP_ITEM_HEADER ||
                      ask.name.item == IMAP_ITEM_TEXT;
    if (!ask.name.is_part || !is_section) return;
    imap->asks[imap->ask_count++ % IMAP_ASKS_MAX] = ask;
    struct imap_answer range = {.number = ask.by_uid ? 0 : ask.set,
                                .uid = ask.by_uid ? ask.set : 0,
                                .section = (enum imap_section)ask.name.item,
                                .origin = ask.name.origin,
                                .asked = ask.name.count};
    imap_store_ask(&imap->store, &range);
}

static void take_upload_word(struct imap *imap, struct slice word)
{
    if (imap->argument_count == 0) return;
    if (slice_equal_nocase(word, SLICE("CATENATE"))) imap->catenates = true;
    /* A part that the server has already. */
    if (!imap->catenates || !slice_equal_nocase(word, SLICE("URL"))) return;
    begin_upload(imap);
    imap->upload->damage.truncated = true;
}

/* One argument, a word, a string or a literal. */
static void take_argument(struct imap *imap, struct slice text)
{
    bool is_first = imap->argument_count == 0;
    switch (imap->command) {
    case IMAP_COMMAND_LOGIN:
        if (is_first) keep_fact(&imap->user, text);
        break;
    case IMAP_COMMAND_AUTHENTICATE:
        if (is_first) keep_fact(&imap->auth_mechanism, text);
        break;
    case IMAP_COMMAND_FETCH:
        if (is_first && !slice_parse_u64(text, &imap->set)) imap->set = 0;
        if (!is_first) keep_ask(imap, text);
        break;
    case IMAP_COMMAND_APPEND:
    case IMAP_COMMAND_REPLACE: take_upload_word(imap, text); break;
    default: break;
    }
    imap->argument_count++;
}

static void begin_literal(struct imap *imap)
{
    struct imap_side *side = &imap->client;
    bool uploads = side->place == IMAP_PLACE_ARGUMENTS && is_upload(imap);
    bool is_kept = imap->argument_count == 0 && !uploads;
    if (uploads && side->lexer.literal_len > 0) begin_upload(imap);
    imap->awaits = side->lexer.literal_waits && side->lexer.literal_len > 0;
    buffer_clear(&imap->argument);
    imap_begin_literal(side, uploads ? IMAP_SINK_UPLOAD : is_kept ? IMAP_SINK_ARGUMENT : IMAP_SINK_NOWHERE);
}

void imap_end_argument(struct imap *imap)
{
    if (imap->client.sink == IMAP_SINK_UPLOAD && !imap->catenates) imap_end_upload(imap);
    if (imap->client.place == IMAP_PLACE_ARGUMENTS) take_argument(imap, buffer_slice(&imap->argument));
    buffer_clear(&imap->argument);
}

/* ---- lines ---- */

static void take_tag(struct imap *imap, struct slice word)
{
    if (slice_starts(word, SLICE("\x16\x03"))) { /* a TLS record: STARTTLS went by unseen */
        imap->encrypted = true;
        return;
    }
    imap->tag = imap_tag_make(word);
    imap->argument_count = 0;
    imap->set = 0;
    imap->by_uid = imap->asks_message = false;
    imap->command = IMAP_COMMAND_UNKNOWN;
    go_to(imap, IMAP_PLACE_VERB);
}

/* After a loss what looks like a line may be anything: only the arguments of commands that exist are read. */
static void take_verb(struct imap *imap, struct slice word)
{
    imap->command = imap_command_parse(word);
    if (imap->command == IMAP_COMMAND_UID && imap->client.place == IMAP_PLACE_VERB) {
        imap->by_uid = true;
        go_to(imap, IMAP_PLACE_UID_VERB);
    } else if (imap->command == IMAP_COMMAND_UNKNOWN && imap->client.lossy) {
        go_to(imap, IMAP_PLACE_TEXT);
    } else {
        go_to(imap, IMAP_PLACE_ARGUMENTS);
    }
}

/* The lines of an AUTHENTICATE exchange end here too: they are one word that was taken for a tag. */
static void end_command(struct imap *imap)
{
    imap_end_upload(imap);
    bool fetches = imap->command == IMAP_COMMAND_FETCH && imap->asks_message;
    if (fetches || imap->command == IMAP_COMMAND_COMPRESS || imap->command == IMAP_COMMAND_STARTTLS)
        push_pending(imap, imap->command, NULL);
    mem_wipe(&imap->tag, sizeof imap->tag);
    imap->command = IMAP_COMMAND_UNKNOWN;
    imap->client.place = IMAP_PLACE_START;
}

static void take_argument_token(struct imap *imap, enum imap_token token)
{
    bool is_text = token == IMAP_TOKEN_WORD || token == IMAP_TOKEN_STRING;
    if (is_text) take_argument(imap, buffer_slice(&imap->client.lexer.text));
    if (token == IMAP_TOKEN_CLOSE && imap->catenates) imap_end_upload(imap);
}

void imap_take_command_token(struct imap *imap, enum imap_token token)
{
    struct imap_side *side = &imap->client;
    struct slice word = buffer_slice(&side->lexer.text);
    bool in_arguments = side->place == IMAP_PLACE_ARGUMENTS;
    if (token == IMAP_TOKEN_END || (token == IMAP_TOKEN_LITERAL && !in_arguments)) {
        end_command(imap);
    } else if (token == IMAP_TOKEN_LITERAL) {
        begin_literal(imap);
    } else if (in_arguments) {
        take_argument_token(imap, token);
    } else if (token != IMAP_TOKEN_WORD) { /* no command begins so */
        go_to(imap, IMAP_PLACE_TEXT);
    } else if (side->place == IMAP_PLACE_START) {
        take_tag(imap, word);
    } else {
        take_verb(imap, word);
    }
}
