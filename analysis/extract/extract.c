/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The order of extraction: header, parts, what is inside of files, and the folded texts; see extract.h.
 */
#include "analysis/extract/extract.h"

#include <pthread.h>
#include <stdlib.h>

#include "analysis/extract/fold.h"
#include "analysis/extract/headers.h"
#include "analysis/extract/mime_codec.h"
#include "analysis/extract/pairs.h"
#include "analysis/extract/parts.h"
#include "analysis/extract/readings.h"
#include "analysis/inspect/archive.h"
#include "analysis/inspect/cipher.h"
#include "analysis/inspect/digest.h"
#include "analysis/inspect/inspect.h"
#include "analysis/inspect/ole.h"
#include "analysis/inspect/xml.h"
#include "base/mem.h"
#include "base/utf8.h"

static pthread_mutex_t init_lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_ready;

void extract_init(void)
{
    (void)pthread_mutex_lock(&init_lock);
    if (!is_ready) {
        charset_init();
        digest_init();
        cipher_init();
        archive_init();
        ole_init();
        xml_init();
        mime_codec_init();
        is_ready = true;
    }
    (void)pthread_mutex_unlock(&init_lock);
}

void extract_shutdown(void)
{
    (void)pthread_mutex_lock(&init_lock);
    if (is_ready) {
        mime_codec_shutdown();
        xml_shutdown();
        archive_shutdown();
        cipher_shutdown();
        digest_shutdown();
        charset_shutdown();
        is_ready = false;
    }
    (void)pthread_mutex_unlock(&init_lock);
}

/* Keeps what was folded, without a character cut at its end. */
static struct slice keep_folded(struct arena *arena, struct buffer *folded)
{
    struct slice text = buffer_slice(folded);
    while (folded->overflowed && text.len > 0 &&
           !utf8_valid(slice_skip(text, text.len > 4 ? text.len - 4 : 0)) &&
           (text.ptr[text.len - 1] & 0x80)) {
        text.len--;
        if ((text.ptr[text.len] & 0xc0) == 0xc0) break;
    }
    return arena_copy(arena, slice_trim(text));
}

static void fold_subject(struct extractor *x)
{
    struct message *m = x->message;
    struct buffer joined = buffer_make(x->limits->match_text_max_bytes), words = joined;
    fold_append(m->subject, &joined, &words);
    m->subject_folded = keep_folded(&m->arena, &joined);
    m->subject_words = keep_folded(&m->arena, &words);
    buffer_free(&joined);
    buffer_free(&words);
}

static void fold_texts(struct extractor *x)
{
    struct message *m = x->message;
    struct buffer joined = buffer_make(x->limits->match_text_max_bytes), words = joined;
    for (size_t i = 0; i < m->text_count; i++) {
        if (m->texts[i].is_attachment) continue;
        if (words.len > 0) fold_append(SLICE("\n"), &joined, &words);
        fold_append(m->texts[i].text, &joined, &words);
    }
    if (joined.overflowed || words.overflowed) VIEW_LIMIT(x, match_text_max_bytes, SLICE("text"));
    m->text_folded = keep_folded(&m->arena, &joined);
    m->text_words = keep_folded(&m->arena, &words);
    buffer_free(&joined);
    buffer_free(&words);
}

static void release(struct extractor *x)
{
    x->counters->charset_undeclared += x->charsets.undeclared;
    x->counters->charset_undecodable_bytes += x->charsets.undecodable_bytes;
    charsets_close(&x->charsets);
    digests_free(&x->digests);
    buffer_free(&x->transfer);
    buffer_free(&x->text);
    buffer_free(&x->unpacked);
    buffer_free(&x->visible);
    buffer_free(&x->words);
}

struct message *extract_message(const struct mail *mail, const struct analysis_limits *limits,
                                struct analysis_counters *counters, struct password_store *store)
{
    extract_init();
    struct message *message = mem_zalloc(1, sizeof *message);
    struct extractor x = {
        .message = message, .mail = mail, .limits = limits, .counters = counters, .store = store};
    struct parts_root root = {.entity.path = SLICE("")};
    x.nested_room = (uint64_t)mail->bytes.len * 4;
    headers_read(&x, buffer_slice(&mail->bytes), &root);
    if (entity_is_type(&root.entity, SLICE("multipart/")) &&
        !message_find_header(message, SLICE("MIME-Version")))
        readings_note(&x, ODDITY_NO_VERSION, SLICE("header"), root.entity.content_type);
    parts_walk_message(&x, &root, 0);
    inspect_files(&x);
    fold_subject(&x);
    fold_texts(&x);
    pairs_finish(&x);
    release(&x);
    return message;
}

void message_free(struct message **message)
{
    if (!*message) return;
    arena_free(&(*message)->arena);
    free(*message);
    *message = NULL;
}

const struct message_header *message_find_header(const struct message *message, struct slice name)
{
    for (size_t i = 0; i < message->header_count; i++) {
        if (slice_equal_nocase(message->headers[i].name, name)) return &message->headers[i];
    }
    return NULL;
}
