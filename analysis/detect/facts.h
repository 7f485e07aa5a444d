/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Small questions that several detections ask about one mail: who sends, is it a list, what does the
 * signature say, which brand does it speak for. Pure; results point into the message or its arena.
 */
#ifndef MAILTAP_ANALYSIS_DETECT_FACTS_H
#define MAILTAP_ANALYSIS_DETECT_FACTS_H

#include "analysis/detect/detect.h"
#include "analysis/detect/knowledge.h"
#include "analysis/detect/words.h"

/* A slice as the two arguments of "%.*s", cut to what evidence can hold. */
#define SLICE_ARGS(s)                                                                                        \
    (int)((s).len < 400 ? (s).len : 400), (const char *)((s).ptr ? (s).ptr : (const uint8_t *)"")

/* True when `domain` is `parent` or lies below it; never for an empty parent. Ignores ASCII case. */
bool domain_within(struct slice domain, struct slice parent);

/* What follows the last @; empty without one. */
struct slice domain_of_address(struct slice address);

/* True when one of the two lies within the other, or one brand owns both. */
bool same_organisation(const struct detect_context *context, struct slice a, struct slice b);

/* True when the domain belongs to the sender of the From header. */
bool is_senders_domain(const struct detect_context *context, struct slice domain);

/* True when the domain belongs to a recipient of the envelope, or without envelope of To; free mail is
 * nobody's. */
bool is_recipients_domain(const struct detect_context *context, struct slice domain);

/* True for an address of a private, shared, loopback or link-local network (RFC 1918, 6598, 3927, 4193,
 * 4291). */
bool is_inside_address(const struct flow *flow, const struct endpoint *end);

/* True for bounces and automatic answers, by Auto-Submitted, the empty envelope sender or the sender's name.
 */
bool is_automatic_mail(const struct detect_context *context);

/* True for mail that came through a discussion list, by List-Id, List-Post, Mailing-List or Precedence: list.
 */
bool is_list_mail(const struct message *message);

/* True when the domain is a free-mail provider's (exactly: mail.yahoo.co.jp is the provider itself). */
bool is_freemail(const struct detect_context *context, struct slice domain);

/* True when the From address is free mail, or there is none and the Reply-To is. */
bool sender_is_freemail(const struct detect_context *context);

/* The next address local@domain in running text, lower case not applied; *rest moves behind it. Empty when
 * none. */
struct slice next_address(struct slice *rest);

/* The host that a text shows to its reader as a web address ("https://www.example.jp/x", "www.example.jp",
 * "example.co.jp"), lower case in the arena; empty when it shows none. */
struct slice shown_host(struct arena *arena, struct slice text);

/* The signature block of the first body text, without quoted mail; empty when none is recognised. */
struct slice signature_block(const struct message *message);

/* True when the link's path ends in the extension of a program, archive or disk image. */
bool is_download(const struct detect_context *context, const struct link *link);

/* True when one of the file's names has an extension of the list. */
bool has_listed_extension(const struct detect_context *context, const struct file_part *file,
                          enum list_id list);

enum { LISTED_WORD_MAX_BYTES = 64 };

/* First word (letters, digits, _ and .) of source text that is in the list, lower case, in `room`; empty when
 * there is none. */
struct slice listed_word(const struct detect_context *context, enum list_id list, struct slice source,
                         uint8_t room[static LISTED_WORD_MAX_BYTES]);

/* True for an address of the reader's own network in its plain notation; a disguised one is never honest. */
bool host_is_intranet(struct slice host);

/* True for a file that runs when opened, by extension or content: program, script, shortcut, installer. */
bool runs_when_opened(const struct detect_context *context, const struct file_part *file);

/* The brand a mail speaks for without being it: by its display name, or by subject or body together with a
 * request for credentials and a link elsewhere. brand is NULL when there is none, or when it is the brand's
 * own mail. */
struct brand_claim {
    const struct brand *brand;
    struct slice where, evidence;
};

struct brand_claim brand_claimed(const struct detect_context *context);

#endif
