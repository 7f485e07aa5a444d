/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * BDAT (RFC 3030): its argument, and what may be wrong with a sequence of chunks.
 */
#include "reassembly/session/smtp.h"

bool smtp_parse_chunk(struct slice argument, uint64_t *size, bool *is_last, bool *has_junk)
{
    struct slice rest = slice_trim(argument), number = slice_next_token(&rest, ' ');
    rest = slice_trim(rest);
    *is_last = slice_equal_nocase(rest, SLICE("LAST"));
    *has_junk = rest.len > 0 && !*is_last;
    return slice_parse_u64(number, size) && *size <= INT64_MAX;
}

void smtp_note_unfinished(struct smtp *smtp, enum smtp_verb verb)
{
    if (smtp->mail && smtp->chunks > 0)
        session_note(smtp->session, ANOMALY_BDAT_UNFINISHED, smtp_verb_word(verb));
}

/* Many chunks of a few bytes each: a way to hide words from those who look at segments. */
static void count_chunk(struct smtp *smtp)
{
    const struct reassembly_settings *settings = smtp->session->owner->settings;
    smtp->chunks++;
    if (smtp->chunk_left == 0 || smtp->chunk_left > settings->tiny_chunk_bytes) return;
    if (++smtp->chunks_tiny == settings->tiny_chunks)
        session_note(smtp->session, ANOMALY_BDAT_TINY, slice_make(NULL, 0));
}

void smtp_command_bdat(struct smtp *smtp, enum smtp_verb verb, struct slice argument)
{
    struct session *session = smtp->session;
    bool has_junk = false,
         is_valid = smtp_parse_chunk(argument, &smtp->chunk_left, &smtp->chunk_is_last, &has_junk);
    if (!is_valid || has_junk) session_note(session, ANOMALY_BDAT_INVALID, slice_trim(argument));
    if (!is_valid) {
        smtp->chunk_left = 0;
        smtp_push_verb(smtp, SMTP_UNKNOWN_VERB);
        return;
    }
    const struct mail_envelope *envelope = smtp->mail ? &smtp->mail->envelope : NULL;
    if (smtp->in_step && (!envelope || envelope->recipient_count + envelope->rcpt_dropped == 0))
        session_note(session, ANOMALY_TRANSACTION_INVALID, smtp_verb_word(verb));
    (void)smtp_present_mail(smtp);
    count_chunk(smtp);
    smtp->phase = SMTP_CHUNK;
    if (!smtp->chunk_is_last) smtp_push_verb(smtp, verb);
}
