/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of stream engines; see engine.h.
 */
#include "reassembly/stream/engine.h"

#include "reassembly/stream/engines.h"

static const struct engine_ops *const engines[] = {&engine_native, &engine_libnids, NULL};

const struct engine_ops *engine_find(struct slice name)
{
    for (size_t i = 0; engines[i]; i++) {
        if (slice_equal(slice_from_cstr(engines[i]->name), name)) return engines[i];
    }
    return NULL;
}

const struct engine_ops *const *engine_all(void)
{
    return engines;
}

const char *stream_close_name(enum stream_close close)
{
    static const char *const names[] = {"fin", "rst", "timeout", "evicted", "reused", "end"};
    return names[close];
}
