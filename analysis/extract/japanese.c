/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The Japanese decoders; see japanese.h. Bytes are gathered as CP932 in c->runs and converted a run at a
 * time; JIS X 0212, which CP932 lacks, is gathered as three-byte EUC-JP.
 */
#include "analysis/extract/japanese.h"

/* Which set the escape sequences have selected. */
enum jis_set { JIS_ASCII, JIS_KANA, JIS_X0208, JIS_X0212 };

struct jis_decoder {
    struct charsets *charsets;
    struct buffer *out;
    enum charset run; /* what c->runs is gathered in: CP932 or JISX0212 */
    uint64_t bad;
};

static void flush_run(struct jis_decoder *d)
{
    struct buffer *runs = &d->charsets->runs;
    if (runs->len > 0) d->bad += charset_convert(d->charsets, d->run, buffer_slice(runs), d->out);
    buffer_clear(runs);
}

static void gather(struct jis_decoder *d, enum charset run, struct slice bytes)
{
    if (d->run != run) flush_run(d);
    d->run = run;
    (void)buffer_append(&d->charsets->runs, bytes);
}

/* Appends bytes below 0x80, which no set changes. */
static void gather_ascii(struct jis_decoder *d, struct slice bytes)
{
    gather(d, CHARSET_CP932, bytes);
}

/* Row and cell, both 0x21 to 0x7e, as the CP932 pair (JIS X 0208 annex 1). */
static void gather_pair(struct jis_decoder *d, uint8_t row, uint8_t cell)
{
    uint8_t pair[2];
    pair[0] = (uint8_t)((row - 0x21) / 2 + 0x81);
    if (pair[0] > 0x9f) pair[0] = (uint8_t)(pair[0] + 0x40);
    if (row & 1)
        pair[1] = (uint8_t)(cell + (cell < 0x60 ? 0x1f : 0x20));
    else
        pair[1] = (uint8_t)(cell + 0x7e);
    gather(d, CHARSET_CP932, slice_make(pair, 2));
}

static void gather_x0212(struct jis_decoder *d, uint8_t row, uint8_t cell)
{
    uint8_t triple[3] = {0x8f, row | 0x80, cell | 0x80};
    gather(d, CHARSET_JISX0212, slice_make(triple, 3));
}

/* A byte that has no place here: escaped as it came. */
static void escape_byte(struct jis_decoder *d, uint8_t byte)
{
    flush_run(d);
    (void)buffer_printf(d->out, "\\x%02x", byte);
    d->bad++;
}

/* Length of the escape sequence at the start of `s`, with the set it selects; 0 when it is none. */
static size_t read_escape(struct slice s, enum jis_set *set)
{
    static const struct {
        const char *sequence;
        enum jis_set set;
    } escapes[] = {
        {"\x1b(B", JIS_ASCII},  {"\x1b(J", JIS_ASCII},       {"\x1b(H", JIS_ASCII},  {"\x1b(I", JIS_KANA},
        {"\x1b$@", JIS_X0208},  {"\x1b$B", JIS_X0208},       {"\x1b$(@", JIS_X0208}, {"\x1b$(B", JIS_X0208},
        {"\x1b$(D", JIS_X0212}, {"\x1b&@\x1b$B", JIS_X0208},
    };
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        struct slice sequence = slice_from_cstr(escapes[i].sequence);
        if (!slice_starts(s, sequence)) continue;
        *set = escapes[i].set;
        return sequence.len;
    }
    return 0;
}

/* Rows that neither JIS X 0208 nor NEC nor IBM filled (carriers' emoji live there). */
static bool is_unassigned_row(uint8_t row)
{
    return (row >= 0x29 && row <= 0x2c) || row == 0x2e || row == 0x2f || (row >= 0x75 && row <= 0x78) ||
           row >= 0x7d;
}

static size_t step_pair(struct jis_decoder *d, enum jis_set set, struct slice s)
{
    if (s.len < 2 || s.ptr[0] > 0x7e || s.ptr[1] < 0x21 || s.ptr[1] > 0x7e) {
        escape_byte(d, s.ptr[0]);
        return 1;
    }
    if (set == JIS_X0212) {
        gather_x0212(d, s.ptr[0], s.ptr[1]);
    } else if (is_unassigned_row(s.ptr[0])) {
        escape_byte(d, s.ptr[0]);
        escape_byte(d, s.ptr[1]);
    } else {
        gather_pair(d, s.ptr[0], s.ptr[1]);
    }
    return 2;
}

static size_t step_single(struct jis_decoder *d, enum jis_set set, struct slice s)
{
    uint8_t byte = s.ptr[0];
    if (set == JIS_KANA && byte >= 0x21 && byte <= 0x5f) byte |= 0x80;
    if (byte < 0x80) {
        size_t run = 1;
        while (set == JIS_ASCII && run < s.len && s.ptr[run] < 0x80 && s.ptr[run] != 0x1b &&
               s.ptr[run] != 0x0e)
            run++;
        gather_ascii(d, slice_head(s, run));
        return run;
    }
    if (byte >= 0xa1 && byte <= 0xdf)
        gather(d, CHARSET_CP932, slice_make(&byte, 1));
    else
        escape_byte(d, byte);
    return 1;
}

uint64_t japanese_decode_jis(struct charsets *c, struct slice s, struct buffer *out)
{
    struct jis_decoder d = {.charsets = c, .out = out, .run = CHARSET_CP932};
    enum jis_set set = JIS_ASCII;
    c->runs.max = SIZE_MAX / 4;
    buffer_clear(&c->runs);
    while (s.len > 0) {
        size_t taken = s.ptr[0] == 0x1b ? read_escape(s, &set) : 0;
        if (taken == 0 && (s.ptr[0] == 0x0e || s.ptr[0] == 0x0f)) {
            set = s.ptr[0] == 0x0e ? JIS_KANA : JIS_ASCII; /* SO, SI */
            taken = 1;
        }
        if (taken == 0 && (s.ptr[0] == '\n' || s.ptr[0] == '\r'))
            set = JIS_ASCII; /* RFC 1468: lines end in ASCII */
        bool in_pairs = (set == JIS_X0208 || set == JIS_X0212) && s.ptr[0] > 0x20;
        if (taken == 0) taken = in_pairs ? step_pair(&d, set, s) : step_single(&d, set, s);
        s = slice_skip(s, taken);
    }
    flush_run(&d);
    return d.bad;
}

static bool is_euc_byte(uint8_t byte)
{
    return byte >= 0xa1 && byte <= 0xfe;
}

static size_t step_euc(struct jis_decoder *d, struct slice s)
{
    const uint8_t *p = s.ptr;
    if (p[0] == 0x8e && s.len >= 2 && p[1] >= 0xa1 && p[1] <= 0xdf) {
        gather(d, CHARSET_CP932, slice_make(p + 1, 1));
        return 2;
    }
    if (p[0] == 0x8f && s.len >= 3 && is_euc_byte(p[1]) && is_euc_byte(p[2])) {
        gather_x0212(d, p[1] & 0x7f, p[2] & 0x7f);
        return 3;
    }
    if (s.len >= 2 && is_euc_byte(p[0]) && is_euc_byte(p[1])) {
        gather_pair(d, p[0] & 0x7f, p[1] & 0x7f);
        return 2;
    }
    escape_byte(d, p[0]);
    return 1;
}

uint64_t japanese_decode_euc(struct charsets *c, struct slice s, struct buffer *out)
{
    struct jis_decoder d = {.charsets = c, .out = out, .run = CHARSET_CP932};
    c->runs.max = SIZE_MAX / 4;
    buffer_clear(&c->runs);
    while (s.len > 0) {
        size_t taken = 0;
        while (taken < s.len && s.ptr[taken] < 0x80) taken++;
        if (taken > 0)
            gather_ascii(&d, slice_head(s, taken));
        else
            taken = step_euc(&d, s);
        s = slice_skip(s, taken);
    }
    flush_run(&d);
    return d.bad;
}
