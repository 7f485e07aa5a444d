/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Embeds the text model as lists.c embeds the lists: by .incbin, without LTO.
 */
#include "analysis/data/model.h"

extern const uint8_t mailtap_text_model[], mailtap_text_model_end[];
__asm__(".pushsection .rodata\n"
        ".hidden mailtap_text_model\n.hidden mailtap_text_model_end\n"
        ".global mailtap_text_model\n.global mailtap_text_model_end\n"
        "mailtap_text_model:\n"
        ".incbin \"" MAILTAP_DATA_DIR "/text.model\"\n"
        "mailtap_text_model_end:\n.byte 0\n"
        ".popsection\n");

struct slice data_text_model(void)
{
    return slice_make(mailtap_text_model, (uintptr_t)mailtap_text_model_end - (uintptr_t)mailtap_text_model);
}
