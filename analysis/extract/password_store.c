/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pairs in a hash table and in a list by last use; see password_store.h.
 */
#include "analysis/extract/password_store.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/siphash.h"
#include "base/table.h"

enum { PASSWORDS_PER_PAIR = 8, ARCHIVES_PER_PAIR = 2 };

struct item {
    uint64_t time_ns;
    struct slice text, name, message_id; /* text: the password, or the archive; owned */
};

struct pair {
    struct pair *older, *newer;
    uint64_t hash;
    struct slice key;
    struct item passwords[PASSWORDS_PER_PAIR], archives[ARCHIVES_PER_PAIR]; /* oldest first */
    size_t password_count, archive_count;
};

struct password_store {
    struct password_store_limits limits;
    struct siphash_key key;
    struct table table;
    struct pair *oldest, *newest;
    size_t archives_bytes;
    password_store_fn watch; /* NULL: nobody */
    void *watch_context;
};

static bool has_key(const void *value, const void *key)
{
    const struct pair *pair = value;
    return slice_equal(pair->key, *(const struct slice *)key);
}

static struct slice copy_slice(struct slice s)
{
    uint8_t *copy = mem_alloc(s.len + 1);
    if (s.len > 0) memcpy(copy, s.ptr, s.len);
    copy[s.len] = 0;
    return slice_make(copy, s.len);
}

static void free_slice(struct slice s)
{
    uint8_t *bytes = (uint8_t *)(uintptr_t)s.ptr;
    if (bytes) mem_wipe(bytes, s.len);
    free(bytes);
}

static void free_item(struct item *item)
{
    free_slice(item->text);
    free_slice(item->name);
    free_slice(item->message_id);
}

/* Takes the item at `at` out of the array; the caller lowers its count. */
static void remove_item(struct item *items, size_t count, size_t at)
{
    free_item(&items[at]);
    memmove(&items[at], &items[at + 1], (count - at - 1) * sizeof *items);
}

static void remove_archive(struct password_store *store, struct pair *pair, size_t at)
{
    store->archives_bytes -= pair->archives[at].text.len;
    remove_item(pair->archives, pair->archive_count--, at);
}

static void unlink_pair(struct password_store *store, struct pair *pair)
{
    *(pair->older ? &pair->older->newer : &store->oldest) = pair->newer;
    *(pair->newer ? &pair->newer->older : &store->newest) = pair->older;
}

static void append_pair(struct password_store *store, struct pair *pair)
{
    pair->older = store->newest;
    pair->newer = NULL;
    *(store->newest ? &store->newest->newer : &store->oldest) = pair;
    store->newest = pair;
}

static void drop_pair(struct password_store *store, struct pair *pair)
{
    while (pair->archive_count > 0) remove_archive(store, pair, 0);
    while (pair->password_count > 0) remove_item(pair->passwords, pair->password_count--, 0);
    unlink_pair(store, pair);
    (void)table_remove(&store->table, pair->hash, pair);
    free_slice(pair->key);
    free(pair);
}

struct password_store *password_store_new(const struct password_store_limits *limits)
{
    struct password_store *store = mem_zalloc(1, sizeof *store);
    store->limits = *limits;
    store->key = siphash_random_key();
    store->table = table_make(has_key);
    return store;
}

void password_store_watch(struct password_store *store, password_store_fn watch, void *context)
{
    store->watch = watch;
    store->watch_context = context;
}

static void tell(const struct password_store *store, enum password_store_act act, struct slice key,
                 uint64_t now_ns, const struct remembered_archive *what)
{
    if (store->watch) store->watch(store->watch_context, act, key, now_ns, what);
}

void password_store_clear(struct password_store *store)
{
    while (store->oldest) drop_pair(store, store->oldest);
}

void password_store_free(struct password_store **store)
{
    if (!*store) return;
    password_store_clear(*store);
    table_free(&(*store)->table);
    free(*store);
    *store = NULL;
}

static struct pair *find_pair(const struct password_store *store, struct slice key)
{
    return table_find(&store->table, siphash(store->key, key), &key);
}

/* The pair, made when it is new, as the one used last; the oldest ones go when there are too many. */
static struct pair *use_pair(struct password_store *store, struct slice key)
{
    struct pair *pair = find_pair(store, key);
    if (pair) {
        unlink_pair(store, pair);
    } else {
        while (store->oldest && store->table.count >= store->limits.pairs_max)
            drop_pair(store, store->oldest);
        pair = mem_zalloc(1, sizeof *pair);
        pair->key = copy_slice(key);
        pair->hash = siphash(store->key, key);
        table_insert(&store->table, pair->hash, pair);
    }
    append_pair(store, pair);
    return pair;
}

static bool is_within(const struct password_store *store, const struct item *item, uint64_t now_ns)
{
    uint64_t apart = now_ns > item->time_ns ? now_ns - item->time_ns : item->time_ns - now_ns;
    return apart <= store->limits.window_ns;
}

static size_t find_item(const struct item *items, size_t count, struct slice text)
{
    size_t at = 0;
    while (at < count && !slice_equal(items[at].text, text)) at++;
    return at;
}

void password_store_add_password(struct password_store *store, struct slice key, uint64_t now_ns,
                                 const struct remembered_password *password)
{
    struct remembered_archive what = {.content = password->text, .message_id = password->message_id};
    tell(store, STORE_ADD_PASSWORD, key, now_ns, &what);
    if (store->limits.pairs_max == 0 || password->text.len == 0) return;
    struct pair *pair = use_pair(store, key);
    size_t at = find_item(pair->passwords, pair->password_count, password->text);
    if (at == pair->password_count) at = pair->password_count == PASSWORDS_PER_PAIR ? 0 : SIZE_MAX;
    if (at != SIZE_MAX) remove_item(pair->passwords, pair->password_count--, at);
    pair->passwords[pair->password_count++] = (struct item){.time_ns = now_ns,
                                                            .text = copy_slice(password->text),
                                                            .message_id = copy_slice(password->message_id)};
}

/* Makes room for so many bytes, at the cost of the pairs that were used longest ago. */
static void make_room(struct password_store *store, size_t bytes)
{
    for (struct pair *pair = store->oldest; pair; pair = pair->newer) {
        while (pair->archive_count > 0 &&
               store->archives_bytes + bytes > store->limits.archives_total_max_bytes)
            remove_archive(store, pair, 0);
        if (store->archives_bytes + bytes <= store->limits.archives_total_max_bytes) return;
    }
}

bool password_store_add_archive(struct password_store *store, struct slice key, uint64_t now_ns,
                                const struct remembered_archive *archive)
{
    size_t len = archive->content.len;
    tell(store, STORE_ADD_ARCHIVE, key, now_ns, archive);
    if (store->limits.pairs_max == 0 || len == 0) return false;
    if (len > store->limits.archive_max_bytes || len > store->limits.archives_total_max_bytes) return false;
    struct pair *pair = use_pair(store, key);
    size_t at = find_item(pair->archives, pair->archive_count, archive->content);
    if (at == pair->archive_count) at = pair->archive_count == ARCHIVES_PER_PAIR ? 0 : SIZE_MAX;
    if (at != SIZE_MAX) remove_archive(store, pair, at);
    make_room(store, len);
    store->archives_bytes += len;
    pair->archives[pair->archive_count++] = (struct item){.time_ns = now_ns,
                                                          .text = copy_slice(archive->content),
                                                          .name = copy_slice(archive->name),
                                                          .message_id = copy_slice(archive->message_id)};
    return true;
}

struct pair_memory password_store_look_up(const struct password_store *store, struct slice key,
                                          uint64_t now_ns, struct arena *arena)
{
    struct pair_memory memory = {0};
    tell(store, STORE_LOOK_UP, key, now_ns, NULL);
    const struct pair *pair = find_pair(store, key);
    if (!pair) return memory;
    memory.passwords = arena_zalloc(arena, PASSWORDS_PER_PAIR, sizeof *memory.passwords);
    memory.archives = arena_zalloc(arena, ARCHIVES_PER_PAIR, sizeof *memory.archives);
    for (size_t i = 0; i < pair->password_count; i++) {
        const struct item *item = &pair->passwords[i];
        if (!is_within(store, item, now_ns)) continue;
        memory.passwords[memory.password_count++] =
            (struct remembered_password){arena_copy(arena, item->text), arena_copy(arena, item->message_id)};
    }
    for (size_t i = 0; i < pair->archive_count; i++) {
        const struct item *item = &pair->archives[i];
        if (!is_within(store, item, now_ns)) continue;
        memory.archives[memory.archive_count++] =
            (struct remembered_archive){arena_copy(arena, item->name), arena_copy(arena, item->text),
                                        arena_copy(arena, item->message_id)};
    }
    return memory;
}

void password_store_drop_archive(struct password_store *store, struct slice key, struct slice content)
{
    struct remembered_archive what = {.content = content};
    tell(store, STORE_DROP_ARCHIVE, key, 0, &what);
    struct pair *pair = find_pair(store, key);
    size_t at = pair ? find_item(pair->archives, pair->archive_count, content) : 0;
    if (pair && at < pair->archive_count) remove_archive(store, pair, at);
}
