/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages whose beginning was lost; see imap_recovery.h.
 */
#include "reassembly/session/imap_recovery.h"

#include "reassembly/session/imap.h"

enum { HEAD_MAX_BYTES = 128 };

void imap_recovery_init(struct imap_recovery *recovery)
{
    *recovery = (struct imap_recovery){.head = buffer_make(HEAD_MAX_BYTES)};
}

size_t imap_recovery_memory(const struct imap *imap)
{
    return imap->recovery.mail ? buffer_capacity(&imap->recovery.mail->bytes) : 0;
}

/* ---- what a line is ---- */

/* "* n FETCH", "* WORD" or "tag OK", with a word that exists and a tag that is waited for. */
static bool is_response(const struct imap *imap, struct slice line)
{
    uint64_t number = 0;
    struct slice rest = line, first = slice_next_token(&rest, ' ');
    struct slice word = slice_trim(slice_next_token(&rest, ' '));
    if (!slice_equal(first, SLICE("*"))) {
        struct imap_tag tag = imap_tag_make(first);
        return imap_is_result_word(word) && imap_is_awaited(imap, &tag);
    }
    if (slice_parse_u64(word, &number)) word = slice_trim(slice_next_token(&rest, ' '));
    return imap_is_response_word(word);
}

/* The end of "* n FETCH (UID 7 BODY[] {300}". */
static bool is_announcement(struct slice line)
{
    struct slice rest = slice_trim(line), word = {0}, last = {0};
    while (rest.len > 0) {
        word = last;
        last = slice_next_token(&rest, ' ');
    }
    if (word.len > 0 && word.ptr[0] == '(') word = slice_skip(word, 1);
    struct imap_name name = imap_name_parse(word);
    return name.item == IMAP_ITEM_WHOLE && !name.is_part && slice_starts(last, SLICE("{")) &&
           slice_ends_nocase(last, SLICE("}"));
}

/* The last whole line, without its end. */
static struct slice last_line(const struct imap_recovery *recovery)
{
    struct slice bytes = buffer_slice(&recovery->mail->bytes);
    struct slice line = slice_skip(slice_head(bytes, recovery->next_line_at), recovery->line_at);
    while (line.len > 0 && (line.ptr[line.len - 1] == '\n' || line.ptr[line.len - 1] == '\r')) line.len--;
    return line;
}

/* Directly after a loss a response needs nothing before it; else something that closes the one before. */
static bool may_end(const struct imap_recovery *recovery)
{
    if (recovery->after_gap) return true;
    return recovery->mail && slice_ends_nocase(last_line(recovery), SLICE(")"));
}

/* ---- the mail ---- */

/* Takes off what is not the message's: ")" behind its last line, or a line of its own with more data items.
 */
static void cut_closing(const struct imap_recovery *recovery)
{
    struct mail *mail = recovery->mail;
    struct slice line = last_line(recovery);
    bool is_own_line = line.len == 1 || line.ptr[0] == ' ';
    size_t len = is_own_line ? recovery->line_at : recovery->line_at + line.len - 1;
    for (size_t i = 0; i < mail->damage.gap_count; i++) {
        if (mail->damage.gaps[i].offset > len) return;
    }
    mail->bytes.len = len;
}

/* A hole and nothing behind it tells nothing. */
static void hand_out(struct imap *imap, bool is_closed)
{
    struct imap_recovery *recovery = &imap->recovery;
    struct mail *mail = recovery->mail;
    if (mail) {
        if (is_closed && !mail->bytes.overflowed) cut_closing(recovery);
        recovery->mail = NULL;
        mail->via = MAIL_VIA_FETCH;
        if (mail->bytes.len > 0) {
            imap_emit(imap, mail);
        } else {
            mail_free(&mail);
        }
    }
    recovery->active = recovery->in_line = recovery->after_gap = false;
    recovery->lost = 0;
    recovery->line_at = recovery->next_line_at = 0;
}

static void keep(struct imap *imap, struct slice bytes)
{
    struct imap_recovery *recovery = &imap->recovery;
    if (!recovery->mail) {
        recovery->mail = session_begin_mail(imap->session);
        mail_add_gap(recovery->mail, recovery->lost, imap->session->owner->settings->gaps_max);
    }
    (void)buffer_append(&recovery->mail->bytes, bytes);
    recovery->mail->last_ns = imap->session->now_ns;
    recovery->in_line = bytes.len == 0 || bytes.ptr[bytes.len - 1] != '\n';
    if (recovery->in_line) return;
    recovery->line_at = recovery->next_line_at;
    recovery->next_line_at = recovery->mail->bytes.len;
}

void imap_recovery_gap(struct imap *imap, uint64_t len)
{
    struct imap_recovery *recovery = &imap->recovery;
    if (!recovery->active && !imap_awaits_message(imap)) return;
    if (recovery->head.len > 0) keep(imap, buffer_slice(&recovery->head));
    buffer_clear(&recovery->head);
    recovery->active = recovery->after_gap = true;
    recovery->in_line = false;
    if (recovery->mail) {
        mail_add_gap(recovery->mail, len, imap->session->owner->settings->gaps_max);
        recovery->line_at = recovery->next_line_at;
        recovery->next_line_at = recovery->mail->bytes.len;
    } else {
        recovery->lost += len;
    }
}

/* Up to the end of the line, or up to `max` bytes. */
static struct slice take_line(struct slice *bytes, size_t max)
{
    struct slice line = slice_head(slice_head(*bytes, max), slice_index(*bytes, '\n') + 1);
    *bytes = slice_skip(*bytes, line.len);
    return line;
}

/* False when the line goes to the responses. */
static bool judge_line(struct imap *imap)
{
    struct imap_recovery *recovery = &imap->recovery;
    struct slice line = buffer_slice(&recovery->head);
    if (recovery->after_gap && !recovery->mail && is_announcement(line)) {
        imap_begin_fetch(imap);
        return false;
    }
    if (may_end(recovery) && is_response(imap, line)) return false;
    keep(imap, line);
    recovery->after_gap = false;
    return true;
}

void imap_recovery_take(struct imap *imap, struct slice *bytes, struct slice *head)
{
    struct imap_recovery *recovery = &imap->recovery;
    *head = slice_make(NULL, 0);
    while (bytes->len > 0) {
        if (recovery->in_line) {
            keep(imap, take_line(bytes, SIZE_MAX));
            continue;
        }
        (void)buffer_append(&recovery->head, take_line(bytes, HEAD_MAX_BYTES - recovery->head.len));
        struct slice line = buffer_slice(&recovery->head);
        if (line.ptr[line.len - 1] != '\n' && line.len < HEAD_MAX_BYTES) return;
        bool goes_on = judge_line(imap);
        if (!goes_on) {
            hand_out(imap, !recovery->after_gap);
            *head = line;
        }
        buffer_clear(&recovery->head);
        if (!goes_on) return;
    }
}

void imap_recovery_end(struct imap *imap)
{
    struct imap_recovery *recovery = &imap->recovery;
    if (recovery->mail) {
        (void)buffer_append(&recovery->mail->bytes, buffer_slice(&recovery->head));
        recovery->mail->damage.truncated = true;
        hand_out(imap, false);
    }
    recovery->active = false;
    buffer_free(&recovery->head);
}
