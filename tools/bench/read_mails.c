/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mailtap-read: captures to whole mails and nothing else, to measure capture, decode, reassembly and sessions
 * alone. Prints one line of words and numbers.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reassembly/decode/decode.h"
#include "reassembly/session/session.h"
#include "sensor/capture.h"

struct tally {
    uint64_t mails, incomplete, mail_bytes;
};

static void count_mail(void *context, struct mail *mail)
{
    struct tally *tally = context;
    tally->mails++;
    if (!mail_is_complete(mail)) tally->incomplete++;
    tally->mail_bytes += mail->bytes.len;
    mail_free(&mail);
}

static int read_capture(const char *path, struct decoder *decoder, const struct engine_ops *ops,
                        struct engine *engine)
{
    struct error error;
    struct frame frame;
    struct packet packet;
    struct capture *capture = capture_open(path, NULL, &error);
    enum capture_result result = capture ? CAPTURE_FRAME : CAPTURE_BROKEN;
    while (result == CAPTURE_FRAME) {
        result = capture_next(capture, &frame, &error);
        if (result == CAPTURE_FRAME && decode_frame(decoder, &frame, &packet) == DECODE_PACKET)
            (void)ops->feed(engine, &packet);
    }
    capture_close(&capture);
    if (result == CAPTURE_BROKEN) (void)fprintf(stderr, "mailtap-read: %s\n", error.text);
    return result == CAPTURE_END ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct reassembly_settings settings = reassembly_default_settings();
    struct reassembly_counters counters = {0};
    struct tally tally = {0};
    struct error error;
    struct decoder decoder = {&settings, &counters, false, NULL};
    struct assembler assembler = {
        .settings = &settings, .counters = &counters, .mail_fn = count_mail, .mail_context = &tally};
    struct engine_options options = {&settings, &counters, assembler_sink(&assembler)};
    int first = argc > 2 && strcmp(argv[1], "--engine") == 0 ? 3 : 1;
    const struct engine_ops *ops = first == 3 ? engine_find(slice_from_cstr(argv[2])) : engine_all()[0];
    struct engine *engine = ops ? ops->open(&options, &error) : NULL;
    if (!engine || argc <= first) {
        (void)fprintf(stderr, "usage: mailtap-read [--engine NAME] CAPTURE…\n");
        return 2;
    }
    int status = 0;
    for (int i = first; i < argc; i++) status |= read_capture(argv[i], &decoder, ops, engine);
    ops->close(&engine);
    assembler_free(&assembler);
    decoder_free(&decoder);
    (void)printf("mails %" PRIu64 " incomplete %" PRIu64 " mail_bytes %" PRIu64 " capture_bytes %" PRIu64
                 " packets %" PRIu64 "\n",
                 tally.mails, tally.incomplete, tally.mail_bytes, counters.frame_bytes, counters.packets);
    return status;
}
