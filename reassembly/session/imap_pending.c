/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Commands that wait for their tagged results (RFC 3501 7.1), and what a result does: an upload was accepted
 * or not, credentials were right, the connection turns to TLS or to compression. A tap may show a result
 * before its command: the last one without a command is remembered.
 */
#include "reassembly/session/imap.h"

void imap_emit_waiting(struct imap *imap, struct mail *mail, enum mail_acceptance accepted)
{
    imap->waiting_bytes -= buffer_capacity(&mail->bytes);
    mail->accepted = accepted;
    imap_emit(imap, mail);
}

static void apply_to(struct imap *imap, const struct imap_pending *pending, bool ok)
{
    enum imap_command command = pending->command;
    if (command == IMAP_COMMAND_FETCH) imap->asked_messages--;
    if (pending->mail) imap_emit_waiting(imap, pending->mail, ok ? MAIL_ACCEPTED : MAIL_REFUSED);
    if (command == IMAP_COMMAND_LOGIN || command == IMAP_COMMAND_AUTHENTICATE)
        session_auth_end(imap->session, ok);
    if (command == IMAP_COMMAND_COMPRESS && ok) imap_start_compression(imap);
    if (command == IMAP_COMMAND_STARTTLS && imap->awaits_tls) {
        imap->tls_answered = true;
        imap->tls_accepted = ok;
    }
}

static void settle_tls(struct imap *imap)
{
    if (!imap->tls_answered) return;
    imap->tls_answered = false;
    imap_answer_tls(imap, imap->tls_accepted);
}

void imap_push_pending(struct imap *imap, enum imap_command command, struct mail *mail)
{
    struct imap_pending pending = {imap->tag, command, mail};
    bool is_answered = imap->has_early && imap_tag_equal(&imap->early_tag, &imap->tag);
    if (mail) imap->waiting_bytes += buffer_capacity(&mail->bytes);
    if (command == IMAP_COMMAND_FETCH) imap->asked_messages++;
    if (is_answered) {
        imap->has_early = false;
        apply_to(imap, &pending, imap->early_ok);
        settle_tls(imap);
        return;
    }
    if (fifo_push(&imap->pending, &pending) == STATUS_OK) return;
    imap->session->owner->counters->limit_pipeline_max++;
    imap_note_limit(imap);
    imap->misses_results = true;
    if (command == IMAP_COMMAND_FETCH) imap->asked_messages--;
    if (mail) imap_emit_waiting(imap, mail, MAIL_ACCEPTANCE_UNKNOWN);
}

bool imap_awaits_message(const struct imap *imap)
{
    return imap->asked_messages > 0;
}

static size_t count_pending(const struct imap *imap)
{
    return (imap->pending.items.len - imap->pending.head) / imap->pending.item_size;
}

bool imap_is_awaited(const struct imap *imap, const struct imap_tag *tag)
{
    const struct fifo *queue = &imap->pending;
    const struct imap_pending *pending = fifo_is_empty(queue) ? NULL : fifo_front(queue);
    size_t count = count_pending(imap), at = 0;
    while (at < count && !imap_tag_equal(&pending[at].tag, tag)) at++;
    return at < count;
}

/* The result of a command that was not seen yet. Two of them are too many, where nothing was lost. */
static void keep_early(struct imap *imap, const struct imap_tag *tag, bool ok)
{
    bool is_known = !imap->client.lossy && !imap->server.lossy && !imap->misses_results &&
                    imap->session->bytes[DIR_TO_SERVER] > 0;
    if (imap->has_early && is_known) session_note(imap->session, ANOMALY_OUT_OF_STEP, slice_make(NULL, 0));
    imap->has_early = true;
    imap->early_tag = *tag;
    imap->early_ok = ok;
}

/* Several mails may have been uploaded under one tag. Commands that go on waiting are queued again, but a
 * result ends the wait of the commands before it that are of no interest, after a loss also of fetches. */
void imap_apply_result(struct imap *imap, const struct imap_tag *tag, bool ok)
{
    struct fifo *queue = &imap->pending;
    bool is_refused = imap->awaits && imap_tag_equal(tag, &imap->tag);
    if (is_refused) imap_resolve_await(imap, true);
    if (!imap_is_awaited(imap, tag)) {
        if (!is_refused) keep_early(imap, tag, ok);
        return;
    }
    bool is_past = true;
    for (size_t count = count_pending(imap); count > 0; count--) {
        struct imap_pending pending;
        memcpy(&pending, fifo_front(queue), sizeof pending);
        fifo_pop(queue);
        bool is_meant = imap_tag_equal(&pending.tag, tag);
        if (is_meant) is_past = false;
        bool is_lost = is_past && imap->server.lossy && pending.command == IMAP_COMMAND_FETCH;
        if (is_meant || is_lost) {
            apply_to(imap, &pending, ok);
        } else if (!is_past || pending.command != IMAP_COMMAND_OTHER) {
            (void)fifo_push(queue, &pending);
        }
    }
    settle_tls(imap);
}
