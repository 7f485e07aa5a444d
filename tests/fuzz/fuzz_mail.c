/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One mail through the analysis rooms: extraction, detections, verdict. Input: the mail's bytes.
 */
#include "analysis/analysis.h"
#include "tests/fuzz/fuzz.h"

enum { MAIL_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct analysis *analysis; /* lists are loaded once; reachable at the end */
    struct analysis_limits limits = analysis_default_limits();
    struct error error = {""};
    if (!analysis) analysis = analysis_new(&limits, &error);
    FUZZ_CHECK(analysis);
    struct mail *mail = mail_new(MAIL_MAX);
    mail->protocol = MAIL_FILE;
    mail->via = MAIL_VIA_FILE;
    (void)buffer_append(&mail->bytes, slice_make(data, size));
    struct judgement *judgement = analysis_judge(analysis, mail);
    FUZZ_CHECK(judgement->verdict.score <= 100);
    judgement_free(&judgement);
    mail_free(&mail);
    return 0;
}
