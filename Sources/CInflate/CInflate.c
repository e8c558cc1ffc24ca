#include "CInflate.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

struct CInflate {
  z_stream stream;
  CInflateForm form;
  // 1 between two files of a gzip: after the end of one, before the first byte of the next.
  int is_between;
};

CInflate *cinflate_begin(CInflateForm form) {
  CInflate *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  self->form = form;
  // Plus 16 demands the header of gzip; negative demands none.
  int bits = form == CINFLATE_GZIP ? MAX_WBITS + 16 : -MAX_WBITS;
  if (inflateInit2(&self->stream, bits) == Z_OK) return self;
  free(self);
  return NULL;
}

static unsigned limited(size_t count) { return count < UINT_MAX ? (unsigned)count : UINT_MAX; }

CInflateStatus cinflate_next(
    CInflate *self, const uint8_t *input, size_t *input_count, uint8_t *output,
    size_t *output_count) {
  z_stream *stream = &self->stream;
  while (*input_count > 0 || !self->is_between) {
    if (self->is_between) {
      // Zeros may pad a gzip, as on a tape; anything else but another gzip ends it.
      if (*input != 0x1f) return CINFLATE_END;
      if (inflateReset(stream) != Z_OK) return CINFLATE_NO_MEMORY;
      self->is_between = 0;
    }
    unsigned given = limited(*input_count), room = limited(*output_count);
    stream->next_in = (Bytef *)input;
    stream->avail_in = given;
    stream->next_out = output;
    stream->avail_out = room;
    int code = inflate(stream, Z_NO_FLUSH);
    input += given - stream->avail_in;
    *input_count -= given - stream->avail_in;
    output += room - stream->avail_out;
    *output_count -= room - stream->avail_out;
    if (code == Z_STREAM_END) {
      if (self->form == CINFLATE_RAW) return CINFLATE_END;
      self->is_between = 1;
      continue;
    }
    if (code == Z_MEM_ERROR) return CINFLATE_NO_MEMORY;
    if (code != Z_OK && code != Z_BUF_ERROR) return CINFLATE_DAMAGED;
    if (*output_count == 0) return CINFLATE_FULL;
    if (*input_count == 0) return CINFLATE_NEEDS_INPUT;
  }
  // Between two files and without input: complete, unless more comes.
  return CINFLATE_END;
}

const char *cinflate_problem(CInflate *self) {
  return self->stream.msg ? self->stream.msg : "not compressed data";
}

void cinflate_end(CInflate *self) {
  inflateEnd(&self->stream);
  free(self);
}

uint32_t cinflate_checksum(const uint8_t *bytes, size_t count) {
  uLong sum = crc32(0, NULL, 0);
  while (count > 0) {
    unsigned part = limited(count);
    sum = crc32(sum, bytes, part);
    bytes += part;
    count -= part;
  }
  return (uint32_t)sum;
}
