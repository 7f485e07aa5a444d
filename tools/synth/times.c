/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Times given by people and mails; see times.h.
 */
#include "tools/synth/times.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#include "base/slice.h"

/* Takes ".25" off; the rest of the digits beyond microseconds is dropped. */
static const char *read_fraction(const char *at, uint64_t *fraction_us)
{
    *fraction_us = 0;
    if (*at != '.') return at;
    uint64_t unit = 100000;
    for (at++; ascii_is_digit((uint8_t)*at); at++, unit /= 10) *fraction_us += unit * (uint64_t)(*at - '0');
    return at;
}

static bool to_us(struct tm *parts, uint64_t fraction_us, uint64_t *time_us)
{
    long offset_s = parts->tm_gmtoff;
    time_t seconds = timegm(parts);
    if (seconds < offset_s || seconds - offset_s > INT32_MAX) return false;
    *time_us = (uint64_t)(seconds - offset_s) * 1000000 + fraction_us;
    return true;
}

bool time_parse_iso(const char *text, uint64_t *time_us)
{
    struct tm parts = {0};
    uint64_t fraction_us = 0;
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);
    if (!rest) rest = strptime(text, "%Y-%m-%d %H:%M:%S", &parts);
    if (!rest) return false;
    rest = read_fraction(rest, &fraction_us);
    if (*rest) rest = strptime(rest, "%z", &parts);
    return rest && *rest == '\0' && to_us(&parts, fraction_us, time_us);
}

bool time_parse_mail(const char *text, uint64_t *time_us)
{
    struct tm parts = {0};
    const char *comma = strchr(text, ',');
    const char *rest = strptime(comma ? comma + 1 : text, " %d %b %Y %H:%M:%S", &parts);
    if (!rest) return false;
    (void)strptime(rest, " %z", &parts);
    return to_us(&parts, 0, time_us);
}
