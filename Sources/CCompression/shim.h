// The C libraries the container format needs: its two chunk codecs and its CRC-32.
// Debian: libzstd-dev liblz4-dev zlib1g-dev.
#include <lz4frame.h>
#include <zlib.h>
#include <zstd.h>
