/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The log; see log.h. The level is the only state, set once at start.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/utf8.h"

static enum log_level max_level = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
    max_level = level;
}

void log_message(enum log_level level, const char *format, ...)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    char text[1024];
    if (level > max_level) return;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct buffer line = buffer_make(8 * sizeof text);
    (void)buffer_printf(&line, "mailtap: %s: ", names[level]);
    utf8_escape(&line, slice_from_cstr(text));
    (void)fprintf(stderr, "%s\n", buffer_cstr(&line));
    buffer_free(&line);
}
