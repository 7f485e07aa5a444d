/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Embeds the list files by the assembler's .incbin, which gcc and clang both have; MAILTAP_DATA_DIR comes
 * from CMake, which also rebuilds this file when a list changes. Built without LTO, which does not see
 * symbols made in assembler.
 */
#include "analysis/data/lists.h"

#define LIST(name, kind)                                                                                     \
    extern const uint8_t mailtap_list_##name[], mailtap_list_end_##name[];                                   \
    __asm__(".pushsection .rodata\n"                                                                         \
            ".hidden mailtap_list_" #name "\n.hidden mailtap_list_end_" #name "\n"                           \
            ".global mailtap_list_" #name "\n.global mailtap_list_end_" #name "\n"                           \
            "mailtap_list_" #name ":\n"                                                                      \
            ".incbin \"" MAILTAP_DATA_DIR "/" #name ".txt\"\n"                                               \
            "mailtap_list_end_" #name ":\n.byte 0\n"                                                         \
            ".popsection\n");
#include "analysis/data/lists.def"
#undef LIST

void data_lists_get(struct data_list lists[LIST_COUNT])
{
#define LIST(name, kind)                                                                                     \
    lists[LIST_##name] =                                                                                     \
        (struct data_list){#name, LIST_KIND_##kind,                                                          \
                           slice_make(mailtap_list_##name,                                                   \
                                      (uintptr_t)mailtap_list_end_##name - (uintptr_t)mailtap_list_##name)};
#include "analysis/data/lists.def"
#undef LIST
}
