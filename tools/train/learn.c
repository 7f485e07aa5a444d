/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Learning; see learn.h. liblinear counts features from 1: the buckets first, the flags behind them.
 */
#include "tools/train/learn.h"

#include <linear.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum { FEATURES = FEATURE_BUCKETS + FLAG_COUNT, FOLDERS_MAX = 64 };

/* A flag counts as much as a tenth of all n-grams of a mail together. */
static const double FLAG_VALUE = 0.3;

static void no_output(const char *text)
{
    (void)text;
}

/* For each bucket, whether it is common enough to be learnt. */
static bool *choose_buckets(const struct sample_list *samples, const struct learn_options *options)
{
    uint32_t *mails = mem_zalloc(FEATURE_BUCKETS, sizeof *mails);
    uint64_t *folders = mem_zalloc(FEATURE_BUCKETS, sizeof *folders);
    bool *chosen = mem_zalloc(FEATURE_BUCKETS, sizeof *chosen);
    for (size_t i = 0; i < samples->count; i++) {
        const struct sample *s = &samples->items[i];
        for (size_t k = 0; k < s->count; k++) {
            mails[s->buckets[k]]++;
            folders[s->buckets[k]] |= UINT64_C(1) << (s->folder % FOLDERS_MAX);
        }
    }
    for (size_t i = 0; i < FEATURE_BUCKETS; i++)
        chosen[i] = mails[i] >= options->min_mails &&
                    (uint32_t)__builtin_popcountll(folders[i]) >= options->min_folders;
    free(mails);
    free(folders);
    return chosen;
}

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* A mail as liblinear takes it: indices ascending, -1 behind the last. */
static struct feature_node *make_row(const struct sample *sample, const bool *chosen)
{
    struct feature_node *row = mem_zalloc((size_t)sample->count + FLAG_COUNT + 1, sizeof *row);
    double value = sample->count ? 1 / sqrt((double)sample->count) : 0;
    size_t n = 0;
    qsort(sample->buckets, sample->count, sizeof *sample->buckets, compare_u32);
    for (size_t i = 0; i < sample->count; i++) {
        if (chosen[sample->buckets[i]]) row[n++] = (struct feature_node){(int)sample->buckets[i] + 1, value};
    }
    for (int i = 0; i < FLAG_COUNT; i++) {
        if (sample->flags >> i & 1) row[n++] = (struct feature_node){FEATURE_BUCKETS + i + 1, FLAG_VALUE};
    }
    row[n].index = -1;
    return row;
}

static struct text_model *shrink(const double *weights, double sign, double bias)
{
    struct text_model *model = mem_zalloc(1, sizeof *model);
    double largest = 0;
    for (size_t i = 0; i < FEATURE_BUCKETS; i++) largest = fmax(largest, fabs(weights[i]));
    double step = largest > 0 ? largest / INT8_MAX : 1;
    model->step = (float)step;
    model->bias = (float)(sign * bias);
    for (size_t i = 0; i < FEATURE_BUCKETS; i++) model->weights[i] = (int8_t)lround(sign * weights[i] / step);
    for (size_t i = 0; i < FLAG_COUNT; i++)
        model->flags[i] = (float)(sign * weights[FEATURE_BUCKETS + i] * FLAG_VALUE);
    return model;
}

/* The bias is a feature like any other to liblinear: the last weight. */
static struct text_model *solve(const struct problem *problem, const struct sample_list *samples, double cost)
{
    size_t bad = 0;
    for (size_t i = 0; i < samples->count; i++) bad += samples->items[i].is_bad;
    int labels[] = {1, 0};
    double total = (double)samples->count;
    double balance[] = {total / (2 * fmax(1, (double)bad)), total / (2 * fmax(1, total - (double)bad))};
    struct parameter parameter = {.solver_type = L2R_LR,
                                  .eps = 0.001,
                                  .C = cost,
                                  .nr_weight = 2,
                                  .weight_label = labels,
                                  .weight = balance};
    set_print_string_function(no_output);
    struct model *learnt = train(problem, &parameter);
    double sign = learnt->label[0] == 1 ? 1 : -1;
    struct text_model *model = shrink(learnt->w, sign, learnt->w[FEATURES]);
    free_and_destroy_model(&learnt);
    return model;
}

struct text_model *learn_model(const struct sample_list *samples, const struct learn_options *options)
{
    bool *chosen = choose_buckets(samples, options);
    struct problem problem = {.l = (int)samples->count, .n = FEATURES + 1, .bias = 1};
    problem.x = mem_zalloc(samples->count + 1, sizeof(void *));
    problem.y = mem_zalloc(samples->count + 1, sizeof *problem.y);
    for (size_t i = 0; i < samples->count; i++) {
        struct feature_node *row = make_row(&samples->items[i], chosen);
        size_t n = 0;
        while (row[n].index != -1) n++;
        row = mem_realloc(row, (n + 2) * sizeof *row);
        row[n] = (struct feature_node){FEATURES + 1, 1};
        row[n + 1] = (struct feature_node){-1, 0};
        problem.x[i] = row;
        problem.y[i] = samples->items[i].is_bad ? 1 : 0;
    }
    struct text_model *model = solve(&problem, samples, options->cost);
    for (size_t i = 0; i < samples->count; i++) free(problem.x[i]);
    free(problem.x);
    free(problem.y);
    free(chosen);
    return model;
}
