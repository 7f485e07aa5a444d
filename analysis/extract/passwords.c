/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Candidates for passwords out of running text; see passwords.h. Every run of printable ASCII behind a word
 * for "password" is one: too many are harmless, they are tried and do not fit.
 */
#include "analysis/extract/passwords.h"

#include "analysis/data/lists.h"
#include "analysis/extract/pairs.h"
#include "base/utf8.h"

enum {
    TEXT_MAX_BYTES = 64 * 1024, /* looked at of each text */
    PASSWORD_MIN_BYTES = 3,
    PASSWORD_MAX_BYTES = 64,
    TOKENS_PER_LINE_MAX = 16,
    TOKENS_OF_OWN_LINE = 3, /* a line that holds only a password has few words */
    LINES_BEHIND = 4,       /* after the line with the word, empty ones included */
    FULL_WIDTH_FROM = 0xff01,
    FULL_WIDTH_TO = 0xff5e,
    FULL_WIDTH_OFFSET = 0xfee0,
    WIDE_BLANK = 0x3000,
};

static const struct slice words[] = {
#define PASSWORD_WORD(text) SLICE_INIT(text),
#include "analysis/extract/password_words.def"
#undef PASSWORD_WORD
};

/* Words of sentences about passwords. */
static const struct slice fillers[] = {
    SLICE_INIT("the"),     SLICE_INIT("for"),   SLICE_INIT("file"),    SLICE_INIT("zip"),
    SLICE_INIT("will"),    SLICE_INIT("sent"),  SLICE_INIT("send"),    SLICE_INIT("this"),
    SLICE_INIT("that"),    SLICE_INIT("with"),  SLICE_INIT("follows"), SLICE_INIT("attached"),
    SLICE_INIT("below"),   SLICE_INIT("email"), SLICE_INIT("mail"),    SLICE_INIT("and"),
    SLICE_INIT("archive"), SLICE_INIT("open"),  SLICE_INIT("your"),    SLICE_INIT("you"),
};

static bool is_known(const struct passwords *list, struct slice text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (slice_equal(slice_from_cstr(list->items[i].text), text)) return true;
    }
    return false;
}

static size_t count_of(const struct passwords *list, enum password_source source)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) count += list->items[i].source == source;
    return count;
}

void passwords_add(struct extractor *x, struct passwords *list, struct slice text,
                   enum password_source source, struct slice message_id)
{
    struct arena *arena = &x->message->arena;
    if (text.len == 0 || text.len > PASSWORD_MAX_BYTES || is_known(list, text)) return;
    if (count_of(list, source) >= x->limits->password_candidates_max) {
        list->is_cut = true;
        return;
    }
    list->items = view_grow(arena, list->items, list->count, &list->cap, sizeof *list->items);
    list->items[list->count++] = (struct password){arena_cstr(arena, text), source, message_id};
}

/* Full-width letters, digits and signs as their ASCII ones; nothing else changes. */
static struct slice fold_width(struct extractor *x, struct slice text)
{
    struct buffer out = buffer_make(text.len);
    while (text.len > 0) {
        int32_t c = utf8_next(&text);
        if (c >= FULL_WIDTH_FROM && c <= FULL_WIDTH_TO) c -= FULL_WIDTH_OFFSET;
        if (c == WIDE_BLANK) c = ' ';
        if (c >= 0) utf8_append(&out, c);
    }
    struct slice folded = arena_copy(&x->message->arena, buffer_slice(&out));
    buffer_free(&out);
    return folded;
}

static bool is_ascii_word(struct slice s)
{
    return s.len > 0 && s.ptr[0] < 0x80;
}

static bool is_letter_at(struct slice line, size_t at)
{
    return at < line.len && (ascii_is_alpha(line.ptr[at]) || ascii_is_digit(line.ptr[at]));
}

/* Where the text behind the word begins; SIZE_MAX when the line does not hold it. */
static size_t find_word(struct slice line, struct slice word)
{
    for (size_t from = 0; from + word.len <= line.len;) {
        size_t at = from + slice_find_nocase(slice_skip(line, from), word), end = at + word.len;
        if (end > line.len) break;
        bool alone = (at == 0 || !is_letter_at(line, at - 1)) && !is_letter_at(line, end);
        if (alone || !is_ascii_word(word)) return end;
        from = at + 1;
    }
    return SIZE_MAX;
}

/* Where the text behind the first word for "password" begins; SIZE_MAX when the line holds none. */
static size_t find_any_word(struct slice line)
{
    size_t first = SIZE_MAX;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t end = find_word(line, words[i]);
        if (end < first) first = end;
    }
    return first;
}

static bool is_filler(struct slice token)
{
    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++) {
        if (slice_equal_nocase(token, fillers[i])) return true;
    }
    return slice_find(token, SLICE("://")) < token.len;
}

static struct slice strip_before(struct slice token, const char *signs)
{
    while (token.len > 0 && strchr(signs, token.ptr[0])) token = slice_skip(token, 1);
    return token;
}

/* The token without signs around it, without what joins it to the word, and as it stands. */
static void add_token(struct extractor *x, struct passwords *list, struct slice token)
{
    struct slice joined = strip_before(token, ":=-"), bare = strip_before(token, ":=-([{<\"'`*>");
    while (bare.len > 0 && strchr(".,;:!)]}>\"'`*", bare.ptr[bare.len - 1])) bare.len--;
    if (bare.len < PASSWORD_MIN_BYTES || is_filler(bare)) return;
    struct slice none = slice_make(NULL, 0);
    passwords_add(x, list, bare, PASSWORD_OF_MAIL, none);
    if (bare.len < joined.len) passwords_add(x, list, joined, PASSWORD_OF_MAIL, none);
    if (joined.len < token.len) passwords_add(x, list, token, PASSWORD_OF_MAIL, none);
}

/* The next run of printable ASCII; empty at the end. */
static struct slice next_token(struct slice *rest)
{
    size_t from = 0;
    while (from < rest->len && (rest->ptr[from] <= ' ' || rest->ptr[from] >= 0x7f)) from++;
    size_t end = from;
    while (end < rest->len && rest->ptr[end] > ' ' && rest->ptr[end] < 0x7f) end++;
    struct slice token = slice_head(slice_skip(*rest, from), end - from);
    *rest = slice_skip(*rest, end);
    return token;
}

static void add_tokens(struct extractor *x, struct passwords *list, struct slice text)
{
    for (unsigned i = 0; i < TOKENS_PER_LINE_MAX; i++) {
        struct slice token = next_token(&text);
        if (token.len == 0) return;
        add_token(x, list, token);
    }
}

static unsigned count_tokens(struct slice text)
{
    unsigned count = 0;
    while (count <= TOKENS_OF_OWN_LINE && next_token(&text).len > 0) count++;
    return count;
}

static void find_in_text(struct extractor *x, struct passwords *list, struct slice text)
{
    struct slice rest = fold_width(x, utf8_head(text, TEXT_MAX_BYTES));
    unsigned behind_left = 0;
    for (struct slice line = slice_next_token(&rest, '\n'); line.ptr; line = slice_next_token(&rest, '\n')) {
        line = slice_trim(line);
        size_t behind = find_any_word(line);
        if (behind != SIZE_MAX) {
            add_tokens(x, list, slice_skip(line, behind));
            behind_left = LINES_BEHIND;
        } else if (behind_left > 0) {
            behind_left--;
            if (count_tokens(line) <= TOKENS_OF_OWN_LINE) add_tokens(x, list, line);
        }
    }
}

void passwords_find(struct extractor *x, struct passwords *list)
{
    const struct message *m = x->message;
    find_in_text(x, list, m->subject);
    for (size_t i = 0; i < m->text_count; i++) {
        if (!m->texts[i].is_attachment) find_in_text(x, list, m->texts[i].text);
    }
}

/* Day of the Gregorian calendar as the number yyyymmdd, of days since 1970; by counting years from March on,
 * so that a leap day is the last of its year. */
static int64_t calendar_day(int64_t days)
{
    enum {
        DAYS_TO_1970 = 719468,
        DAYS_OF_ERA = 146097,
        DAYS_OF_4 = 1460,
        DAYS_OF_100 = 36524,
        DAYS_OF_YEAR = 365
    };
    int64_t since = days + DAYS_TO_1970, era = since / DAYS_OF_ERA, day = since % DAYS_OF_ERA;
    int64_t year = (day - day / DAYS_OF_4 + day / DAYS_OF_100 - day / (DAYS_OF_ERA - 1)) / DAYS_OF_YEAR;
    int64_t in_year = day - (DAYS_OF_YEAR * year + year / 4 - year / 100);
    int64_t march_month = (5 * in_year + 2) / 153, in_month = in_year - (153 * march_month + 2) / 5 + 1;
    int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
    return (year + era * 400 + (month <= 2)) * 10000 + month * 100 + in_month;
}

/* Appends the day of the mail, so many seconds east of Greenwich, as many of its last digits as asked for. */
static void add_date(struct extractor *x, struct passwords *list, size_t digits, int64_t offset_s)
{
    enum { DAY_S = 24 * 3600 };
    int64_t seconds = x->message->date_s + offset_s;
    if (!x->message->has_date || seconds < 0) return;
    struct slice text =
        slice_from_cstr(arena_printf(&x->message->arena, "%08lld", (long long)calendar_day(seconds / DAY_S)));
    if (text.len < digits) return;
    passwords_add(x, list, slice_skip(text, text.len - digits), PASSWORD_COMMON, slice_make(NULL, 0));
}

void passwords_add_common(struct extractor *x, struct passwords *list)
{
    enum { JAPAN_S = 9 * 3600 };
    struct data_list lists[LIST_COUNT];
    data_lists_get(lists);
    struct slice rest = lists[LIST_archive_passwords].text;
    for (struct slice line = slice_next_token(&rest, '\n'); line.ptr; line = slice_next_token(&rest, '\n')) {
        line = slice_trim(line);
        if (line.len == 0 || line.ptr[0] == '#') continue;
        if (!slice_ends_nocase(line, SLICE("mmdd"))) {
            passwords_add(x, list, line, PASSWORD_COMMON, slice_make(NULL, 0));
            continue;
        }
        add_date(x, list, line.len, JAPAN_S);
        add_date(x, list, line.len, 0);
    }
}

const struct passwords *passwords_of(struct extractor *x)
{
    if (x->passwords) return x->passwords;
    x->passwords = arena_zalloc(&x->message->arena, 1, sizeof *x->passwords);
    passwords_find(x, x->passwords);
    pairs_add_passwords(x, x->passwords);
    passwords_add_common(x, x->passwords);
    return x->passwords;
}

struct slice passwords_mask(struct arena *arena, const struct password *password)
{
    size_t len = strlen(password->text);
    return slice_from_cstr(arena_printf(arena, "%c*** (%zu characters)", password->text[0], len));
}
