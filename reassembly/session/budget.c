/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sessions that hold mail, longest silent first; see budget.h. A session moves to the end of the list at most
 * once a second, so that a packet rarely touches its neighbours.
 */
#include "reassembly/session/budget.h"

#include "reassembly/session/secure.h"

static const uint64_t RELIST_NS = 1000000000;

static void list_append(struct session *session)
{
    struct session_list *list = &session->owner->holding;
    session->listed_ns = session->now_ns;
    session->prev = list->tail;
    session->next = NULL;
    if (list->tail) {
        list->tail->next = session;
    } else {
        list->head = session;
    }
    list->tail = session;
}

static void list_remove(struct session *session)
{
    struct session_list *list = &session->owner->holding;
    if (session->prev) {
        session->prev->next = session->next;
    } else {
        list->head = session->next;
    }
    if (session->next) {
        session->next->prev = session->prev;
    } else {
        list->tail = session->prev;
    }
}

static void update(struct session *session, size_t bytes)
{
    struct session_list *list = &session->owner->holding;
    bool was_in = session->held_bytes > 0;
    list->bytes += bytes - session->held_bytes;
    session->held_bytes = bytes;
    bool is_stale = was_in && session->now_ns - session->listed_ns > RELIST_NS;
    if (was_in && (bytes == 0 || is_stale)) list_remove(session);
    if (bytes > 0 && (!was_in || is_stale)) list_append(session);
}

static size_t memory_of(const struct session *session)
{
    size_t sealed = session->secure ? tls_memory(session->secure->tls) : 0;
    return sealed + (session->state ? session->protocol->memory(session) : 0);
}

/* What follows in the connection is read as in one that was joined midway; one in TLS is given up. */
static void shed(struct session *session)
{
    session->owner->counters->limit_mails_total_max_bytes++;
    if (session->state) session->protocol->close(session);
    session->gap_before = true;
    if (session->secure) {
        session->dropped = true;
        secure_end(session);
        secure_free(session);
    } else {
        session->state = session->protocol->open(session);
    }
    update(session, memory_of(session));
}

void budget_settle(struct session *session)
{
    struct assembler *owner = session->owner;
    update(session, memory_of(session));
    while (owner->holding.bytes > owner->settings->mails_total_max_bytes && owner->holding.head)
        shed(owner->holding.head);
}

void budget_leave(struct session *session)
{
    update(session, 0);
}
