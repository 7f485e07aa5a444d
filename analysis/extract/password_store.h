/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What mails between the same two told and sent: passwords, and small encrypted archives that no password has
 * opened yet. A password mail may come before or after the archive that it is for. Bounded in pairs, bytes
 * and time (of the packets); the oldest pair goes first. The store owns copies of all it is given; whoever
 * owns the store lends it to the extraction. What it says depends on the order of calls alone. Passwords are
 * wiped from memory when they go.
 */
#ifndef MAILTAP_ANALYSIS_EXTRACT_PASSWORD_STORE_H
#define MAILTAP_ANALYSIS_EXTRACT_PASSWORD_STORE_H

#include "base/arena.h"
#include "base/slice.h"

struct password_store;

struct password_store_limits {
    size_t pairs_max;
    uint64_t window_ns;
    size_t archive_max_bytes, archives_total_max_bytes;
};

struct remembered_password {
    struct slice text, message_id;
};

struct remembered_archive {
    struct slice name, content, message_id;
};

/* What is known of a pair, oldest first; in the caller's arena. */
struct pair_memory {
    struct remembered_password *passwords;
    struct remembered_archive *archives;
    size_t password_count, archive_count;
};

enum password_store_act { STORE_LOOK_UP, STORE_ADD_PASSWORD, STORE_ADD_ARCHIVE, STORE_DROP_ARCHIVE };

/* Told of each call, also of those that change nothing. A password is `what->content` with its message_id;
 * `what` is NULL for STORE_LOOK_UP. */
typedef void (*password_store_fn)(void *context, enum password_store_act act, struct slice key,
                                  uint64_t now_ns, const struct remembered_archive *what);

struct password_store *password_store_new(const struct password_store_limits *limits);
void password_store_free(struct password_store **store);

/* From now on `watch` is told; NULL: nobody. */
void password_store_watch(struct password_store *store, password_store_fn watch, void *context);

/* Forgets everything. */
void password_store_clear(struct password_store *store);

/* `key` is anything that both mails have, as sender's domain and recipient. */
void password_store_add_password(struct password_store *store, struct slice key, uint64_t now_ns,
                                 const struct remembered_password *password);

/* Archives larger than archive_max_bytes are not kept; returns whether it was. */
bool password_store_add_archive(struct password_store *store, struct slice key, uint64_t now_ns,
                                const struct remembered_archive *archive);

struct pair_memory password_store_look_up(const struct password_store *store, struct slice key,
                                          uint64_t now_ns, struct arena *arena);

/* Forgets an archive that look_up() gave: it has been opened. */
void password_store_drop_archive(struct password_store *store, struct slice key, struct slice content);

#endif
