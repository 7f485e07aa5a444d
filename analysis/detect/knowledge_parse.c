/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads the list files, each kind by its own line function (formats: heads of the files in analysis/data).
 * The lists are ours, so anything odd in them is an error that names list and line, found by the tests before
 * anyone installs it.
 */
#include "analysis/detect/knowledge_private.h"
#include "analysis/extract/url_wrap.h"
#include "base/mem.h"
#include "base/utf8.h"

struct line_reader {
    struct knowledge *knowledge;
    const struct data_list *data;
    enum list_id list;
    unsigned line;
    struct error *error;
};

static enum status bad_line(const struct line_reader *r, const char *what)
{
    return error_set(r->error, STATUS_BAD, "list %s, line %u: %s", r->data->name, r->line, what);
}

/* Normalised text has no upper case, no white space at its ends and is UTF-8 (NFKC is checked by a test). */
static const char *text_fault(struct slice text)
{
    if (text.len == 0) return "empty entry";
    if (!utf8_valid(text)) return "not UTF-8";
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z') return "upper case";
    }
    return NULL;
}

static enum status add_entry(struct line_reader *r, struct slice text, const struct brand *brand)
{
    const char *fault = text_fault(text);
    if (fault) return bad_line(r, fault);
    if (slice_index(text, ' ') < text.len) return bad_line(r, "blank inside an entry");
    if (knowledge_find(r->knowledge, r->list, text)) {
        return brand ? STATUS_OK : bad_line(r, "entry stands twice");
    }
    struct list_entry *entry = arena_zalloc(&r->knowledge->arena, 1, sizeof *entry);
    *entry = (struct list_entry){r->list, text, brand};
    knowledge_insert(r->knowledge, entry);
    return STATUS_OK;
}

static bool is_ascii(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] >= 0x80) return false;
    }
    return true;
}

static struct slice without_blanks(struct arena *arena, struct slice text)
{
    uint8_t *copy = arena_zalloc(arena, text.len + 1, 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != ' ') copy[len++] = text.ptr[i];
    }
    return slice_make(copy, len);
}

static enum status add_word(struct line_reader *r, struct slice text, unsigned strength,
                            const struct brand *brand)
{
    struct knowledge *k = r->knowledge;
    const char *fault = text_fault(text);
    if (fault) return bad_line(r, fault);
    if (k->word_count == k->word_cap) {
        k->word_cap = k->word_cap ? k->word_cap * 2 : 256;
        k->words = mem_realloc(k->words, k->word_cap * sizeof *k->words);
    }
    bool whole = is_ascii(text);
    if (!whole) text = without_blanks(&k->arena, text);
    k->words[k->word_count] = (struct word){r->list, strength, brand, text, whole, k->word_count};
    if (wordlist_add(k->automaton, text, (uint32_t)k->word_count) != STATUS_OK) {
        return bad_line(r, "too many words for the automaton");
    }
    k->word_count++;
    return STATUS_OK;
}

static enum status read_plain(struct line_reader *r, struct slice line)
{
    return add_entry(r, line, NULL);
}

static enum status read_word(struct line_reader *r, struct slice line)
{
    if (line.len < 3 || line.ptr[0] < '1' || line.ptr[0] > '3' || line.ptr[1] != ' ') {
        return bad_line(r, "not STRENGTH WORD");
    }
    return add_word(r, slice_trim(slice_skip(line, 2)), (unsigned)(line.ptr[0] - '0'), NULL);
}

static enum status parse_brand_kind(struct slice word, enum brand_kind *kind)
{
    static const char *const names[BRAND_KIND_COUNT] = {"bank",    "card", "finance",   "ec",      "courier",
                                                        "telecom", "saas", "transport", "utility", "gov"};
    for (size_t i = 0; i < BRAND_KIND_COUNT; i++) {
        if (!slice_equal(word, slice_from_cstr(names[i]))) continue;
        *kind = (enum brand_kind)i;
        return STATUS_OK;
    }
    return STATUS_BAD;
}

static enum status read_brand_domains(struct line_reader *r, struct brand *brand, struct slice domains)
{
    brand->domains = arena_zalloc(&r->knowledge->arena, domains.len / 2 + 1, sizeof *brand->domains);
    for (struct slice d = slice_next_token(&domains, ' '); d.ptr; d = slice_next_token(&domains, ' ')) {
        if (d.len == 0) continue;
        if (slice_index(d, '.') == d.len) return bad_line(r, "not a domain");
        enum status status = add_entry(r, d, brand);
        if (status != STATUS_OK) return status;
        brand->domains[brand->domain_count++] = d;
    }
    return brand->domain_count > 0 ? STATUS_OK : bad_line(r, "brand without domain");
}

/* Notes what the brand's domains begin with. */
static void add_labels(struct line_reader *r, const struct brand *brand)
{
    for (size_t i = 0; i < brand->domain_count; i++) {
        struct slice label = slice_head(brand->domains[i], slice_index(brand->domains[i], '.'));
        if (knowledge_find(r->knowledge, BRAND_LABELS, label)) continue;
        struct list_entry *entry = arena_zalloc(&r->knowledge->arena, 1, sizeof *entry);
        *entry = (struct list_entry){BRAND_LABELS, label, brand};
        knowledge_insert(r->knowledge, entry);
    }
}

static enum status read_brand(struct line_reader *r, struct slice line)
{
    bool has_name = false;
    struct brand *brand = arena_zalloc(&r->knowledge->arena, 1, sizeof *brand);
    struct slice kind = slice_trim(slice_next_token(&line, '|'));
    struct slice names = slice_next_token(&line, '|');
    struct slice domains = slice_next_token(&line, '|');
    if (!domains.ptr) return bad_line(r, "not KIND | NAMES | DOMAINS");
    if (parse_brand_kind(kind, &brand->kind) != STATUS_OK) return bad_line(r, "unknown kind of brand");
    enum status status = read_brand_domains(r, brand, slice_trim(domains));
    while (status == STATUS_OK) {
        struct slice name = slice_next_token(&names, ';');
        if (!name.ptr) break;
        name = slice_trim(name);
        bool everyday = name.len > 0 && name.ptr[0] == '?';
        if (everyday) name = slice_skip(name, 1);
        if (!brand->name.ptr) brand->name = name;
        has_name |= !everyday;
        status = add_word(r, name, everyday ? 1 : 2, brand);
    }
    if (status == STATUS_OK && has_name && brand->kind != BRAND_GOV) add_labels(r, brand);
    return status;
}

/* The table is used by analysis/extract/url_wrap.c; here it is only checked. */
static enum status read_wrapper(struct line_reader *r, struct slice line)
{
    return url_wrap_is_row(line) ? STATUS_OK : bad_line(r, "not KIND HOST PATH PARAMETER ENCODING");
}

static enum status read_list(struct line_reader *r)
{
    static enum status (*const readers[])(struct line_reader *, struct slice) = {
        [LIST_KIND_DOMAINS] = read_plain, [LIST_KIND_EXTENSIONS] = read_plain,
        [LIST_KIND_NAMES] = read_plain,   [LIST_KIND_WORDS] = read_word,
        [LIST_KIND_BRANDS] = read_brand,  [LIST_KIND_WRAPPERS] = read_wrapper,
    };
    struct slice rest = arena_copy(&r->knowledge->arena, r->data->text);
    for (struct slice line = slice_next_token(&rest, '\n'); line.ptr; line = slice_next_token(&rest, '\n')) {
        r->line++;
        line = slice_trim(line);
        if (line.len == 0 || line.ptr[0] == '#') continue;
        enum status status = readers[r->data->kind](r, line);
        if (status != STATUS_OK) return status;
    }
    return STATUS_OK;
}

struct knowledge *knowledge_parse(const struct data_list *lists, struct error *error)
{
    struct knowledge *knowledge = knowledge_alloc();
    for (size_t i = 0; i < LIST_COUNT; i++) {
        struct line_reader r = {knowledge, &lists[i], (enum list_id)i, 0, error};
        if (read_list(&r) != STATUS_OK) {
            knowledge_free(&knowledge);
            return NULL;
        }
    }
    wordlist_build(knowledge->automaton);
    return knowledge;
}
