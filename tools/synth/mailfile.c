/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mails from files; see mailfile.h.
 */
#include "tools/synth/mailfile.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/mem.h"
#include "tools/synth/envelope.h"

static const struct slice protocol_names[] = {
#define PROTOCOL(id, name, ...) SLICE_INIT(name),
#include "tools/synth/protocols.def"
#undef PROTOCOL
};

enum protocol protocol_find(struct slice name)
{
    int i = 0;
    while (i < PROTOCOL_COUNT && !slice_equal(name, protocol_names[i])) i++;
    return (enum protocol)i;
}

struct slice mail_normalise_lines(struct arena *memory, struct slice bytes)
{
    size_t bare = 0;
    for (size_t i = 0; i < bytes.len; i++)
        bare += bytes.ptr[i] == '\n' && (i == 0 || bytes.ptr[i - 1] != '\r');
    uint8_t *out = arena_zalloc(memory, bytes.len + bare + 2, 1);
    size_t len = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.ptr[i] == '\n' && (i == 0 || bytes.ptr[i - 1] != '\r')) out[len++] = '\r';
        out[len++] = bytes.ptr[i];
    }
    if (len && out[len - 1] != '\n') {
        out[len++] = '\r';
        out[len++] = '\n';
    }
    return slice_make(out, len);
}

static bool is_dot_at_line_start(struct slice s, size_t at)
{
    return s.ptr[at] == '.' && (at == 0 || (at >= 2 && s.ptr[at - 1] == '\n' && s.ptr[at - 2] == '\r'));
}

struct slice mail_stuff_dots(struct arena *memory, struct slice plain)
{
    size_t dots = 0;
    for (size_t i = 0; i < plain.len; i++) dots += is_dot_at_line_start(plain, i);
    if (dots == 0) return plain;
    uint8_t *out = arena_zalloc(memory, plain.len + dots, 1);
    size_t len = 0;
    for (size_t i = 0; i < plain.len; i++) {
        if (is_dot_at_line_start(plain, i)) out[len++] = '.';
        out[len++] = plain.ptr[i];
    }
    return slice_make(out, len);
}

static bool has_high_byte(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] & 0x80) return true;
    return false;
}

enum status mailset_add_bytes(struct mailset *set, struct slice bytes, const char *name, struct error *error)
{
    struct mail *mail = arena_zalloc(&set->memory, 1, sizeof *mail);
    struct buffer stripped = buffer_make(SIZE_MAX / 2);
    enum status status = envelope_read(mail, &set->memory, bytes, &stripped, name, error);
    if (status == STATUS_OK) {
        mail->plain = mail_normalise_lines(&set->memory, buffer_slice(&stripped));
        mail->stuffed = mail_stuff_dots(&set->memory, mail->plain);
        mail->eight_bit = has_high_byte(mail->plain);
        set->mails = mem_realloc((void *)set->mails, (set->count + 1) * sizeof(struct mail *));
        set->mails[set->count++] = mail;
    }
    buffer_free(&stripped);
    return status;
}

static enum status read_file(struct buffer *out, const char *path, struct error *error)
{
    uint8_t chunk[65536];
    size_t got = 0;
    FILE *file = fopen(path, "rb");
    if (!file) return error_set(error, STATUS_USAGE, "%s: %s", path, strerror(errno));
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0) (void)buffer_append(out, slice_make(chunk, got));
    enum status status = STATUS_OK;
    if (ferror(file)) status = error_set(error, STATUS_USAGE, "%s: %s", path, strerror(errno));
    (void)fclose(file);
    return status;
}

static enum status add_file(struct mailset *set, const char *path, struct error *error)
{
    struct buffer bytes = buffer_make(SIZE_MAX / 2);
    enum status status = read_file(&bytes, path, error);
    if (status == STATUS_OK) status = mailset_add_bytes(set, buffer_slice(&bytes), path, error);
    buffer_free(&bytes);
    return status;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* A file that was named is a mail whatever it is called; found in a directory, it has to be an .eml. */
static bool is_mail(const FTSENT *entry)
{
    if (entry->fts_info != FTS_F) return false;
    return entry->fts_level == 0 || slice_ends_nocase(slice_from_cstr(entry->fts_name), SLICE(".eml"));
}

enum status mailset_add_path(struct mailset *set, const char *path, struct error *error)
{
    char *root = mem_strdup(path);
    char *const roots[] = {root, NULL};
    size_t before = set->count;
    enum status status = STATUS_OK;
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    FTSENT *entry = NULL;
    while (tree && status == STATUS_OK && (entry = fts_read(tree)))
        if (is_mail(entry))
            status = add_file(set, entry->fts_path, error);
        else if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS)
            status = error_set(error, STATUS_USAGE, "%s: %s", entry->fts_path, strerror(entry->fts_errno));
    if (tree) (void)fts_close(tree);
    free(root);
    if (status == STATUS_OK && set->count == before)
        status = error_set(error, STATUS_USAGE, "%s: no mails (.eml files) in there", path);
    return status;
}

void mailset_free(struct mailset *set)
{
    free((void *)set->mails);
    arena_free(&set->memory);
    *set = (struct mailset){0};
}
