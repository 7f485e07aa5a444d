/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The message view: what analysis/extract makes of a mail's bytes and all that the detections may look at.
 * Every text is valid UTF-8 (what could not be decoded stands as \xNN). Everything lives in the message's
 * arena; part paths are "1", "1.2" … as IMAP numbers them (RFC 3501 6.4.5), with "/name" appended for what
 * was found inside an archive.
 */
#ifndef MAILTAP_ANALYSIS_MESSAGE_H
#define MAILTAP_ANALYSIS_MESSAGE_H

#include "base/arena.h"
#include "base/slice.h"

/* One address of a header. For a group without members (undisclosed-recipients:;) only `name` is set. */
struct mailbox {
    struct slice name;        /* display name, decoded */
    struct slice address;     /* local@domain as written */
    struct slice local;       /* before the last @ */
    struct slice domain;      /* after it, lower case, IDN as Unicode */
    struct slice registrable; /* registrable domain (public suffix list), else the domain itself */
};

struct mailbox_list {
    struct mailbox *items;
    size_t count;
};

struct message_header {
    struct slice name;  /* as written */
    struct slice value; /* unfolded and decoded (RFC 2047, raw 8-bit) */
};

enum link_source { LINK_TEXT, LINK_HTML, LINK_FORM, LINK_ATTACHMENT, LINK_SCRIPT, LINK_CODE };

/* What browsers put right in a URL without a word; honest URLs hardly need it. */
enum url_trick {
    URL_TRICK_CONTROL = 1,   /* tabs or line ends inside scheme or host */
    URL_TRICK_BACKSLASH = 2, /* \ for / before the path */
    URL_TRICK_PERCENT = 4,   /* %XX in the host */
    URL_TRICK_INVISIBLE = 8, /* direction controls or characters without width */
    URL_TRICK_WIDE = 16,     /* full-width letters or dots in the host */
};

/* How a link stands inside of another link. */
enum link_wrapper {
    WRAPPER_NONE,
    WRAPPER_GATEWAY,    /* written by a mail gateway that checks links (url_wrappers.txt) */
    WRAPPER_REDIRECTOR, /* a service that leads anywhere (url_wrappers.txt) */
    WRAPPER_PARAMETER   /* a parameter that is a URL */
};

struct link {
    enum link_source source;
    struct slice url;          /* as written, white space trimmed */
    struct slice scheme;       /* lower case, without the colon; empty when none was written */
    struct slice host;         /* lower case, percent-decoded, IDN as Unicode */
    struct slice registrable;  /* of host; an IP address stands as itself */
    struct slice text;         /* what the reader sees; for LINK_TEXT the url itself */
    struct slice where;        /* part path */
    bool host_is_ip;           /* dotted, decimal, octal, hex or IPv6 notation */
    bool is_hidden;            /* in text of an HTML part that is not shown */
    struct slice userinfo;     /* of its URL; empty when there is none */
    struct slice path;         /* path, query and fragment as written */
    struct slice skeleton;     /* of a host beyond ASCII: what it looks like (UTS #39); else empty */
    unsigned port;             /* 0: none written */
    unsigned tricks;           /* enum url_trick, ored */
    size_t outer;              /* index of the link that wraps it, or SIZE_MAX */
    enum link_wrapper wrapper; /* how it stands in that one */
};

struct html_form {
    struct slice action;      /* URL as written; empty when it posts to itself */
    struct slice action_host; /* empty when relative or none */
    bool has_password;        /* an <input type=password>, or one named as a password or PIN */
    unsigned input_count;     /* visible text-like inputs */
};

/* Why a browser does not show a text. */
enum hidden_reason {
    HIDDEN_DISPLAY = 1,    /* display: none, or the attribute hidden */
    HIDDEN_VISIBILITY = 2, /* visibility: hidden */
    HIDDEN_FONT = 4,       /* letters of at most one pixel */
    HIDDEN_COLOR = 8,      /* the colour of the background, or transparent */
    HIDDEN_OPACITY = 16,
    HIDDEN_OFFSCREEN = 32, /* placed outside of the page */
    HIDDEN_CLIPPED = 64,   /* a box without height, width or window that cuts it off */
};

/* One text leaf (text/plain or text/html, attached or not). */
struct text_part {
    struct slice path;
    struct slice charset;      /* as declared; empty when not */
    struct slice text;         /* decoded; for HTML the visible text, blocks separated by line feeds */
    struct slice hidden;       /* HTML: text that is not shown; scripts, styles and comments are no text */
    unsigned hidden_reasons;   /* enum hidden_reason, ored */
    unsigned hidden_splits;    /* visible words that hidden text stands inside of */
    unsigned alternative;      /* texts with the same number are alternatives of each other; 0: none */
    struct slice language;     /* HTML: the first lang attribute */
    struct slice meta_charset; /* HTML: as a <meta> says */
    struct slice fonts;        /* HTML: lists of font families as written, a line each, at most 32 */
    struct slice base;         /* HTML: <base href> */
    struct html_form *forms;
    size_t form_count;
    bool is_html, is_attachment;
    bool is_alternate_reading; /* only some mail programs show it */
    bool has_refresh;          /* HTML with a meta refresh */
    bool has_script;           /* HTML with <script> or event handlers */
};

/* What a file says of itself: found by analysis/inspect, judged by the detections. */
enum file_fact_kind {
#define FACT(id, name, meaning) FACT_##id,
#include "analysis/file_facts.def"
#undef FACT
    FACT_COUNT
};

struct file_fact {
    enum file_fact_kind kind;
    struct slice value; /* at most analysis.fact_max_bytes */
};

/* How a file comes to be in the mail. */
enum file_origin {
    FILE_ATTACHED, /* a part of a mail */
    FILE_MEMBER,   /* of an archive or disk image */
    FILE_EMBEDDED, /* in a document, message file or notebook */
};

/* A name that some mail programs show for a file. */
struct file_name {
    struct slice name, extension; /* as those of struct file_part */
};

/* What mail programs read differently. */
enum oddity {
#define ODDITY(id, name, is_trick, text) ODDITY_##id,
#include "analysis/oddities.def"
#undef ODDITY
    ODDITY_COUNT
};

struct message_oddity {
    enum oddity kind;
    struct slice where; /* part path; that of the other reading, when there is one */
    struct slice what;  /* the field or line, raw; may be empty */
};

/* One leaf that is not body text, or what was found inside of one. */
struct file_part {
    struct slice path;
    struct slice name;          /* decoded (RFC 2231, RFC 2047, raw 8-bit); empty when none was given */
    struct slice extension;     /* after the last dot of name without trailing blanks and dots, lower case */
    struct slice declared_type; /* lower case media type; empty for archive members */
    struct slice detected_type; /* by content, a media type; "application/octet-stream" when unknown */
    struct slice content;       /* decoded bytes; empty for archive members that were not read */
    uint64_t size;              /* of the decoded content; for archive members as the archive says */
    char md5[33], sha1[41], sha256[65]; /* hex; empty string for members that were not read */
    size_t parent;                      /* index in files of the file that holds it, or SIZE_MAX */
    unsigned depth;                     /* 0: attached to the mail itself */
    enum file_origin origin;
    struct file_name *other_names; /* filename, filename*, name and name* may differ */
    size_t other_name_count;
    struct file_fact *facts; /* at most analysis.facts_per_file_max, in the order they were found */
    size_t fact_count;
    struct slice macros;       /* VBA source found in it, bytes of the document's charset */
    bool is_alternate_reading; /* part (or member of one) that only some mail programs see */
    bool is_inline;
    bool is_damaged;   /* bytes of it were not captured: size and hashes are of what there is */
    bool is_encrypted; /* archive member that needs a password */
};

/* A limit that kept something from being looked at: which key of the configuration, and where. */
struct message_limit {
    const char *key;
    struct slice where;
};

struct message {
    struct arena arena;

    struct message_header *headers; /* in order of appearance, of the top-level message */
    size_t header_count;
    struct mailbox_list from, sender, reply_to, to, cc, bcc;
    struct slice subject, message_id, x_mailer;
    int64_t date_s; /* Date: as seconds since 1970 UTC */
    bool has_date;

    struct text_part *texts;
    size_t text_count;
    struct file_part *files;
    size_t file_count;
    struct link *links;
    size_t link_count;
    struct message_limit *limits;
    size_t limit_count;
    struct message_oddity *oddities;
    size_t oddity_count;

    /* For word matching: NFKC, lower case, all white space removed (so that 「緊 急」 and "U R G E N T"
     * match), at most analysis.match_text_max_bytes each. The text is all body texts in order. */
    struct slice subject_folded, text_folded;
    /* The same with runs of white space kept as one blank, for matching whole words. */
    struct slice subject_words, text_words;
};

/* First header with this name (any case), or NULL. */
const struct message_header *message_find_header(const struct message *message, struct slice name);

/* The name of a kind of fact, as records show it. */
const char *file_fact_name(enum file_fact_kind kind);

/* The first fact of this kind, or NULL. */
const struct file_fact *file_find_fact(const struct file_part *file, enum file_fact_kind kind);

/* The name of an oddity, what it is, and whether generators hardly ever do it by mistake. */
const char *oddity_name(enum oddity kind);
const char *oddity_text(enum oddity kind);
bool oddity_is_trick(enum oddity kind);

/* How many names mail programs show for the file: at least one, which may be empty. */
static inline size_t file_name_count(const struct file_part *file)
{
    return 1 + file->other_name_count;
}

/* One of them; 0 is the file's own. */
static inline struct file_name file_name_at(const struct file_part *file, size_t index)
{
    return index == 0 ? (struct file_name){file->name, file->extension} : file->other_names[index - 1];
}

/* The first From mailbox, or NULL. */
static inline const struct mailbox *message_from(const struct message *message)
{
    return message->from.count > 0 ? &message->from.items[0] : NULL;
}

#endif
