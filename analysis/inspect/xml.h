/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * XML as the formats built on it need it: a stream of elements and texts. No tree, no entities but the five
 * of XML itself, nothing fetched; a document type definition ends the reading.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_XML_H
#define MAILTAP_ANALYSIS_INSPECT_XML_H

#include "base/slice.h"

struct xml_element {
    struct slice name;      /* without its prefix */
    const void *attributes; /* for xml_attribute() */
    size_t attribute_count;
};

/* Any may be NULL. What they are told lives until they return. */
struct xml_events {
    void (*open)(void *context, const struct xml_element *element);
    void (*close)(void *context, struct slice name);
    void (*text)(void *context, struct slice text); /* a text may come in pieces */
    void *context;
};

/* Starts and ends the library. Idempotent, not thread-safe. */
void xml_init(void);
void xml_shutdown(void);

/* Reads the content from its start, on behind small faults; linear. Content is UTF-8 or UTF-16, whatever it
 * declares. */
void xml_read(struct slice content, const struct xml_events *events);

/* The value of the first attribute with this name, without regard to prefixes; empty when there is none. */
struct slice xml_attribute(const struct xml_element *element, const char *name);

#endif
