/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The judgement of a mail that could not be analysed: nothing is known of its content but that it stopped the
 * program that looked into it, which honest mail does not. See analysis.h.
 */
#include "analysis/analysis.h"
#include "base/mem.h"

static const struct detection analyzer_failed = {
    .id = "analyzer-failed",
    .title = "a mail that could not be analysed",
    .title_ja = "解析できなかったメール",
    .looks_at = "the process that analyses the mail",
    .explain = "The analysis of this mail crashed, hung or took too much, twice. Nothing in it was judged.",
    .explain_ja =
        "このメールの解析は二度とも異常終了したか、時間・資源の上限を超えました。内容は判定されていません。",
    .weight = 6.0,
    .family = FAMILY_CONTEXT,
};

struct judgement *analysis_failed(struct slice why)
{
    struct judgement *judgement = mem_zalloc(1, sizeof *judgement);
    judgement->message = mem_zalloc(1, sizeof *judgement->message);
    struct arena *arena = &judgement->message->arena;
    struct finding *finding = arena_zalloc(arena, 1, sizeof *finding);
    *finding = (struct finding){.rule = &analyzer_failed,
                                .weight = analyzer_failed.weight,
                                .evidence = arena_copy(arena, why),
                                .where = SLICE("mail")};
    struct detect_context context = {.message = judgement->message};
    verdict_reach(&judgement->verdict, &context, (struct finding_list){finding, 1});
    return judgement;
}
