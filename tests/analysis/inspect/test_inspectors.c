/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every file of tests/fixtures/files (written by tools/fixtures/make_files.py) is attached to a mail under
 * its own name; what the view then says must be the text of NAME.view beside it. The same files cut off and
 * with bits turned must be survived. `test_inspectors DIR` tests, `test_inspectors print FILE…` prints their
 * views.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/extract/extract.h"
#include "base/utf8.h"

enum { FILE_MAX_BYTES = 4 << 20, CUTS = 48, FLIPS = 96 };

static unsigned failures, files;

static struct analysis_limits limits;
static struct analysis_counters counters;

static bool read_file(const char *path, struct buffer *bytes)
{
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    buffer_reserve(bytes, FILE_MAX_BYTES);
    bytes->len = fread(bytes->data, 1, FILE_MAX_BYTES, file);
    (void)fclose(file);
    return true;
}

static struct message *view_of(const char *name, struct slice content)
{
    struct mail *mail = mail_new((size_t)FILE_MAX_BYTES * 2);
    (void)buffer_printf(&mail->bytes,
                        "Content-Disposition: attachment; filename=\"%s\"\r\n"
                        "Content-Type: application/octet-stream\r\n\r\n",
                        name);
    (void)buffer_append(&mail->bytes, content);
    struct message *message = extract_message(mail, &limits, &counters, NULL);
    mail_free(&mail);
    return message;
}

static void print_slice(struct buffer *out, const char *before, struct slice text)
{
    (void)buffer_append_cstr(out, before);
    (void)buffer_append(out, text);
}

static void print_file(struct buffer *out, const struct message *message, const struct file_part *file)
{
    static const char *const origins[] = {"attached", "member", "embedded"};
    print_slice(out, "", file->path);
    print_slice(out, " ", file->detected_type);
    (void)buffer_printf(out, " %s %llu%s\n", origins[file->origin], (unsigned long long)file->size,
                        file->is_encrypted ? " encrypted" : "");
    if (file->parent != SIZE_MAX && file->depth != message->files[file->parent].depth + 1)
        (void)buffer_append_cstr(out, "  WRONG DEPTH\n");
    for (size_t i = 0; i < file->fact_count; i++) {
        (void)buffer_printf(out, "  %s: ", file_fact_name(file->facts[i].kind));
        utf8_escape(out, file->facts[i].value);
        (void)buffer_append_byte(out, '\n');
    }
    if (file->macros.len > 0) (void)buffer_printf(out, "  macros: %zu bytes\n", file->macros.len);
}

static void print_view(struct buffer *out, const struct message *message)
{
    for (size_t i = 0; i < message->file_count; i++) print_file(out, message, &message->files[i]);
    for (size_t i = 0; i < message->link_count; i++) {
        print_slice(out, "link ", message->links[i].where);
        print_slice(out, " ", message->links[i].url);
        (void)buffer_append_byte(out, '\n');
    }
    for (size_t i = 0; i < message->limit_count; i++) {
        (void)buffer_printf(out, "limit %s", message->limits[i].key);
        print_slice(out, " ", message->limits[i].where);
        (void)buffer_append_byte(out, '\n');
    }
}

static void print_file_view(const char *path)
{
    struct buffer content = buffer_make(FILE_MAX_BYTES), view = buffer_make(FILE_MAX_BYTES);
    const char *slash = strrchr(path, '/');
    if (read_file(path, &content)) {
        struct message *message = view_of(slash ? slash + 1 : path, buffer_slice(&content));
        print_view(&view, message);
        (void)fputs(buffer_cstr(&view), stdout);
        message_free(&message);
    }
    buffer_free(&content);
    buffer_free(&view);
}

static void check_view(const char *path, const char *name, struct slice content)
{
    char view_path[1100];
    struct buffer want = buffer_make(FILE_MAX_BYTES), got = buffer_make(FILE_MAX_BYTES);
    (void)snprintf(view_path, sizeof view_path, "%s.view", path);
    bool found = read_file(view_path, &want);
    struct message *message = view_of(name, content);
    print_view(&got, message);
    if (!found || !slice_equal(buffer_slice(&got), buffer_slice(&want))) {
        (void)printf("FAIL %s\n-- got\n%s-- want\n%s", path, buffer_cstr(&got), buffer_cstr(&want));
        failures++;
    }
    message_free(&message);
    buffer_free(&want);
    buffer_free(&got);
}

static void survive(const char *name, struct slice content)
{
    struct message *message = view_of(name, content);
    if (message->file_count == 0) failures++;
    message_free(&message);
}

/* Cuts everywhere in the first bytes, then at even distances; turns bits at places that look random. */
static void damage(const char *name, struct slice content)
{
    for (size_t i = 0; i < CUTS; i++) {
        size_t len = i < CUTS / 2 ? i * 5 : content.len * (i - CUTS / 2) / (CUTS / 2);
        survive(name, slice_head(content, len));
    }
    uint8_t *bytes = (uint8_t *)(uintptr_t)content.ptr;
    uint64_t state = 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < FLIPS && content.len > 0; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        size_t range = i % 2 && content.len > 512 ? 512 : content.len;
        size_t at = (size_t)(state >> 33) % range;
        uint8_t before = bytes[at];
        bytes[at] = (uint8_t)(i % 3 ? before ^ 1u << (state >> 20 & 7) : 0xff);
        survive(name, content);
        bytes[at] = before;
    }
}

static void run_file(const char *dir, const char *name)
{
    char path[1024];
    struct buffer content = buffer_make(FILE_MAX_BYTES);
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    if (read_file(path, &content)) {
        check_view(path, name, buffer_slice(&content));
        damage(name, buffer_slice(&content));
        files++;
    }
    buffer_free(&content);
}

static void run_folder(const char *dir)
{
    struct dirent **names = NULL;
    int count = scandir(dir, &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        struct slice name = slice_from_cstr(names[i]->d_name);
        if (name.ptr[0] != '.' && !slice_ends_nocase(name, SLICE(".view"))) run_file(dir, names[i]->d_name);
        free(names[i]);
    }
    free(names);
    if (files == 0) failures++;
    (void)printf("%u files, %u failures\n", files, failures);
}

int main(int argc, char **argv)
{
    limits = analysis_default_limits();
    if (argc < 2) return 2;
    bool only_prints = strcmp(argv[1], "print") == 0;
    if (!only_prints) run_folder(argv[1]);
    for (int i = 2; i < argc && only_prints; i++) print_file_view(argv[i]);
    extract_shutdown();
    return failures > 0;
}
