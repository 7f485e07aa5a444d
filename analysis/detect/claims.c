/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a mail claims to be: its signature block and the brand it speaks for; see facts.h.
 */
#include "analysis/detect/facts.h"

enum { SIGNATURE_MAX_LINES = 14, SIGNATURE_TAIL_LINES = 8, SIGNATURE_MAX_BYTES = 2000 };

/* A line of at least three separators and nothing else: "-- ", "-----", "━━━━", "=====", "＊＊＊". */
static bool is_separator(struct slice line)
{
    static const char *const marks[] = {"-", "=", "*",  "_",  "+", "~", "─", "━", "＊",
                                        "―", "‐", "－", "＝", "◆", "■", "◇", "□"};
    line = slice_trim(line);
    if (slice_equal(line, SLICE("--"))) return true;
    size_t marks_seen = 0;
    while (line.len > 0) {
        size_t i = 0, n = sizeof marks / sizeof *marks;
        while (i < n && !slice_starts(line, slice_from_cstr(marks[i]))) i++;
        if (i == n) return false;
        line = slice_skip(line, strlen(marks[i]));
        marks_seen++;
    }
    return marks_seen >= 3;
}

/* True for a line with which a quoted mail begins. */
static bool opens_quote(struct slice line)
{
    line = slice_trim(line);
    return slice_starts(line, SLICE(">")) || slice_starts(line, SLICE("-----Original Message")) ||
           slice_starts(line, SLICE("-----元のメッセージ")) ||
           slice_starts(line, SLICE("-------- Original Message")) ||
           slice_starts(line, SLICE("-------- Forwarded Message")) ||
           slice_starts(line, SLICE("---------- Forwarded message")) ||
           slice_starts(line, SLICE("差出人:")) || slice_starts_nocase(line, SLICE("From:")) ||
           slice_ends_nocase(line, SLICE("wrote:")) || slice_ends_nocase(line, SLICE("のメール:"));
}

static struct slice without_quote(struct slice text)
{
    struct slice rest = text;
    while (rest.len > 0) {
        size_t offset = text.len - rest.len;
        if (opens_quote(slice_next_token(&rest, '\n'))) return slice_head(text, offset);
    }
    return text;
}

/* The last lines of the text, at most `max`, blank ones not counted; stops behind a separator. */
static struct slice tail_lines(struct slice text, unsigned max, bool *separated)
{
    size_t end = text.len, start = end;
    for (unsigned lines = 0; start > 0 && lines < max;) {
        size_t from = start - 1;
        while (from > 0 && text.ptr[from - 1] != '\n') from--;
        struct slice line = slice_trim(slice_make(text.ptr + from, start - from));
        if (is_separator(line) && lines > 0) {
            *separated = true;
            break;
        }
        lines += line.len > 0 && !is_separator(line);
        start = from;
    }
    return slice_skip(text, start);
}

struct slice signature_block(const struct message *message)
{
    for (size_t i = 0; i < message->text_count; i++) {
        const struct text_part *part = &message->texts[i];
        if (part->is_attachment || part->text.len == 0) continue;
        bool separated = false;
        struct slice text = slice_trim(without_quote(part->text));
        struct slice block = tail_lines(text, SIGNATURE_MAX_LINES, &separated);
        if (!separated) block = tail_lines(text, SIGNATURE_TAIL_LINES, &separated);
        return block.len <= SIGNATURE_MAX_BYTES ? block : slice_skip(block, block.len - SIGNATURE_MAX_BYTES);
    }
    return slice_make(NULL, 0);
}

static bool is_own_mail(const struct detect_context *context, const struct brand *brand)
{
    const struct mailbox *from = message_from(context->message);
    if (!from) return false;
    if (is_freemail(context, from->domain)) return false;
    return brand_owns(brand, from->domain) ||
           knowledge_has_domain(context->knowledge, LIST_mail_providers, from->domain);
}

/* True when the words ask for credentials or threaten. */
static bool presses(const struct detect_context *context)
{
    const struct word_hits *words = context->words;
    return words->best[LIST_credentials] >= 2 || words->best[LIST_urgency] >= 2;
}

static bool leads_elsewhere(const struct detect_context *context, const struct brand *brand, bool *leads_home)
{
    bool elsewhere = false;
    for (size_t i = 0; i < context->message->link_count; i++) {
        const struct link *link = &context->message->links[i];
        if (link->host.len == 0) continue;
        if (brand_owns(brand, link->host)) {
            *leads_home = true;
        } else {
            elsewhere = true;
        }
    }
    return elsewhere;
}

static struct brand_claim claim_in_name(const struct detect_context *context, const struct mailbox *from)
{
    const struct word_hit *hit = words_best(context->name_words, LIST_brands);
    if (!hit || is_own_mail(context, hit->word->brand)) return (struct brand_claim){0};
    bool mostly = hit->word->text.len * 2 >= from->name.len;
    bool convincing =
        presses(context) || (mostly && (hit->word->strength >= 2 || sender_is_freemail(context)));
    if (!convincing) return (struct brand_claim){0};
    struct slice evidence = slice_from_cstr(arena_printf(&context->message->arena, "\"%.*s\" <%.*s>",
                                                         SLICE_ARGS(from->name), SLICE_ARGS(from->address)));
    return (struct brand_claim){hit->word->brand, SLICE("header:From"), evidence};
}

/* A brand in the subject, or (stronger wording asked for) in the body, with a link that is not the brand's.
 */
static struct brand_claim claim_in_text(const struct detect_context *context)
{
    const struct word_hits *words = context->words;
    if (words->best[LIST_credentials] < 2) return (struct brand_claim){0};
    for (size_t i = 0; i < words->count; i++) {
        const struct word_hit *hit = &words->items[i];
        if (hit->word->list != LIST_brands || is_own_mail(context, hit->word->brand)) continue;
        bool leads_home = false, elsewhere = leads_elsewhere(context, hit->word->brand, &leads_home);
        bool in_subject = hit->place == WORD_IN_SUBJECT;
        bool loud = words->best[LIST_urgency] >= 2 && !leads_home && hit->word->strength >= 2;
        if (!elsewhere || !(in_subject || loud)) continue;
        struct slice where = in_subject ? SLICE("header:Subject") : SLICE("body");
        return (struct brand_claim){hit->word->brand, where, hit->context};
    }
    return (struct brand_claim){0};
}

struct brand_claim brand_claimed(const struct detect_context *context)
{
    const struct mailbox *from = message_from(context->message);
    if (!from || is_list_mail(context->message) || is_automatic_mail(context)) return (struct brand_claim){0};
    struct brand_claim claim = claim_in_name(context, from);
    return claim.brand ? claim : claim_in_text(context);
}
