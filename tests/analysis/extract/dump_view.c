/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Prints what extraction makes of mail files, for check_golden.py: for each a line "mail PATH", then lines
 * "subject", "from", "file" and "text", each with its value; line ends and tabs in values are blanks.
 */
#include <stdio.h>

#include "support.h"

enum { TEXT_SHOWN_BYTES = 4000 };

static void print_value(const char *key, struct slice value)
{
    (void)printf("%s ", key);
    for (size_t i = 0; i < value.len && i < TEXT_SHOWN_BYTES; i++)
        (void)putchar(value.ptr[i] < 0x20 ? ' ' : value.ptr[i]);
    (void)putchar('\n');
}

static void print_mail(const char *path)
{
    struct message *m = extract_fixture(path);
    const struct mailbox *from = message_from(m);
    (void)printf("mail %s\n", path);
    print_value("subject", m->subject);
    if (from) print_value("from", from->name);
    for (size_t i = 0; i < m->file_count; i++) {
        if (m->files[i].depth == 0 && !m->files[i].is_alternate_reading)
            print_value("file", m->files[i].name);
    }
    for (size_t i = 0; i < m->text_count; i++) {
        const struct text_part *text = &m->texts[i];
        if (!text->is_attachment && !text->is_alternate_reading)
            print_value(text->is_html ? "html" : "text", text->text);
    }
    message_free(&m);
}

int main(int argc, char **argv)
{
    (void)support_reset(NULL);
    for (int i = 1; i < argc; i++) print_mail(argv[i]);
    (void)support_shutdown(NULL);
    return 0;
}
