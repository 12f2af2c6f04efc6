// The reference that rows in a database are: Debian's libsqlite3-dev. Only the benchmarks need it.
#include <sqlite3.h>
