/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one user of libxml2; see xml.h. Its own limits stay on (depth of elements, length of texts); entities
 * cannot be declared, as reading stops where a document type definition begins.
 */
#include "analysis/inspect/xml.h"

#include <limits.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

enum { ATTRIBUTE_FIELDS = 5 }; /* name, prefix, URI, value, end of the value */

struct reader {
    const struct xml_events *events;
    xmlParserCtxtPtr parser;
};

static struct slice text_of(const xmlChar *text)
{
    return slice_from_cstr((const char *)text);
}

static void on_open(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                    int namespace_count, const xmlChar **namespaces, int count, int defaulted,
                    const xmlChar **attributes)
{
    const struct reader *r = context;
    (void)prefix;
    (void)uri;
    (void)namespace_count;
    (void)namespaces;
    (void)defaulted;
    struct xml_element element = {text_of(name), attributes, (size_t)count};
    if (r->events->open) r->events->open(r->events->context, &element);
}

static void on_close(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    const struct reader *r = context;
    (void)prefix;
    (void)uri;
    if (r->events->close) r->events->close(r->events->context, text_of(name));
}

static void on_text(void *context, const xmlChar *text, int len)
{
    const struct reader *r = context;
    if (r->events->text) r->events->text(r->events->context, slice_make(text, (size_t)len));
}

static void on_doctype(void *context, const xmlChar *name, const xmlChar *public_id, const xmlChar *system_id)
{
    const struct reader *r = context;
    (void)name;
    (void)public_id;
    (void)system_id;
    xmlStopParser(r->parser);
}

/* Hostile content is no error; nothing is printed. */
static void on_error(void *context, const char *message, ...)
{
    (void)context;
    (void)message;
}

void xml_init(void)
{
    xmlInitParser();
    xmlSetGenericErrorFunc(NULL, on_error);
}

void xml_shutdown(void)
{
    xmlCleanupParser();
}

static bool is_utf16(struct slice content)
{
    if (content.len < 2) return false;
    uint8_t a = content.ptr[0], b = content.ptr[1];
    return (a == 0xff && b == 0xfe) || (a == 0xfe && b == 0xff) || (a == '<' && b == 0) ||
           (a == 0 && b == '<');
}

void xml_read(struct slice content, const struct xml_events *events)
{
    struct reader reader = {.events = events};
    xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
                             .startElementNs = on_open,
                             .endElementNs = on_close,
                             .characters = on_text,
                             .cdataBlock = on_text,
                             .internalSubset = on_doctype};
    if (content.len == 0 || content.len > INT_MAX) return;
    reader.parser = xmlNewParserCtxt();
    if (!reader.parser) return;
    *reader.parser->sax = handler;
    reader.parser->userData = &reader;
    (void)xmlCtxtReadMemory(
        reader.parser, (const char *)content.ptr, (int)content.len, NULL, is_utf16(content) ? NULL : "UTF-8",
        XML_PARSE_NONET | XML_PARSE_RECOVER | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT);
    if (reader.parser->myDoc) xmlFreeDoc(reader.parser->myDoc);
    reader.parser->myDoc = NULL;
    xmlFreeParserCtxt(reader.parser);
}

struct slice xml_attribute(const struct xml_element *element, const char *name)
{
    const xmlChar *const *at = element->attributes;
    for (size_t i = 0; i < element->attribute_count; i++, at += ATTRIBUTE_FIELDS) {
        if (strcmp((const char *)at[0], name) == 0) return slice_make(at[3], (size_t)(at[4] - at[3]));
    }
    return slice_make(NULL, 0);
}
