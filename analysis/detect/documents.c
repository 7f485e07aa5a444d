/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the attachment and link families that judge what stands in documents and pictures: PDFs that
 * do something by themselves (A15), codes to be scanned (A18), and where documents lead (U19).
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"

/* Words of scripts that start what the PDF carries, or hide what they do. To open a site, to print and to
 * compute is daily use of forms. */
static bool is_hostile_script(struct slice script)
{
    static const char *const words[] = {"exportDataObject", "nLaunch",          "unescape(",
                                        "fromCharCode",     "importDataObject", "Collab.getIcon",
                                        "collectEmailInfo", "media.newPlayer"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (slice_find(script, slice_from_cstr(words[i])) < script.len) return true;
    }
    return false;
}

static const struct file_fact *find_hostile_script(const struct file_part *file)
{
    for (size_t i = 0; i < file->fact_count; i++) {
        const struct file_fact *fact = &file->facts[i];
        if (fact->kind == FACT_JAVASCRIPT && is_hostile_script(fact->value)) return fact;
    }
    return NULL;
}

/* An action that goes somewhere as soon as the document is opened. Printing and scripts are daily use. */
static const struct file_fact *find_automatic(const struct file_part *file)
{
    static const char *const kinds[] = {"Launch", "URI", "SubmitForm", "GoToR", "GoToE", "ImportData"};
    for (size_t i = 0; i < file->fact_count; i++) {
        const struct file_fact *fact = &file->facts[i];
        for (size_t k = 0; fact->kind == FACT_OPEN_ACTION && k < sizeof kinds / sizeof *kinds; k++) {
            if (slice_equal(fact->value, slice_from_cstr(kinds[k]))) return fact;
        }
    }
    return NULL;
}

static bool is_document(const struct file_part *file)
{
    return slice_equal(file->detected_type, SLICE("application/pdf")) ||
           slice_equal(file->extension, SLICE("pdf"));
}

static const struct file_part *find_program_in(const struct detect_context *context, size_t parent)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        if (file->parent == parent && runs_when_opened(context, file)) return file;
    }
    return NULL;
}

void detect_active_pdf(struct detect_context *context)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        if (!is_document(file)) continue;
        const struct file_fact *launch = file_find_fact(file, FACT_LAUNCH), *opens = find_automatic(file);
        bool runs_script = file_find_fact(file, FACT_OPEN_ACTION) != NULL;
        const struct file_fact *script = runs_script ? find_hostile_script(file) : NULL;
        const struct file_part *program = find_program_in(context, i);
        if (launch)
            finding_addf(context, file->path, "%.*s starts %.*s", SLICE_ARGS(file->name),
                         SLICE_ARGS(launch->value));
        else if (program)
            finding_addf(context, file->path, "%.*s holds %.*s", SLICE_ARGS(file->name),
                         SLICE_ARGS(program->name));
        else if (script)
            finding_addf(context, file->path, "%.*s runs %.*s", SLICE_ARGS(file->name),
                         SLICE_ARGS(script->value));
        else if (opens)
            finding_addf(context, file->path, "%.*s: opening it starts %.*s", SLICE_ARGS(file->name),
                         SLICE_ARGS(opens->value));
    }
}

static bool is_web_link(const struct link *link)
{
    return link->host.len > 0 && slice_starts(link->scheme, SLICE("http"));
}

/* Neither the sender's, nor the recipient's, nor of a service that everybody's mail and documents lead to. */
static bool leads_elsewhere(const struct detect_context *context, const struct link *link)
{
    return !is_senders_domain(context, link->host) && !is_recipients_domain(context, link->host) &&
           !knowledge_has_domain(context->knowledge, LIST_link_trackers, link->host) &&
           !knowledge_has_domain(context->knowledge, LIST_mail_providers, link->host) &&
           !knowledge_has_domain(context->knowledge, LIST_meeting_services, link->host);
}

/* The mail itself leads nowhere but to its sender or recipient. */
static bool has_no_other_way(const struct detect_context *context)
{
    for (size_t i = 0; i < context->message->link_count; i++) {
        const struct link *link = &context->message->links[i];
        bool is_of_file = link->source == LINK_ATTACHMENT || link->source == LINK_CODE;
        if (!is_of_file && is_web_link(link) && leads_elsewhere(context, link)) return false;
    }
    return true;
}

/* Flyers and signatures carry codes beside links; a mail that asks to scan its only way out is a lure. */
void detect_code_link(struct detect_context *context)
{
    const struct word_hits *words = context->words;
    bool asks = words->best[LIST_scan_requests] > 0;
    bool is_notice = words->best[LIST_credentials] >= 2 || words->best[LIST_account_notices] >= 2;
    bool is_only_way = has_no_other_way(context);
    if (is_list_mail(context->message) || !(is_only_way || (asks && is_notice))) return;
    for (size_t i = 0; i < context->message->link_count; i++) {
        const struct link *link = &context->message->links[i];
        if (link->source != LINK_CODE || link->host.len == 0 || !leads_elsewhere(context, link)) continue;
        finding_add(context, link->where, link->url);
        if (!asks || !(is_only_way || is_notice)) finding_grade(context, 0.8);
    }
}

/* The one foreign site that a file leads to, or NULL when it leads to none or several. */
static const struct link *find_only_way(const struct detect_context *context, const struct file_part *file)
{
    const struct link *only = NULL;
    for (size_t i = 0; i < context->message->link_count; i++) {
        const struct link *link = &context->message->links[i];
        if (link->source != LINK_ATTACHMENT || !slice_equal(link->where, file->path) || !is_web_link(link))
            continue;
        if (!leads_elsewhere(context, link)) return NULL;
        if (only && !slice_equal(only->registrable, link->registrable)) return NULL;
        only = link;
    }
    return only;
}

void detect_document_link(struct detect_context *context)
{
    if (is_list_mail(context->message) || !has_no_other_way(context)) return;
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        const struct link *link = find_only_way(context, file);
        if (link)
            finding_addf(context, file->path, "%.*s leads to %.*s", SLICE_ARGS(file->name),
                         SLICE_ARGS(link->url));
    }
}
