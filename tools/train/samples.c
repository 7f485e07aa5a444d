/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading mails for training; see samples.h.
 */
#include "tools/train/samples.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/extract/extract.h"
#include "base/mem.h"

enum { MAIL_MAX_BYTES = 1 << 26 };

static int compare_names(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static struct mail *read_mail(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    struct mail *mail = mail_new(MAIL_MAX_BYTES);
    mail->protocol = MAIL_FILE;
    mail->via = MAIL_VIA_FILE;
    uint8_t piece[16384];
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        (void)buffer_append(&mail->bytes, slice_make(piece, got));
    bool failed = ferror(file) != 0;
    (void)fclose(file);
    if (failed) mail_free(&mail);
    return mail;
}

/* The walk of one folder. */
struct walk {
    struct features *features;
    struct analysis_limits limits;
    struct analysis_counters counters;
    sample_fn each;
    void *context;
};

static bool visit(struct walk *walk, const char *path)
{
    struct mail *mail = read_mail(path);
    if (!mail) return false;
    struct message *message = extract_message(mail, &walk->limits, &walk->counters, NULL);
    features_read(walk->features, message, walk->limits.model_text_max_bytes);
    walk->each(walk->context, walk->features, path);
    message_free(&message);
    mail_free(&mail);
    return true;
}

enum status samples_walk(const char *path, sample_fn each, void *context, struct error *error)
{
    char *roots[] = {mem_strdup(path), NULL};
    struct walk walk = {.limits = analysis_default_limits(), .each = each, .context = context};
    enum status status = STATUS_OK;
    size_t visited = 0;
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, compare_names);
    walk.features = features_new();
    for (FTSENT *entry = tree ? fts_read(tree) : NULL; entry && status == STATUS_OK; entry = fts_read(tree)) {
        bool is_file = entry->fts_info == FTS_F;
        bool is_lost = entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR;
        if (is_file) visited++;
        if (is_lost || (is_file && !visit(&walk, entry->fts_accpath)))
            status = error_set(error, STATUS_IO, "%s: %s", entry->fts_path,
                               strerror(is_lost ? entry->fts_errno : errno));
    }
    if (status == STATUS_OK && visited == 0) status = error_set(error, STATUS_IO, "%s: no mails", path);
    if (tree) (void)fts_close(tree);
    features_free(&walk.features);
    free(roots[0]);
    return status;
}

/* Where the mails of one folder go. */
struct gathering {
    struct sample_list *list;
    bool is_bad;
};

static void gather(void *context, const struct features *features, const char *path)
{
    (void)path;
    struct gathering *to = context;
    struct sample_list *list = to->list;
    if (list->count == list->cap) {
        list->cap = list->cap ? list->cap * 2 : 1024;
        list->items = mem_realloc(list->items, list->cap * sizeof *list->items);
    }
    uint32_t *buckets = mem_zalloc(features->count + 1, sizeof *buckets);
    memcpy(buckets, features->buckets, features->count * sizeof *buckets);
    list->items[list->count++] =
        (struct sample){buckets, (uint32_t)features->count, features->flags, list->folders, to->is_bad};
}

enum status samples_add(struct sample_list *list, const char *path, bool is_bad, struct error *error)
{
    struct gathering to = {list, is_bad};
    enum status status = samples_walk(path, gather, &to, error);
    list->folders++;
    return status;
}

void samples_free(struct sample_list *list)
{
    for (size_t i = 0; i < list->count; i++) free(list->items[i].buckets);
    free(list->items);
    *list = (struct sample_list){0};
}
