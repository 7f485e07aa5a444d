/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Messages fetched in pieces; see imap_store.h. An answer that goes on where another one ended is appended to
 * it, so that ranges asked in order make one piece; joining copies only what came out of order.
 */
#include "reassembly/session/imap_store.h"

#include <stdlib.h>

#include "base/mem.h"

void imap_store_init(struct imap_store *store, struct session *session, imap_finish_fn finish_fn,
                     void *finish_context)
{
    *store =
        (struct imap_store){.session = session, .finish_fn = finish_fn, .finish_context = finish_context};
}

static size_t gaps_max(const struct imap_store *store)
{
    return store->session->owner->settings->gaps_max;
}

/* ---- releasing ---- */

static void free_piece(struct imap_store *store, struct imap_piece *piece)
{
    if (piece->mail) store->bytes -= buffer_capacity(&piece->mail->bytes) + sizeof *piece->mail;
    if (store->current == piece) store->current = NULL;
    mail_free(&piece->mail);
    free(piece);
    store->piece_count--;
}

static void free_pieces(struct imap_store *store, struct imap_extent *extent)
{
    while (extent->pieces) {
        struct imap_piece *piece = extent->pieces;
        extent->pieces = piece->next;
        free_piece(store, piece);
    }
    *extent = (struct imap_extent){0};
}

static struct imap_message **find_message(struct imap_store *store, uint64_t number)
{
    struct imap_message **at = &store->messages;
    while (*at && (*at)->number != number) at = &(*at)->next;
    return at;
}

static void free_message(struct imap_store *store, struct imap_message **at)
{
    struct imap_message *message = *at;
    *at = message->next;
    for (size_t i = 0; i < IMAP_SECTIONS; i++) free_pieces(store, &message->extents[i]);
    free(message);
    store->message_count--;
}

/* ---- joining ---- */

/* Bytes and holes of `from` behind those of `to`, without the first `skip` bytes of the section's. */
static void append_mail(struct mail *to, const struct mail *from, uint64_t skip, size_t max_gaps)
{
    uint64_t at = 0, unlisted = from->damage.missing_bytes;
    for (size_t i = 0; i <= from->damage.gap_count; i++) {
        bool is_last = i == from->damage.gap_count;
        struct mail_gap gap = is_last ? (struct mail_gap){from->bytes.len, 0} : from->damage.gaps[i];
        uint64_t run = gap.offset - at, skipped = skip < run ? skip : run;
        struct slice bytes =
            slice_skip(slice_head(buffer_slice(&from->bytes), (size_t)gap.offset), (size_t)(at + skipped));
        (void)buffer_append(&to->bytes, bytes);
        skip -= skipped;
        skipped = skip < gap.len ? skip : gap.len;
        skip -= skipped;
        if (gap.len > skipped) mail_add_gap(to, gap.len - skipped, max_gaps);
        unlisted -= gap.len;
        at = gap.offset;
    }
    if (unlisted > 0) mail_add_gap(to, unlisted, 0);
    to->bytes.overflowed |= from->bytes.overflowed;
    if (from->first_ns < to->first_ns) to->first_ns = from->first_ns;
    if (from->last_ns > to->last_ns) to->last_ns = from->last_ns;
}

/* The first piece's own mail when it begins the section, else an empty one. */
static struct mail *take_base(struct imap_store *store, struct imap_piece *first)
{
    if (first->origin > 0) {
        struct mail *mail = session_begin_mail(store->session);
        mail->first_ns = first->mail->first_ns;
        mail->last_ns = first->mail->last_ns;
        return mail;
    }
    struct mail *mail = first->mail;
    store->bytes -= buffer_capacity(&mail->bytes) + sizeof *mail;
    first->mail = NULL;
    return mail;
}

/* The section behind what `mail` holds already; NULL: begins one. */
static struct mail *join_section(struct imap_store *store, struct mail *mail,
                                 const struct imap_extent *extent)
{
    uint64_t at = 0;
    for (struct imap_piece *piece = extent->pieces; piece; piece = piece->next) {
        if (!mail) mail = take_base(store, piece);
        if (piece->origin > at) {
            mail_add_gap(mail, piece->origin - at, gaps_max(store));
            at = piece->origin;
        }
        if (piece->mail && piece->end > at)
            append_mail(mail, piece->mail, at - piece->origin, gaps_max(store));
        if (piece->end > at) at = piece->end;
    }
    if (mail && (!extent->end_known || at < extent->end)) mail->damage.truncated = true;
    return mail;
}

/* ---- sizes told by RFC822.SIZE ---- */

/* Those told last, by UID. */
static struct imap_size *size_of(struct imap_store *store, uint64_t uid)
{
    if (!store->sizes) {
        store->sizes = mem_zalloc(IMAP_SIZES, sizeof *store->sizes);
        store->bytes += IMAP_SIZES * sizeof *store->sizes;
    }
    return &store->sizes[uid % IMAP_SIZES];
}

static void keep_size(struct imap_store *store, uint64_t uid, uint64_t size)
{
    if (uid > 0 && size > 0) *size_of(store, uid) = (struct imap_size){uid, size};
}

static uint64_t told_size(struct imap_store *store, const struct imap_message *message)
{
    if (message->size > 0 || message->uid == 0 || !store->sizes) return message->size;
    const struct imap_size *told = size_of(store, message->uid);
    return told->uid == message->uid ? told->size : 0;
}

static void forget_sizes(struct imap_store *store)
{
    if (store->sizes) store->bytes -= IMAP_SIZES * sizeof *store->sizes;
    free(store->sizes);
    store->sizes = NULL;
}

/* ---- handing out ---- */

/* How many bytes from the section's beginning are there without a piece missing. */
static uint64_t covered(const struct imap_extent *extent)
{
    uint64_t at = 0;
    for (const struct imap_piece *piece = extent->pieces; piece && piece->origin <= at; piece = piece->next) {
        if (piece->end > at) at = piece->end;
    }
    return at;
}

static bool is_there(const struct imap_extent *extent)
{
    return extent->pieces && extent->end_known && covered(extent) >= extent->end;
}

static void finish(struct imap_store *store, struct imap_message **at, bool is_whole)
{
    struct imap_message *message = *at;
    struct mail *mail = join_section(store, NULL, &message->extents[is_whole ? IMAP_WHOLE : IMAP_HEADER]);
    if (!is_whole) mail = join_section(store, mail, &message->extents[IMAP_TEXT]);
    if (mail_is_complete(mail) && !mail->bytes.overflowed)
        session_compare_size(store->session, message->number, told_size(store, message),
                             buffer_slice(&mail->bytes));
    free_message(store, at);
    store->finish_fn(store->finish_context, mail);
}

/* A header alone, or a text without one, is no mail. */
static void give_up(struct imap_store *store, struct imap_message **at)
{
    const struct imap_extent *extents = (*at)->extents;
    bool is_whole = extents[IMAP_WHOLE].pieces != NULL;
    if (is_whole || (extents[IMAP_HEADER].pieces && extents[IMAP_TEXT].pieces)) {
        finish(store, at, is_whole);
        return;
    }
    store->session->owner->counters->imap_parts++;
    free_message(store, at);
}

void imap_store_settle(struct imap_store *store, uint64_t number, uint64_t uid, uint64_t size)
{
    struct imap_message **at = find_message(store, number), *message = *at;
    keep_size(store, uid, size);
    if (!message) return;
    if (uid > 0) message->uid = uid;
    if (size > 0) message->size = size;
    struct imap_extent *whole = &message->extents[IMAP_WHOLE];
    if (!whole->end_known && message->size > 0 && covered(whole) == message->size) {
        whole->end = message->size;
        whole->end_known = true;
    }
    bool halves = is_there(&message->extents[IMAP_HEADER]) && is_there(&message->extents[IMAP_TEXT]);
    if (is_there(whole) || halves) finish(store, at, is_there(whole));
}

void imap_store_expunge(struct imap_store *store, uint64_t number)
{
    struct imap_message **at = find_message(store, number);
    if (*at) give_up(store, at);
    for (struct imap_message *m = store->messages; m; m = m->next) {
        if (m->number > number) m->number--;
    }
}

void imap_store_flush(struct imap_store *store)
{
    while (store->messages) {
        struct imap_message **oldest = &store->messages;
        while ((*oldest)->next) oldest = &(*oldest)->next;
        give_up(store, oldest);
    }
    forget_sizes(store);
}

/* ---- taking in ---- */

static void give_up_oldest(struct imap_store *store)
{
    struct imap_message **oldest = &store->messages;
    while ((*oldest)->next) oldest = &(*oldest)->next;
    give_up(store, oldest);
}

static void make_room(struct imap_store *store)
{
    const struct reassembly_settings *settings = store->session->owner->settings;
    struct reassembly_counters *counters = store->session->owner->counters;
    while (store->message_count >= settings->imap_messages_max) {
        counters->limit_imap_messages_max++;
        session_note(store->session, ANOMALY_LIMIT_REACHED, slice_make(NULL, 0));
        give_up_oldest(store);
    }
    while (store->messages && store->piece_count >= settings->imap_pieces_max) {
        counters->limit_imap_pieces_max++;
        session_note(store->session, ANOMALY_LIMIT_REACHED, slice_make(NULL, 0));
        give_up_oldest(store);
    }
}

/* The message, first in the list; begun when there is none, or another one had its number. */
static struct imap_message *touch(struct imap_store *store, uint64_t number, uint64_t uid)
{
    struct imap_message **at = find_message(store, number), *message = *at;
    if (message && uid > 0 && message->uid > 0 && message->uid != uid) {
        give_up(store, at);
        message = NULL;
    }
    if (message) {
        *at = message->next;
    } else {
        make_room(store);
        message = mem_zalloc(1, sizeof *message);
        message->number = number;
        store->message_count++;
    }
    if (uid > 0) message->uid = uid;
    message->next = store->messages;
    store->messages = message;
    return message;
}

static struct imap_piece *add_piece(struct imap_store *store, struct imap_extent *extent, uint64_t origin)
{
    struct imap_piece **at = &extent->pieces, *piece = mem_zalloc(1, sizeof *piece);
    while (*at && (*at)->origin <= origin) at = &(*at)->next;
    *piece = (struct imap_piece){*at, origin, origin, session_begin_mail(store->session)};
    *at = piece;
    store->piece_count++;
    store->bytes += sizeof *piece->mail;
    return piece;
}

static struct imap_piece *find_piece_before(const struct imap_extent *extent, uint64_t origin)
{
    struct imap_piece *piece = extent->pieces;
    while (piece && piece->end != origin) piece = piece->next;
    return piece;
}

void imap_store_begin(struct imap_store *store, const struct imap_answer *answer)
{
    struct imap_message *message = touch(store, answer->number, answer->uid);
    struct imap_extent *extent = &message->extents[answer->section];
    if (!answer->is_part) free_pieces(store, extent);
    store->extent = extent;
    store->current = answer->is_part ? find_piece_before(extent, answer->origin) : NULL;
    if (!store->current && store->piece_count >= store->session->owner->settings->imap_pieces_max) {
        make_room(store);
        imap_store_begin(store, answer);
        return;
    }
    if (!store->current) store->current = add_piece(store, extent, answer->origin);
    if (answer->is_part) return;
    extent->end = answer->len;
    extent->end_known = true;
}

void imap_store_append(struct imap_store *store, struct slice bytes)
{
    struct mail *mail = store->current->mail;
    size_t before = buffer_capacity(&mail->bytes);
    (void)buffer_append(&mail->bytes, bytes);
    store->bytes += buffer_capacity(&mail->bytes) - before;
    store->current->end += bytes.len;
    mail->last_ns = store->session->now_ns;
}

void imap_store_hole(struct imap_store *store, uint64_t len)
{
    mail_add_gap(store->current->mail, len, gaps_max(store));
    store->current->end += len;
}

static void drop_piece(struct imap_store *store, struct imap_extent *extent, struct imap_piece *piece)
{
    struct imap_piece **at = &extent->pieces;
    while (*at != piece) at = &(*at)->next;
    *at = piece->next;
    free_piece(store, piece);
}

/* An answer shorter than what was asked reaches the end; where that is not known, one shorter than another.
 */
void imap_store_end(struct imap_store *store, const struct imap_answer *answer)
{
    struct imap_extent *extent = store->extent;
    bool is_short =
        answer->asked > 0 ? answer->len < answer->asked : answer->origin > 0 && answer->len < extent->longest;
    bool goes_on = answer->len > 0 || answer->origin == 0 || store->current->origin < answer->origin;
    if (answer->is_part && is_short && goes_on) {
        extent->end = answer->origin + answer->len;
        extent->end_known = true;
    }
    extent->is_open = answer->is_part && answer->asked == 0 && !extent->end_known;
    extent->open_origin = answer->origin;
    extent->open_len = answer->len;
    if (answer->len > extent->longest) extent->longest = answer->len;
    if (!goes_on) drop_piece(store, extent, store->current);
    store->current = NULL;
}

static bool is_asked_for(const struct imap_message *message, const struct imap_answer *ask)
{
    if (ask->number > 0 && ask->number != message->number) return false;
    return ask->uid == 0 || message->uid == 0 || ask->uid == message->uid;
}

void imap_store_ask(struct imap_store *store, const struct imap_answer *ask)
{
    for (struct imap_message *message = store->messages, *next; message; message = next) {
        struct imap_extent *extent = &message->extents[ask->section];
        next = message->next;
        if (!extent->is_open || extent->open_origin != ask->origin || !is_asked_for(message, ask)) continue;
        extent->is_open = false;
        if (extent->open_len >= ask->asked || store->current) continue;
        extent->end = extent->open_origin + extent->open_len;
        extent->end_known = true;
        imap_store_settle(store, message->number, 0, 0);
    }
}
