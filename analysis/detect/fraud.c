/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the wording family that are about money taken by words alone: a payment moved to another
 * account (B03), a number to call (B04), extortion (B05). No link and no attachment has to be there.
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/rules.h"

enum {
    THREATS_MIN = 2, /* strength of the words of extortion beside a wallet */
    WALLET_MIN = 26, /* characters of a Bitcoin address (BIP 173, Base58Check) */
    WALLET_MAX = 62,
    BASE58_WALLET_MAX = 35,
    ETHEREUM_WALLET_LEN = 42, /* "0x" and 40 hexadecimal digits (EIP-55) */
    PHONE_DIGITS_MIN = 10,
    PHONE_DIGITS_MAX = 15 /* ITU-T E.164 */
};

/* A transfer that nobody may be asked about needs no further evidence. */
static const double secret_payment_weight = 4.2;

static struct slice place_of(const struct word_hit *hit)
{
    return hit->place == WORD_IN_SUBJECT ? SLICE("header:Subject") : SLICE("body");
}

void detect_payment_change(struct detect_context *context)
{
    const struct word_hits *words = context->words;
    if (words->best[LIST_payment_changes] < 2 || is_list_mail(context->message)) return;
    const struct word_hit *hit = words_best(words, LIST_payment_changes);
    const struct word_hit *secret = words_best(words, LIST_secrecy);
    if (words->best[LIST_secrecy] < 2) {
        finding_add(context, place_of(hit), hit->context);
        return;
    }
    finding_addf(context, place_of(hit), "%.*s; and: %.*s", SLICE_ARGS(hit->context),
                 SLICE_ARGS(secret->context));
    finding_grade(context, secret_payment_weight);
}

/* ---- a number to call ---- */

static bool stands_in_phone(uint8_t c)
{
    return ascii_is_digit(c) || slice_index(SLICE(" -().+"), c) < 6;
}

/* The first run of digits that can be a telephone number, as it stands in the text; empty when none. */
static struct slice find_phone(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        size_t start = i, end = i, digits = 0;
        for (; i < text.len && stands_in_phone(text.ptr[i]); i++) {
            if (!ascii_is_digit(text.ptr[i])) continue;
            if (digits++ == 0) start = i;
            end = i + 1;
        }
        if (digits >= PHONE_DIGITS_MIN && digits <= PHONE_DIGITS_MAX)
            return slice_make(text.ptr + start, end - start);
    }
    return slice_make(NULL, 0);
}

void detect_callback(struct detect_context *context)
{
    const struct message *message = context->message;
    if (context->words->best[LIST_callbacks] < 2 || is_list_mail(message)) return;
    for (size_t i = 0; i < message->link_count; i++)
        if (message->links[i].source != LINK_TEXT || message->links[i].scheme.len > 0) return;
    const struct word_hit *hit = words_best(context->words, LIST_callbacks);
    struct slice phone = find_phone(message->text_words);
    if (phone.len == 0) return;
    finding_addf(context, place_of(hit), "%.*s; number %.*s", SLICE_ARGS(hit->context), SLICE_ARGS(phone));
}

/* ---- extortion ---- */

static bool is_lower(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_hex(uint8_t c)
{
    return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
}

static bool is_base58(uint8_t c)
{
    return (ascii_is_digit(c) && c != '0') || (ascii_is_alpha(c) && c != 'O' && c != 'I' && c != 'l');
}

/* "1…" or "3…" in Base58Check: digits, capitals and small letters mixed. */
static bool is_base58_wallet(struct slice word)
{
    bool has_digit = false, has_upper = false, has_lower = false;
    size_t i = 1;
    if ((word.ptr[0] != '1' && word.ptr[0] != '3') || word.len > BASE58_WALLET_MAX) return false;
    for (; i < word.len && is_base58(word.ptr[i]); i++) {
        has_digit |= ascii_is_digit(word.ptr[i]);
        has_lower |= is_lower(word.ptr[i]);
        has_upper |= ascii_is_alpha(word.ptr[i]) && !is_lower(word.ptr[i]);
    }
    return i == word.len && has_digit && has_upper && has_lower;
}

/* True for the form of a Bitcoin or Ethereum address. */
static bool is_wallet(struct slice word)
{
    size_t i = 0;
    if (word.len == ETHEREUM_WALLET_LEN && slice_starts(word, SLICE("0x"))) {
        for (i = 2; i < word.len && is_hex(word.ptr[i]);) i++;
        return i == word.len;
    }
    if (word.len < WALLET_MIN || word.len > WALLET_MAX) return false;
    if (!slice_starts(word, SLICE("bc1"))) return is_base58_wallet(word);
    while (i < word.len && (ascii_is_digit(word.ptr[i]) || is_lower(word.ptr[i]))) i++;
    return i == word.len;
}

static bool is_alphanumeric(uint8_t c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c);
}

static struct slice find_wallet(struct slice text)
{
    for (size_t i = 0; i < text.len;) {
        size_t end = i;
        while (end < text.len && is_alphanumeric(text.ptr[end])) end++;
        struct slice word = slice_make(text.ptr + i, end - i);
        if (is_wallet(word)) return word;
        i = end + 1;
    }
    return slice_make(NULL, 0);
}

void detect_extortion(struct detect_context *context)
{
    const struct message *message = context->message;
    const struct word_hits *words = context->words;
    if (words->best[LIST_extortion] < 2 || words->strength[LIST_extortion] < THREATS_MIN) return;
    for (size_t i = 0; i < message->text_count; i++) {
        struct slice wallet = find_wallet(message->texts[i].text);
        if (wallet.len == 0) continue;
        finding_addf(context, message->texts[i].path, "%.*s; wallet %.*s",
                     SLICE_ARGS(words_best(words, LIST_extortion)->context), SLICE_ARGS(wallet));
        return;
    }
}
