/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See transfer.h.
 */
#include "analysis/extract/transfer.h"

#include "analysis/extract/mime_codec.h"

enum { SAMPLE_MAX_BYTES = 2048, BASE64_MIN_CHARS = 24, LINE_MAX_CHARS = 1000 };

static bool is_base64_char(uint8_t c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '+' || c == '/' || c == '=';
}

/* What the beginning of the content is made of. */
struct sample {
    size_t digits;  /* characters of base64 */
    size_t others;  /* neither these nor line ends */
    size_t blanks;  /* inside lines */
    size_t escapes; /* "=XX" and "=" at the end of a line */
};

static bool is_escape(struct slice s)
{
    static const char hex[] = "0123456789ABCDEFabcdef";
    if (s.len < 3 || s.ptr[0] != '=' || s.ptr[1] == 0 || s.ptr[2] == 0) return false;
    if (s.ptr[1] == '\n' || s.ptr[1] == '\r') return true;
    return strchr(hex, s.ptr[1]) && strchr(hex, s.ptr[2]);
}

static struct sample take_sample(struct slice content)
{
    struct sample sample = {0};
    content = slice_head(slice_trim(content), SAMPLE_MAX_BYTES);
    for (size_t i = 0; i < content.len; i++) {
        uint8_t c = content.ptr[i];
        sample.escapes += c == '=' && is_escape(slice_skip(content, i));
        if (is_base64_char(c))
            sample.digits++;
        else if (c == ' ' || c == '\t')
            sample.blanks++;
        else
            sample.others += c != '\r' && c != '\n';
    }
    return sample;
}

/* All base64, in lines that no text has. */
static bool looks_like_base64(struct slice content)
{
    struct sample sample = take_sample(content);
    content = slice_head(slice_trim(content), SAMPLE_MAX_BYTES);
    bool has_upper = false, has_lower = false;
    for (size_t i = 0; i < content.len; i++) {
        has_upper |= content.ptr[i] >= 'A' && content.ptr[i] <= 'Z';
        has_lower |= content.ptr[i] >= 'a' && content.ptr[i] <= 'z';
    }
    return sample.digits >= BASE64_MIN_CHARS && sample.others == 0 && sample.blanks == 0 && has_upper &&
           has_lower;
}

static bool looks_like_quoted_printable(struct slice content)
{
    struct sample sample = take_sample(content);
    return sample.escapes > 2 && sample.escapes * 200 > sample.digits;
}

/* One character in ten is none of base64: text that somebody declared wrongly. */
static bool is_no_base64(struct slice content)
{
    struct sample sample = take_sample(content);
    return sample.others + sample.blanks >= BASE64_MIN_CHARS / 2 &&
           (sample.others + sample.blanks) * 10 > sample.digits + sample.others + sample.blanks;
}

static bool is_known_encoding(struct slice value)
{
    static const char *const known[] = {"7bit", "8bit", "binary", "7-bit", "8-bit", "7 bit", "8 bit"};
    value = slice_trim(slice_head(params_skip_comments(value), slice_index(value, ';')));
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (slice_starts_nocase(value, slice_from_cstr(known[i]))) return true;
    }
    return value.len == 0 || mime_encoding_find(value) != MIME_IDENTITY;
}

/* What the content is encoded in, by its looks. */
static struct slice guess_encoding(struct slice content)
{
    if (looks_like_base64(content)) return SLICE("base64");
    return looks_like_quoted_printable(content) ? SLICE("quoted-printable") : SLICE("");
}

/* Some decoders stop at the padding, others go on. */
static bool ends_early(struct slice content, struct transfer_doubt *doubt)
{
    size_t end = slice_index(content, '=');
    while (end < content.len && content.ptr[end] == '=') end++;
    if (!looks_like_base64(slice_skip(content, end))) return false;
    doubt->kind = ODDITY_PADDING_INSIDE;
    doubt->other = SLICE("base64");
    doubt->other_len = end;
    return true;
}

static bool is_attached(const struct entity *entity)
{
    return slice_starts_nocase(slice_trim(entity->disposition), SLICE("attachment")) ||
           entity_is_type(entity, SLICE("application/")) || entity_is_type(entity, SLICE("image/"));
}

bool transfer_doubt(const struct entity *entity, struct slice content, struct transfer_doubt *doubt)
{
    enum mime_encoding encoding = mime_encoding_find(entity->encoding);
    struct slice last = entity->last_encoding;
    *doubt = (struct transfer_doubt){.what = entity->encoding, .other = SLICE(""), .other_len = content.len};
    if (last.ptr && mime_encoding_find(last) != encoding) {
        doubt->kind = ODDITY_ENCODINGS;
        doubt->what = doubt->other = last;
        doubt->has_other = true;
        return true;
    }
    if (!is_known_encoding(entity->encoding)) {
        doubt->kind = ODDITY_UNKNOWN_ENCODING;
        doubt->other = guess_encoding(content);
        doubt->has_other = doubt->other.len > 0;
        return true;
    }
    doubt->kind = ODDITY_WRONG_ENCODING;
    doubt->has_other = true;
    if (encoding == MIME_BASE64) return is_no_base64(content) || ends_early(content, doubt);
    if (encoding != MIME_IDENTITY || !is_attached(entity) || !looks_like_base64(content)) return false;
    doubt->other = SLICE("base64");
    return true;
}
