/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What mails of a pair give one another; see pairs.h.
 */
#include "analysis/extract/pairs.h"

#include "analysis/extract/domain.h"
#include "analysis/extract/files.h"
#include "analysis/extract/password_store.h"
#include "analysis/inspect/inspect.h"

enum { PASSWORDS_LEFT_MAX = 8, TELLING_MAX_BYTES = 4096 };

/* Words of folded text without which no password is told: quicker than looking for one. */
static const struct slice hints[] = {
    SLICE_INIT("パス"),   SLICE_INIT("pass"),     SLICE_INIT("pw"),         SLICE_INIT("キー"),
    SLICE_INIT("コード"), SLICE_INIT("暗証"),     SLICE_INIT("密"),         SLICE_INIT("비밀번호"),
    SLICE_INIT("암호"),   SLICE_INIT("p/w"),      SLICE_INIT("psw"),        SLICE_INIT("code"),
    SLICE_INIT("пароль"), SLICE_INIT("kennwort"), SLICE_INIT("contraseña"),
};

static struct slice lower_copy(struct arena *arena, struct slice text)
{
    struct slice copy = arena_copy(arena, slice_trim(text));
    uint8_t *bytes = (uint8_t *)(uintptr_t)copy.ptr;
    for (size_t i = 0; i < copy.len; i++) bytes[i] = ascii_lower(bytes[i]);
    return copy;
}

/* True when `a` stands before `b` in the alphabet, ignoring ASCII case. */
static bool is_before(struct slice a, struct slice b)
{
    for (size_t i = 0; i < a.len && i < b.len; i++) {
        uint8_t x = ascii_lower(a.ptr[i]), y = ascii_lower(b.ptr[i]);
        if (x != y) return x < y;
    }
    return a.len < b.len;
}

static void take_first(struct slice *first, struct slice address)
{
    if (address.len > 0 && (first->len == 0 || is_before(address, *first))) *first = address;
}

static struct slice first_recipient(const struct extractor *x)
{
    struct slice first = slice_make(NULL, 0);
    const struct message *m = x->message;
    for (size_t i = 0; i < x->mail->envelope.rcpt_count; i++)
        take_first(&first, x->mail->envelope.rcpt_to[i]);
    for (size_t i = 0; first.len == 0 && i < m->to.count; i++) take_first(&first, m->to.items[i].address);
    return first;
}

static struct slice sender_domain(const struct extractor *x)
{
    const struct mailbox *from = message_from(x->message);
    if (from && from->registrable.len > 0) return from->registrable;
    struct slice address = x->mail->envelope.mail_from;
    size_t at = address.len;
    while (at > 0 && address.ptr[at - 1] != '@') at--;
    if (at == 0) return slice_make(NULL, 0);
    return domain_registrable(domain_normalize(&x->message->arena, slice_skip(address, at)));
}

struct slice pairs_key(struct extractor *x)
{
    struct arena *arena = &x->message->arena;
    struct slice domain = sender_domain(x), recipient = lower_copy(arena, first_recipient(x));
    if (domain.len == 0 || recipient.len == 0) return slice_make(NULL, 0);
    return slice_from_cstr(arena_printf(arena, "%.*s %.*s", (int)domain.len, (const char *)domain.ptr,
                                        (int)recipient.len, (const char *)recipient.ptr));
}

void pairs_add_passwords(struct extractor *x, struct passwords *list)
{
    struct slice key = x->store ? pairs_key(x) : slice_make(NULL, 0);
    if (key.len == 0) return;
    struct pair_memory memory = password_store_look_up(x->store, key, x->mail->last_ns, &x->message->arena);
    for (size_t i = memory.password_count; i > 0; i--) { /* the latest first */
        const struct remembered_password *password = &memory.passwords[i - 1];
        passwords_add(x, list, password->text, PASSWORD_OF_OTHER, password->message_id);
    }
}

/* Mails that bring a password are short. */
static bool tells_passwords(const struct message *m)
{
    struct slice text = slice_head(m->text_folded, TELLING_MAX_BYTES);
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) {
        if (slice_find(text, hints[i]) < text.len) return true;
        if (slice_find(m->subject_folded, hints[i]) < m->subject_folded.len) return true;
    }
    return false;
}

/* Adds the archive of an earlier mail, when a password of this one opens it; else leaves the view as it was.
 */
static bool open_earlier(struct extractor *x, const struct remembered_archive *archive)
{
    struct message *m = x->message;
    size_t index = m->file_count;
    uint64_t unpacked = x->unpacked_bytes;
    struct file_part *file = view_add_file(x, SLICE("earlier mail"));
    if (!file) return false;
    file->path = slice_from_cstr(arena_printf(&m->arena, "%.*s/%.*s", (int)archive->message_id.len,
                                              (const char *)archive->message_id.ptr, (int)archive->name.len,
                                              (const char *)archive->name.ptr));
    file->name = archive->name;
    file->declared_type = SLICE("");
    file->content = archive->content;
    file->size = archive->content.len;
    file->depth = 1; /* no attachment of this mail */
    files_describe(x, index);
    inspect_file(x, index);
    if (!file_find_fact(&m->files[index], FACT_OPENED)) {
        m->file_count = index;
        x->unpacked_bytes = unpacked;
        return false;
    }
    inspect_add_fact(x, index, FACT_EARLIER_MAIL, archive->message_id);
    x->inspected_files = index + 1;
    inspect_files(x);
    return true;
}

static void open_earlier_archives(struct extractor *x, struct slice key)
{
    struct pair_memory memory = password_store_look_up(x->store, key, x->mail->last_ns, &x->message->arena);
    for (size_t i = 0; i < memory.archive_count; i++) {
        if (slice_equal(memory.archives[i].message_id, x->message->message_id)) continue;
        if (open_earlier(x, &memory.archives[i]))
            password_store_drop_archive(x->store, key, memory.archives[i].content);
    }
}

static void leave_passwords(struct extractor *x, struct slice key)
{
    size_t left = 0;
    for (size_t i = 0; i < x->passwords->count && left < PASSWORDS_LEFT_MAX; i++) {
        const struct password *password = &x->passwords->items[i];
        if (password->source != PASSWORD_OF_MAIL) continue;
        struct remembered_password note = {slice_from_cstr(password->text), x->message->message_id};
        password_store_add_password(x->store, key, x->mail->last_ns, &note);
        left++;
    }
}

static bool is_locked_archive(const struct message *m, size_t index)
{
    if (!slice_equal(m->files[index].detected_type, SLICE("application/zip"))) return false;
    if (file_find_fact(&m->files[index], FACT_OPENED)) return false;
    for (size_t i = index + 1; i < m->file_count; i++) {
        if (m->files[i].parent == index && m->files[i].is_encrypted) return true;
    }
    return false;
}

static void leave_archives(struct extractor *x, struct slice key, size_t file_count)
{
    const struct message *m = x->message;
    for (size_t i = 0; i < file_count; i++) {
        if (m->files[i].content.len == 0 || !is_locked_archive(m, i)) continue;
        struct remembered_archive note = {m->files[i].name, m->files[i].content, m->message_id};
        x->counters->archives_remembered +=
            password_store_add_archive(x->store, key, x->mail->last_ns, &note);
    }
}

void pairs_finish(struct extractor *x)
{
    bool has_locked = x->passwords != NULL, tells = tells_passwords(x->message);
    struct slice key = x->store && (has_locked || tells) ? pairs_key(x) : slice_make(NULL, 0);
    if (key.len == 0) return;
    size_t file_count = x->message->file_count;
    if (tells && !x->passwords) {
        x->passwords = arena_zalloc(&x->message->arena, 1, sizeof *x->passwords);
        passwords_find(x, x->passwords);
    }
    if (tells && x->passwords->count > 0) open_earlier_archives(x, key);
    if (has_locked) leave_archives(x, key, file_count);
    if (tells) leave_passwords(x, key);
}
