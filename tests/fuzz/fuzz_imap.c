/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * IMAP sessions with gaps, however they are cut; the input is described in session.h.
 */
#include "tests/fuzz/session.h"

enum { PORT_IMAP = 143 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_session(PORT_IMAP, slice_make(data, size));
    return 0;
}
