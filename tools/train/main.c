/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mailtap-train: learns the text model from folders of mail, for an organisation's own or for the one that is
 * shipped; and prints the scores that a model gives, one mail a line, for evaluation.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/extract/extract.h"
#include "tools/train/learn.h"

enum { EXIT_DONE = 0, EXIT_INCOMPLETE = 1, EXIT_USAGE = 2, MODEL_MAX_BYTES = 1 << 24 };

static const char usage[] =
    "usage: mailtap-train --ham DIR… --bad DIR… -o MODEL [--cost C] [--min-mails N] [--min-folders N]\n"
    "       mailtap-train --score MODEL DIR…\n"
    "  --ham DIR…        folders of honest mail, each with one mail a file\n"
    "  --bad DIR…        folders of unwanted mail\n"
    "  -o, --output FILE the model; `analysis.model_file` of the configuration names it\n"
    "  --cost C          inverse strength of regularisation (default 4)\n"
    "  --min-mails N     leave out n-grams of fewer mails (default 3)\n"
    "  --min-folders N   leave out n-grams of fewer folders (default 1)\n"
    "  --score MODEL     print log-odds and path of every mail below DIR…\n";

struct train_options {
    struct learn_options learn;
    const char *output, *score;
    char mode; /* which list a folder belongs to: 'h', 'b', or 0 */
};

static enum status write_model(const struct text_model *model, const char *path, struct error *error)
{
    struct buffer out = buffer_make(MODEL_MAX_BYTES);
    text_model_write(model, &out);
    FILE *file = fopen(path, "wb");
    bool written = file && fwrite(out.data, 1, out.len, file) == out.len;
    if (file) written = fclose(file) == 0 && written;
    buffer_free(&out);
    return written ? STATUS_OK : error_set(error, STATUS_IO, "%s: cannot be written", path);
}

static struct text_model *open_model(const char *path, struct error *error)
{
    struct buffer bytes = buffer_make(MODEL_MAX_BYTES);
    FILE *file = fopen(path, "rb");
    if (!file) {
        (void)error_set(error, STATUS_IO, "%s: cannot be opened", path);
        return NULL;
    }
    uint8_t piece[16384];
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        (void)buffer_append(&bytes, slice_make(piece, got));
    (void)fclose(file);
    struct text_model *model = text_model_read(buffer_slice(&bytes), error);
    buffer_free(&bytes);
    return model;
}

static void print_score(void *context, const struct features *features, const char *path)
{
    (void)printf("%+.3f\t%s\n", text_model_score(context, features), path);
}

static enum status score_folders(const struct train_options *options, char **folders, int count,
                                 struct error *error)
{
    struct text_model *model = open_model(options->score, error);
    enum status status = model ? STATUS_OK : STATUS_BAD;
    for (int i = 0; i < count && status == STATUS_OK; i++)
        status = samples_walk(folders[i], print_score, model, error);
    text_model_free(&model);
    return status;
}

static enum status learn_samples(const struct sample_list *samples, const struct train_options *options,
                                 struct error *error)
{
    size_t bad = 0;
    for (size_t i = 0; i < samples->count; i++) bad += samples->items[i].is_bad;
    if (bad == 0 || bad == samples->count)
        return error_set(error, STATUS_USAGE, "training needs mails of --ham and of --bad");
    struct text_model *model = learn_model(samples, &options->learn);
    enum status status = write_model(model, options->output, error);
    text_model_free(&model);
    if (status == STATUS_OK)
        (void)fprintf(stderr, "mailtap-train: %zu honest and %zu unwanted mails, %s\n", samples->count - bad,
                      bad, options->output);
    return status;
}

/* Takes one option; folders stand behind --ham and --bad, or alone with --score. */
static enum status take_option(struct train_options *options, struct sample_list *samples, int option,
                               const char *value, struct error *error)
{
    switch (option) {
    case 'h':
    case 'b': options->mode = (char)option; return samples_add(samples, value, option == 'b', error);
    case 1: return samples_add(samples, value, options->mode == 'b', error);
    case 'o': options->output = value; return STATUS_OK;
    case 's': options->score = value; return STATUS_OK;
    case 'c': options->learn.cost = strtod(value, NULL); break;
    case 'm': options->learn.min_mails = (uint32_t)strtoul(value, NULL, 10); break;
    case 'f': options->learn.min_folders = (uint32_t)strtoul(value, NULL, 10); break;
    default: return error_set(error, STATUS_USAGE, "%s", usage);
    }
    if (options->learn.cost > 0) return STATUS_OK;
    return error_set(error, STATUS_USAGE, "--cost needs a number above 0");
}

static enum status run(int argc, char **argv, struct sample_list *samples, struct error *error)
{
    static const struct option names[] = {
        {"ham", required_argument, NULL, 'h'},         {"bad", required_argument, NULL, 'b'},
        {"output", required_argument, NULL, 'o'},      {"score", required_argument, NULL, 's'},
        {"cost", required_argument, NULL, 'c'},        {"min-mails", required_argument, NULL, 'm'},
        {"min-folders", required_argument, NULL, 'f'}, {0}};
    struct train_options options = {.learn = {.cost = 4, .min_mails = 3, .min_folders = 1}};
    enum status status = STATUS_OK;
    for (int option; status == STATUS_OK && (option = getopt_long(argc, argv, "-o:", names, NULL)) != -1;) {
        if (option == 1 && options.score)
            return score_folders(&options, argv + optind - 1, argc - optind + 1, error);
        if (option == 1 && !options.mode) return error_set(error, STATUS_USAGE, "%s", usage);
        status = take_option(&options, samples, option, optarg, error);
    }
    if (status != STATUS_OK) return status;
    if (!options.output) return error_set(error, STATUS_USAGE, "%s", usage);
    return learn_samples(samples, &options, error);
}

int main(int argc, char **argv)
{
    struct sample_list samples = {0};
    struct error error = {""};
    enum status status = run(argc, argv, &samples, &error);
    samples_free(&samples);
    extract_shutdown();
    if (status != STATUS_OK) (void)fprintf(stderr, "mailtap-train: %s\n", error.text);
    return status == STATUS_OK ? EXIT_DONE : status == STATUS_USAGE ? EXIT_USAGE : EXIT_INCOMPLETE;
}
