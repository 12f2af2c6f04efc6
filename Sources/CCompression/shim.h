// The C libraries the container format needs: its two chunk codecs and its CRC-32.
// Debian: libzstd-dev liblz4-dev libdeflate-dev.
#include <libdeflate.h>
#include <lz4frame.h>
#include <zstd.h>
