// What Swift needs of libxml2: its event interface, which builds no tree.
//
// Swift does not see libxml2's own headers, because they declare ICU's types, of which Foundation has others.

#ifndef CXML_H
#define CXML_H

#include <iconv.h>
#include <stddef.h>

/// Local names; a namespace is its address, or null. A value is not terminated.
typedef struct {
    const char *name;
    const char *name_space;
    const char *value;
    size_t length;
} cxml_attribute;

/// Each gets the context that was given to `cxml_parse`.
typedef struct {
    void (*begin)(void *context, const char *name, const char *name_space, const cxml_attribute *attributes, int count);
    void (*end)(void *context);
    void (*text)(void *context, const char *bytes, int count);
    void (*problem)(void *context, int line, const char *message);
} cxml_events;

/// Reads UTF-8 that has neither an XML declaration nor a document type, in steps. Goes on behind errors where it can.
/// `is_done` is asked after each step. Nothing is loaded; entities besides XML's own five are not known.
void cxml_parse(const char *bytes, size_t count, size_t step, const cxml_events *events, void *context,
                int (*is_done)(void *context));

#endif
