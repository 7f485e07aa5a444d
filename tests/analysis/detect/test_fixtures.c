/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs the fixture mails. `detections DIR`: for every row of the table DIR/<ID>/ must hold hit-*.eml, each of
 * which gives that finding, and miss-*.eml, none of which does. `cases DIR`: every folder DIR/<case>/ holds
 * alert-<category>-*.eml, which must raise an alert of that category, and quiet-*.eml, which must raise none.
 * The headers X-Synth-Mail-From and X-Synth-Rcpt-To at the top of a fixture are taken out and become its
 * envelope. A file NAME.session beside NAME.eml tells what its session showed (session_facts.h).
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/analysis.h"
#include "analysis/detect/yara_rules.h"
#include "session_facts.h"

enum { MAIL_MAX_BYTES = 1 << 20 };

static unsigned failures;

static void fail(const char *path, const char *what)
{
    (void)printf("FAIL %s: %s\n", path, what);
    failures++;
}

/* "<address>" without its brackets, in the mail's arena. */
static struct slice envelope_address(struct mail *mail, struct slice value)
{
    value = slice_trim(value);
    if (value.len >= 2 && value.ptr[0] == '<') value = slice_make(value.ptr + 1, value.len - 2);
    return arena_copy(&mail->arena, value);
}

/* One leading header line: the envelope's or the mail's. */
static void take_line(struct mail *mail, struct slice line)
{
    static const struct slice from = {(const uint8_t *)"X-Synth-Mail-From:", 18},
                              to = {(const uint8_t *)"X-Synth-Rcpt-To:", 16};
    if (slice_starts_nocase(line, from)) {
        mail->envelope.mail_from = envelope_address(mail, slice_skip(line, from.len));
        mail->envelope.mail_from_seen = true;
    } else if (slice_starts_nocase(line, to)) {
        *mail_add_rcpt(mail) = envelope_address(mail, slice_skip(line, to.len));
    } else if (!slice_starts_nocase(line, SLICE("X-Synth-"))) {
        (void)buffer_append(&mail->bytes, line);
        (void)buffer_append(&mail->bytes, SLICE("\r\n"));
    }
}

/* The bytes of a file, valid until the next call; false when there is none. */
static bool read_file(const char *path, struct slice *bytes)
{
    static char content[MAIL_MAX_BYTES];
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    *bytes = slice_make(content, fread(content, 1, sizeof content, file));
    (void)fclose(file);
    return true;
}

/* The fixtures' own YARA rules, DIR/A23/rules.yar. */
static bool use_rules(struct analysis *analysis, const char *dir)
{
    struct rule_source source = {.name = "A23/rules.yar"};
    struct error error = {""};
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/A23/rules.yar", dir);
    bool is_fine =
        read_file(path, &source.text) && analysis_use_rules(analysis, &source, 1, &error) == STATUS_OK;
    if (!is_fine) fail(path, error.text);
    return is_fine;
}

/* What the session showed, when a file beside the mail tells. */
static void load_session(struct mail *mail, const char *mail_path)
{
    char path[1024];
    struct slice text, line;
    size_t stem = strlen(mail_path) - strlen(".eml");
    (void)snprintf(path, sizeof path, "%.*s.session", (int)stem, mail_path);
    if (read_file(path, &text) && !session_facts_set(mail, text, &line)) {
        (void)printf("     %.*s\n", (int)line.len, (const char *)line.ptr);
        fail(path, "cannot be understood");
    }
}

static struct mail *load(const char *path)
{
    struct slice rest;
    if (!read_file(path, &rest)) return NULL;
    struct mail *mail = mail_new(MAIL_MAX_BYTES);
    for (struct slice line = slice_next_token(&rest, '\n'); line.ptr; line = slice_next_token(&rest, '\n')) {
        if (line.len > 0 && line.ptr[line.len - 1] == '\r') line.len--;
        take_line(mail, line);
    }
    mail->protocol = MAIL_SMTP;
    load_session(mail, path);
    return mail;
}

static const struct finding *find(const struct judgement *judgement, const struct detection *rule)
{
    for (size_t i = 0; i < judgement->verdict.findings.count; i++) {
        if (judgement->verdict.findings.items[i].rule == rule) return &judgement->verdict.findings.items[i];
    }
    return NULL;
}

static void explain(const struct judgement *judgement)
{
    const struct verdict *v = &judgement->verdict;
    (void)printf("     %s %u: %.*s\n", category_name(v->category), v->score, (int)v->reason.len,
                 (const char *)v->reason.ptr);
}

/* What a fixture must show, by the kind of its file name. */
static void check_detection(const struct judgement *judgement, const struct detection *rule, const char *path,
                            bool hit)
{
    const struct finding *finding = find(judgement, rule);
    if (!hit && finding) fail(path, "must not have this finding");
    if (hit && !finding) fail(path, "finding is missing");
    if (hit && finding && (finding->evidence.len == 0 || finding->where.len == 0))
        fail(path, "no evidence or place");
    if (hit && judgement->verdict.reason_ja.len == 0) fail(path, "no Japanese reason");
    if (hit != (finding != NULL)) explain(judgement);
}

static void check_case(const struct judgement *judgement, const char *name, const char *path, bool alert)
{
    const struct verdict *v = &judgement->verdict;
    bool raised = verdict_is_alert(v);
    if (alert != raised) {
        fail(path, alert ? "no alert" : "false alert");
        explain(judgement);
    } else if (alert && !slice_starts(slice_skip(slice_from_cstr(name), 6),
                                      slice_from_cstr(category_name(v->category)))) {
        fail(path, "another category");
        explain(judgement);
    }
}

static void run_mail(struct analysis *analysis, const struct detection *rule, const char *folder,
                     const char *name, bool positive)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    struct mail *mail = load(path);
    if (!mail) {
        fail(path, "cannot be read");
        return;
    }
    analysis_forget(analysis); /* fixtures share their senders and recipients */
    struct judgement *judgement = analysis_judge(analysis, mail);
    if (rule) {
        check_detection(judgement, rule, path, positive);
    } else {
        check_case(judgement, name, path, positive);
    }
    judgement_free(&judgement);
    mail_free(&mail);
}

/* Runs the .eml files of one folder; both kinds must be there. */
static void run_folder(struct analysis *analysis, const struct detection *rule, const char *folder)
{
    const char *const positive = rule ? "hit-" : "alert-", *const negative = rule ? "miss-" : "quiet-";
    struct dirent **names = NULL;
    int count = scandir(folder, &names, NULL, alphasort);
    unsigned positives = 0, negatives = 0;
    for (int i = 0; i < count; i++) {
        struct slice name = slice_from_cstr(names[i]->d_name);
        bool is_mail = slice_ends_nocase(name, SLICE(".eml"));
        bool is_positive = is_mail && slice_starts(name, slice_from_cstr(positive));
        bool is_negative = is_mail && slice_starts(name, slice_from_cstr(negative));
        positives += is_positive;
        negatives += is_negative;
        if (is_positive || is_negative) run_mail(analysis, rule, folder, names[i]->d_name, is_positive);
        free(names[i]);
    }
    free(names);
    if (positives == 0) fail(folder, rule ? "no hit-*.eml" : "no alert-*.eml");
    if (negatives == 0) fail(folder, rule ? "no miss-*.eml" : "no quiet-*.eml");
}

static void run_detections(struct analysis *analysis, const char *dir)
{
    size_t count = 0;
    const struct detection *all = detections_all(&count);
    for (size_t i = 0; i < count; i++) {
        char folder[512];
        (void)snprintf(folder, sizeof folder, "%s/%s", dir, all[i].id);
        run_folder(analysis, &all[i], folder);
    }
    (void)printf("%zu detections\n", count);
}

static void run_cases(struct analysis *analysis, const char *dir)
{
    struct dirent **names = NULL;
    int count = scandir(dir, &names, NULL, alphasort), cases = 0;
    for (int i = 0; i < count; i++) {
        char folder[512];
        (void)snprintf(folder, sizeof folder, "%s/%.200s", dir, names[i]->d_name);
        if (names[i]->d_name[0] != '.') {
            run_folder(analysis, NULL, folder);
            cases++;
        }
        free(names[i]);
    }
    free(names);
    if (cases == 0) fail(dir, "no cases");
    (void)printf("%d cases\n", cases);
}

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    struct analysis_limits limits = analysis_default_limits();
    struct error error = {""};
    struct analysis *analysis = analysis_new(&limits, &error);
    if (!analysis) {
        fail("analysis_new", error.text);
        return 1;
    }
    if (strcmp(argv[1], "cases") == 0) {
        run_cases(analysis, argv[2]);
    } else if (use_rules(analysis, argv[2])) {
        run_detections(analysis, argv[2]);
    }
    analysis_free(&analysis);
    (void)printf("%u failures\n", failures);
    return failures > 0;
}
