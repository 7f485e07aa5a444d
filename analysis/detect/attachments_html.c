/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the attachment family that look into attached web pages: forms that take a password (A19) and
 * scripts that unpack something (A20). The page is read as source; nothing is run.
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"

enum { SOURCE_LOOKED_AT_BYTES = 1024 * 1024, ENCODED_RUN_BYTES = 120 };

/* True when one of the words stands in the source; ignores ASCII case. */
static bool contains_any(struct slice source, const char *const *words, size_t count)
{
    source = slice_head(source, SOURCE_LOOKED_AT_BYTES);
    for (size_t i = 0; i < count; i++) {
        if (slice_find_nocase(source, slice_from_cstr(words[i])) < source.len) return true;
    }
    return false;
}

/* A form is honest when it posts to a secure-mail service or to the reader's own organisation; the sender's
 * own site is no excuse, as attackers have sites too. */
static bool is_honest_form(const struct detect_context *context, const struct html_form *form)
{
    return knowledge_has_domain(context->knowledge, LIST_secure_portals, form->action_host) ||
           is_recipients_domain(context, form->action_host);
}

static bool takes_password(const struct detect_context *context, const struct text_part *part)
{
    for (size_t i = 0; i < part->form_count; i++) {
        const struct html_form *form = &part->forms[i];
        if (is_honest_form(context, form)) continue;
        if (form->has_password) return true;
        if (is_senders_domain(context, form->action_host)) continue;
        if (form->action_host.len > 0 && form->input_count > 0 && context->words->best[LIST_credentials] >= 2)
            return true;
    }
    return false;
}

static void add_form(struct detect_context *context, const struct text_part *part)
{
    for (size_t i = 0; i < part->form_count; i++) {
        const struct html_form *form = &part->forms[i];
        if (!form->has_password && form->action_host.len == 0) continue;
        finding_addf(context, part->path, "form asks for %s, posts to %.*s",
                     form->has_password ? "a password" : "input",
                     SLICE_ARGS(form->action.len ? form->action : SLICE("itself")));
        return;
    }
}

static bool is_web_page(const struct file_part *file)
{
    static const char *const extensions[] = {"htm", "html", "shtml", "xhtml", "svg"};
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
        if (slice_equal(file->extension, slice_from_cstr(extensions[i]))) return true;
    }
    return false;
}

/* A password field in the source: written by a script, or in a page that was not sent as text/html. */
static bool has_password_source(const struct file_part *file)
{
    static const char *const fields[] = {"type=\"password\"", "type='password'", "type=password",
                                         "type=\\\"password\\\""};
    return contains_any(file->content, fields, sizeof fields / sizeof *fields);
}

void detect_html_form_attachment(struct detect_context *context)
{
    const struct message *message = context->message;
    bool forms_seen = false;
    for (size_t i = 0; i < message->text_count; i++) {
        const struct text_part *part = &message->texts[i];
        if (!part->is_attachment || !part->is_html) continue;
        forms_seen |= part->form_count > 0;
        if (takes_password(context, part)) add_form(context, part);
    }
    for (size_t i = 0; i < message->file_count && !forms_seen; i++) {
        const struct file_part *file = &message->files[i];
        if (!is_web_page(file) || !has_password_source(file)) continue;
        finding_addf(context, file->path, "%.*s: page with a password field in its source",
                     SLICE_ARGS(file->name));
    }
}

/* A run of base64, hexadecimal or percent-encoded bytes too long to be a name. */
static bool has_encoded_run(struct slice source)
{
    size_t run = 0;
    source = slice_head(source, SOURCE_LOOKED_AT_BYTES);
    for (size_t i = 0; i < source.len && run < ENCODED_RUN_BYTES; i++) {
        uint8_t c = source.ptr[i];
        bool encoded = ascii_is_alpha(c) || ascii_is_digit(c) || (c && strchr("+/=%", c));
        run = encoded ? run + 1 : 0;
    }
    return run >= ENCODED_RUN_BYTES;
}

/* Reports draw charts and offer downloads of what they show; unpacking encoded text first is what smuggling
 * adds. */
void detect_smuggling(struct detect_context *context)
{
    static const char *const decoders[] = {"atob(", "unescape(", "fromcharcode(", "fromcodepoint("};
    static const char *const outlets[] = {"document.write",   "innerhtml",       "createobjecturl",
                                          "mssaveoropenblob", "eval(",           ".download",
                                          "location.href",    "location.replace"};
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        if (!is_web_page(file) || !has_encoded_run(file->content)) continue;
        if (!contains_any(file->content, decoders, sizeof decoders / sizeof *decoders)) continue;
        if (!contains_any(file->content, outlets, sizeof outlets / sizeof *outlets)) continue;
        finding_addf(context, file->path, "%.*s: script unpacks an encoded text of its own",
                     SLICE_ARGS(file->name));
    }
}
