/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The talk with one process; see slot.h.
 */
#include "sensor/workers/slot.h"

#include <errno.h>
#include <sys/socket.h>

enum { CHUNK_BYTES = 262144 };

void item_line_append(struct item_line *line, struct item *item)
{
    item->following = NULL;
    if (line->last) {
        line->last->following = item;
    } else {
        line->first = item;
    }
    line->last = item;
}

void item_line_prepend(struct item_line *line, struct item *item)
{
    item->following = line->first;
    line->first = item;
    if (!line->last) line->last = item;
}

struct item *item_line_take(struct item_line *line)
{
    struct item *item = line->first;
    if (!item) return NULL;
    line->first = item->following;
    if (!line->first) line->last = NULL;
    item->following = NULL;
    return item;
}

void slot_give(struct slot *slot, struct item *item, uint64_t now_ms)
{
    if (slot->given_count++ == 0) slot->progress_ms = now_ms;
    item_line_append(&slot->given, item);
    if (slot->sending) return;
    slot->sending = item;
    slot->sent = 0;
}

enum slot_event slot_send(struct slot *slot, uint64_t now_ms)
{
    while (slot->sending) {
        struct slice rest = slice_skip(buffer_slice(&slot->sending->mail), slot->sent);
        ssize_t n = send(slot->process.fd, rest.ptr, rest.len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno == EAGAIN ? SLOT_WAITS : SLOT_LOST;
        if (slot->sending == slot->given.first) slot->progress_ms = now_ms;
        slot->sent += (size_t)n;
        if (slot->sent < slot->sending->mail.len) continue;
        slot->sending = slot->sending->following;
        slot->sent = 0;
    }
    return SLOT_WAITS;
}

static uint64_t announced(const struct slot *slot)
{
    uint64_t len = 0;
    memcpy(&len, slot->header, sizeof len);
    return len;
}

/* Bytes to read next: of the header, or of the answer it announces. */
static size_t wanted(const struct slot *slot)
{
    if (slot->header_len < PROCESS_HEADER_BYTES) return PROCESS_HEADER_BYTES - slot->header_len;
    uint64_t left = announced(slot) - slot->given.first->answer.len;
    return left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES;
}

static void take_bytes(struct slot *slot, struct slice bytes)
{
    struct item *item = slot->given.first;
    if (slot->header_len < PROCESS_HEADER_BYTES) {
        memcpy(slot->header + slot->header_len, bytes.ptr, bytes.len);
        slot->header_len += bytes.len;
    } else {
        (void)buffer_append(&item->answer, bytes);
        *item->held_bytes += bytes.len;
    }
    if (slot->header_len < PROCESS_HEADER_BYTES || item->answer.len < announced(slot)) return;
    item->is_done = true;
    (void)item_line_take(&slot->given);
    slot->given_count--;
    slot->served++;
    slot->header_len = 0;
}

enum slot_event slot_receive(struct slot *slot, uint64_t now_ms)
{
    static uint8_t chunk[CHUNK_BYTES];
    for (;;) {
        /* Nothing is owed while the first mail is not wholly sent, or none was given. */
        bool owes = slot->given.first && slot->given.first != slot->sending;
        ssize_t n = recv(slot->process.fd, chunk, owes ? wanted(slot) : 1, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno == EAGAIN ? SLOT_WAITS : SLOT_LOST;
        if (n == 0 || !owes) return SLOT_LOST;
        take_bytes(slot, slice_make(chunk, (size_t)n));
        slot->progress_ms = now_ms;
        bool too_long =
            slot->header_len == PROCESS_HEADER_BYTES && announced(slot) > slot->given.first->answer.max;
        bool empty = slot->header_len == PROCESS_HEADER_BYTES && announced(slot) == 0;
        if (too_long || empty) return SLOT_LOST;
    }
}
