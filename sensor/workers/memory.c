/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Notes as bytes and back; see memory.h.
 */
#include "sensor/workers/memory.h"

#include "sensor/workers/wire.h"

struct note {
    enum password_store_act act;
    struct slice key;
    uint64_t now_ns;
    struct remembered_archive what;
};

static void wire_note(struct wire *w, struct note *note)
{
    WIRE_VALUE(w, note->act, STORE_DROP_ARCHIVE + 1);
    wire_slice(w, &note->key);
    wire_u64(w, &note->now_ns);
    wire_slice(w, &note->what.name);
    wire_slice(w, &note->what.content);
    wire_slice(w, &note->what.message_id);
}

static void append_note(void *context, enum password_store_act act, struct slice key, uint64_t now_ns,
                        const struct remembered_archive *what)
{
    struct wire w = wire_writer(context);
    struct note note = {.act = act, .key = key, .now_ns = now_ns};
    if (what) note.what = *what;
    wire_note(&w, &note);
}

void memory_note(struct password_store *store, struct buffer *notes)
{
    password_store_watch(store, notes ? append_note : NULL, notes);
}

/* False at the end, and where the bytes are no notes. */
static bool next_note(struct wire *w, struct note *note)
{
    *note = (struct note){.act = STORE_LOOK_UP};
    if (cursor_left(&w->in) == 0) return false;
    wire_note(w, note);
    return !w->in.bad;
}

static void recall_pair(const struct password_store *store, const struct note *note, struct buffer *out)
{
    struct arena arena = {NULL, 0};
    struct pair_memory memory = password_store_look_up(store, note->key, note->now_ns, &arena);
    for (size_t i = 0; i < memory.password_count; i++) {
        const struct remembered_password *password = &memory.passwords[i];
        struct remembered_archive what = {.content = password->text, .message_id = password->message_id};
        append_note(out, STORE_ADD_PASSWORD, note->key, note->now_ns, &what);
    }
    for (size_t i = 0; i < memory.archive_count; i++)
        append_note(out, STORE_ADD_ARCHIVE, note->key, note->now_ns, &memory.archives[i]);
    arena_free(&arena);
}

/* A mail has one pair and may ask for it again and again. */
void memory_recall(const struct password_store *store, struct slice notes, struct buffer *out)
{
    struct wire w = wire_reader(notes, NULL);
    struct note note;
    struct slice last = slice_make(NULL, 0);
    buffer_clear(out);
    while (next_note(&w, &note)) {
        if (note.act != STORE_LOOK_UP || slice_equal(note.key, last)) continue;
        recall_pair(store, &note, out);
        last = note.key;
    }
}

void memory_apply(struct password_store *store, struct slice notes)
{
    struct wire w = wire_reader(notes, NULL);
    struct note note;
    while (next_note(&w, &note)) {
        struct remembered_password password = {note.what.content, note.what.message_id};
        if (note.act == STORE_ADD_PASSWORD)
            password_store_add_password(store, note.key, note.now_ns, &password);
        if (note.act == STORE_ADD_ARCHIVE)
            (void)password_store_add_archive(store, note.key, note.now_ns, &note.what);
        if (note.act == STORE_DROP_ARCHIVE) password_store_drop_archive(store, note.key, note.what.content);
    }
}
