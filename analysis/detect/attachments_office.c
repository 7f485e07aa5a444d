/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the attachment family that judge what Office documents say of themselves (facts of
 * analysis/inspect): Excel 4.0 macros (A10), what is loaded from elsewhere (A11), links that start programs
 * and objects (A12), encryption (A13). All of this also occurs in honest documents, so evidence has grades.
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"
#include "analysis/extract/url.h"

enum { WORD_MAX_BYTES = LISTED_WORD_MAX_BYTES };

static bool has_fact(const struct file_part *file, enum file_fact_kind kind)
{
    return file_find_fact(file, kind);
}

static bool is_type(const struct file_part *file, const char *type)
{
    return slice_equal(file->detected_type, slice_from_cstr(type));
}

/* The first formula of an Excel 4.0 macro that starts, fetches or writes something, or NULL. */
static const struct file_fact *running_formula(const struct detect_context *context,
                                               const struct file_part *file)
{
    uint8_t room[WORD_MAX_BYTES];
    for (size_t i = 0; i < file->fact_count; i++) {
        const struct file_fact *fact = &file->facts[i];
        if (fact->kind == FACT_XLM && listed_word(context, LIST_xlm_execution, fact->value, room).len > 0)
            return fact;
    }
    return NULL;
}

void detect_excel4_macro(struct detect_context *context)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        const struct file_fact *sheet = file_find_fact(file, FACT_XLM), *begins = NULL;
        if (!sheet || is_type(file, "application/x-sylk")) continue;
        const struct file_fact *formula = running_formula(context, file);
        begins = file_find_fact(file, FACT_AUTO_EXEC);
        bool hides = has_fact(file, FACT_HIDDEN_SHEET);
        struct slice shown = formula ? formula->value : sheet->value;
        finding_addf(context, file->path, "%.*s: Excel 4.0 macro%s%s: %.*s", SLICE_ARGS(file->name),
                     begins ? ", runs by itself" : "", hides ? ", hidden sheet" : "", SLICE_ARGS(shown));
        if (!formula) finding_grade(context, begins && hides ? 2.0 : begins || hides ? 1.2 : 0.6);
        if (formula && !begins) finding_grade(context, hides ? 3.0 : 1.8);
    }
}

/* Host of a web address, or of a share in either slash ("\\host@80\share" too); lower case in the arena. */
static struct slice host_of(struct arena *arena, struct slice address)
{
    static const struct slice file = SLICE_INIT("file:"), inner = SLICE_INIT("mhtml:");
    if (slice_starts_nocase(address, inner)) address = slice_skip(address, inner.len);
    bool is_file = slice_starts_nocase(address, file);
    if (is_file) address = slice_skip(address, file.len);
    if (!is_file && slice_find(address, SLICE("://")) < address.len) return url_parse(arena, address).host;
    while (address.len > 0 && (address.ptr[0] == '/' || address.ptr[0] == '\\'))
        address = slice_skip(address, 1);
    size_t len = 0;
    while (len < address.len && !memchr("/\\@", address.ptr[len], 3)) len++;
    const char *url = arena_printf(arena, "http://%.*s/", (int)len, (const char *)address.ptr);
    return url_parse(arena, slice_from_cstr(url)).host;
}

/* Machines of the reader's own network, of the two who write to each other, and the places where Office keeps
 * shared documents. */
static bool is_expected_host(const struct detect_context *context, struct slice host)
{
    return host.len == 0 || host_is_intranet(host) || slice_index(host, '.') == host.len ||
           is_senders_domain(context, host) || is_recipients_domain(context, host) ||
           knowledge_has_domain(context->knowledge, LIST_document_services, host);
}

/* What is opened with the document and may bring code with it; pictures and the like only tell that it was
 * read. */
static bool brings_content(struct slice loaded_as)
{
    static const char *const kinds[] = {"oleObject", "frame",   "subDocument", "OLE2Link",    "LINK",
                                        "package",   "aFChunk", "control",     "INCLUDETEXT", "IMPORTDATA"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (slice_equal_nocase(loaded_as, slice_from_cstr(kinds[i]))) return true;
    }
    return slice_starts_nocase(loaded_as, SLICE("Word.")) ||
           slice_starts_nocase(loaded_as, SLICE("htmlfile"));
}

static void judge_loaded(struct detect_context *context, const struct file_part *file,
                         const struct file_fact *fact)
{
    bool is_template = fact->kind == FACT_REMOTE_TEMPLATE;
    size_t blank = is_template ? 0 : slice_index(fact->value, ' ');
    struct slice loaded_as = is_template ? SLICE("template") : slice_head(fact->value, blank);
    struct slice address = slice_trim(slice_skip(fact->value, blank));
    struct slice host = host_of(&context->message->arena, address);
    if (is_expected_host(context, host)) return;
    bool is_number = url_parse(&context->message->arena, host).host_is_ip;
    bool brings = is_template || brings_content(loaded_as);
    finding_addf(context, file->path, "%.*s loads %.*s from %.*s", SLICE_ARGS(file->name),
                 SLICE_ARGS(loaded_as), SLICE_ARGS(address));
    bool is_exploit = slice_equal(loaded_as, SLICE("OLE2Link"));
    if (!brings)
        finding_grade(context, is_number ? 2.0 : 0.3);
    else if (is_number || is_exploit)
        finding_grade(context, 4.4);
    else if (!is_template)
        finding_grade(context, 2.4);
}

void detect_remote_template(struct detect_context *context)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        for (size_t k = 0; k < file->fact_count; k++) {
            const struct file_fact *fact = &file->facts[k];
            if (fact->kind == FACT_REMOTE_TEMPLATE || fact->kind == FACT_EXTERNAL_RELATION)
                judge_loaded(context, file, fact);
        }
    }
}

/* Links between documents are honest, and programs of banks and brokers feed sheets by DDE; a command
 * interpreter is neither. */
static void judge_dde(struct detect_context *context, const struct file_part *file,
                      const struct file_fact *fact)
{
    uint8_t room[WORD_MAX_BYTES];
    if (listed_word(context, LIST_macro_execution, fact->value, room).len == 0) return;
    finding_addf(context, file->path, "%.*s: DDE starts %.*s", SLICE_ARGS(file->name),
                 SLICE_ARGS(fact->value));
}

/* Old papers hold equations of the editor whose faults are abused, but hardly in RTF. */
static void judge_equation(struct detect_context *context, const struct file_part *file)
{
    if (!has_fact(file, FACT_EQUATION)) return;
    const struct file_part *holder = file->parent == SIZE_MAX ? file : &context->message->files[file->parent];
    bool is_rtf = is_type(file, "application/rtf"), is_in_rtf = is_type(holder, "application/rtf");
    if (is_in_rtf && !is_rtf && has_fact(holder, FACT_EQUATION)) return;
    finding_addf(context, file->path, "%.*s: equation object",
                 SLICE_ARGS(is_in_rtf ? holder->name : file->name));
    if (!is_rtf && !is_in_rtf) finding_grade(context, 0.4);
}

/* A file that was put into a document, to be opened with a double click. */
static void judge_packed(struct detect_context *context, const struct file_part *file)
{
    if (file->parent == SIZE_MAX || file->origin != FILE_EMBEDDED || !runs_when_opened(context, file)) return;
    const struct file_part *holder = &context->message->files[file->parent];
    bool is_packed = has_fact(holder, FACT_EMBEDDED_FILE) || has_fact(holder, FACT_EMBEDDED_OBJECT);
    if (!is_packed || is_type(holder, "application/onenote")) return;
    finding_addf(context, file->path, "%.*s holds the program %.*s", SLICE_ARGS(holder->name),
                 SLICE_ARGS(file->name));
    finding_grade(context, 1.0);
}

void detect_office_objects(struct detect_context *context)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        for (size_t k = 0; k < file->fact_count; k++) {
            if (file->facts[k].kind == FACT_DDE) judge_dde(context, file, &file->facts[k]);
        }
        judge_equation(context, file);
        judge_packed(context, file);
    }
}

/* Macros of any kind in the document, or in what it holds. */
static bool holds_code(const struct detect_context *context, size_t index)
{
    for (size_t i = index; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        size_t holder = i, steps = 0;
        while (holder != index && holder != SIZE_MAX && steps++ < 4)
            holder = context->message->files[holder].parent;
        if (holder == index && (file->macros.len > 0 || has_fact(file, FACT_XLM))) return true;
    }
    return false;
}

void detect_encrypted_document(struct detect_context *context)
{
    for (size_t i = 0; i < context->message->file_count; i++) {
        const struct file_part *file = &context->message->files[i];
        const struct file_fact *encrypted = file_find_fact(file, FACT_ENCRYPTED);
        if (!encrypted) continue;
        bool opens = has_fact(file, FACT_DEFAULT_PASSWORD);
        finding_addf(context, file->path, "%.*s: encrypted (%.*s)%s", SLICE_ARGS(file->name),
                     SLICE_ARGS(encrypted->value), opens ? ", opens with the default password" : "");
        if (!opens)
            finding_grade(context, 0.4);
        else if (holds_code(context, i))
            finding_grade(context, 3.4);
    }
}
