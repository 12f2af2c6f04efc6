#include "cxml.h"

#include <libxml/parser.h>
#include <pthread.h>
#include <string.h>

// Attributes of one element that are told; further ones are passed over.
#define MAXIMUM_ATTRIBUTES 64

typedef struct {
    const cxml_events *events;
    void *context;
} state;

static void begin_element(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespaces,
                          const xmlChar **namespace_list, int count, int defaulted, const xmlChar **list) {
    (void)prefix, (void)namespaces, (void)namespace_list, (void)defaulted;
    state *self = data;
    cxml_attribute attributes[MAXIMUM_ATTRIBUTES];
    if (count > MAXIMUM_ATTRIBUTES) count = MAXIMUM_ATTRIBUTES;
    for (int i = 0; i < count; i++) {
        // Five pointers each: local name, prefix, namespace, begin and end of the value.
        const xmlChar **fields = list + 5 * i;
        attributes[i].name = (const char *)fields[0];
        attributes[i].name_space = (const char *)fields[2];
        attributes[i].value = (const char *)fields[3];
        attributes[i].length = fields[3] && fields[4] ? (size_t)(fields[4] - fields[3]) : 0;
    }
    self->events->begin(self->context, (const char *)name, (const char *)uri, attributes, count);
}

static void end_element(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri) {
    (void)name, (void)prefix, (void)uri;
    state *self = data;
    self->events->end(self->context);
}

static void characters(void *data, const xmlChar *bytes, int count) {
    state *self = data;
    self->events->text(self->context, (const char *)bytes, count);
}

static void problem(void *data, xmlErrorPtr error) {
    state *self = data;
    // A prefix that is not declared is common, and harms nothing.
    if (error->level < XML_ERR_ERROR || error->domain == XML_FROM_NAMESPACE) return;
    self->events->problem(self->context, error->line, error->message ? error->message : "unknown");
}

static void initialize(void) { xmlInitParser(); }

void cxml_parse(const char *bytes, size_t count, size_t step, const cxml_events *events, void *context,
                int (*is_done)(void *context)) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, initialize);
    state self = {events, context};
    xmlSAXHandler handler;
    memset(&handler, 0, sizeof handler);
    handler.initialized = XML_SAX2_MAGIC;
    handler.startElementNs = begin_element;
    handler.endElementNs = end_element;
    handler.characters = characters;
    handler.ignorableWhitespace = characters;
    handler.cdataBlock = characters;
    handler.serror = problem;
    xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(&handler, &self, NULL, 0, NULL);
    if (!parser) {
        events->problem(context, 0, "no memory");
        return;
    }
    xmlCtxtUseOptions(parser, XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    for (size_t offset = 0; offset < count && !is_done(context); offset += step) {
        size_t part = count - offset < step ? count - offset : step;
        xmlParseChunk(parser, bytes + offset, (int)part, 0);
    }
    if (is_done(context)) {
        xmlStopParser(parser);
    } else {
        xmlParseChunk(parser, NULL, 0, 1);
    }
    xmlFreeParserCtxt(parser);
}
