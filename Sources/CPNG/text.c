#include "CPNG.h"

#include <zlib.h>

size_t cpng_inflate(const uint8_t *bytes, size_t count, uint8_t *text, size_t capacity) {
  z_stream stream = {.next_in = (Bytef *)bytes, .next_out = text};
  if (count > 1 << 30 || capacity > 1 << 30 || inflateInit(&stream) != Z_OK) return 0;
  stream.avail_in = (uInt)count;
  stream.avail_out = (uInt)capacity;
  inflate(&stream, Z_SYNC_FLUSH);
  size_t written = stream.total_out;
  inflateEnd(&stream);
  return written;
}
