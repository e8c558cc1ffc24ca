// Decoding and encoding of a PNG, from bytes to rows of RGB over white and back, with libpng.
//
// libpng's simplified interface applies gamma and rejects a whole image for one damaged byte; this keeps
// every row that can be decoded. libpng's errors leave by longjmp, hence this file in C.
#ifndef CPNG_H
#define CPNG_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  // Nonzero if every row was read.
  int is_complete;
  // The number of pixels decoded, summed over all passes.
  uint64_t pixels_read;
  // libpng's message when decoding stopped; empty if it did not.
  char message[200];
} CPNGReport;

// Decodes a PNG of `width` by `height` pixels into `pixels`, `height` rows of `width` RGB triples.
//
// 16-bit samples are reduced to their high byte; gamma is not applied; pixels with alpha are composited over
// white. Rows that could not be decoded are black; an interlaced image is coarse where later passes are
// missing, and white where all are. Checksums are not verified.
CPNGReport cpng_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels);

// Encodes `height` rows of `width` RGB triples into `bytes`, which must hold `cpng_largest_size` bytes.
// Returns the number of bytes written; 0 if memory runs out.
size_t cpng_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t *bytes, size_t capacity);

// Returns the maximum size of a PNG of this size in bytes.
size_t cpng_largest_size(uint32_t width, uint32_t height);

// Returns the CRC that follows each PNG chunk, computed over its name and data.
uint32_t cpng_checksum(const uint8_t *bytes, size_t count);

// Decompresses a compressed text as far as `capacity` allows; returns the number of bytes written.
size_t cpng_inflate(const uint8_t *bytes, size_t count, uint8_t *text, size_t capacity);

// Returns the library's version, such as "1.6.39".
const char *cpng_version(void);

#endif
