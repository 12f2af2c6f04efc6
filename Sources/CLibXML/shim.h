// Where libxml2's headers are is known to pkg-config. Debian: libxml2-dev.
#include <libxml/parser.h>
