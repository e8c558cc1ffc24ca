// One PNG, from bytes to rows of RGB over white, through libpng.
//
// libpng's simplified interface applies gamma and gives up a whole picture for one bad byte; this
// keeps every row that could be read. libpng's errors leave by longjmp, hence this file in C.
#ifndef CPNG_H
#define CPNG_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  // Nonzero if every row was read.
  int is_complete;
  // How much of the picture was read, in pixels over all passes.
  uint64_t pixels_read;
  // What libpng said when it stopped, or an empty string.
  char message[200];
} CPNGReport;

// Decodes a PNG of `width` by `height` pixels into `pixels`, `height` rows of `width` RGB triples.
//
// 16 bits become 8 by keeping the high byte; gamma is not applied; pixels with alpha are laid over
// white. Rows that could not be read are black; an interlaced picture is coarse where later passes
// are missing and white where all are. Checksums are not verified here.
CPNGReport cpng_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels);

// Encodes `height` rows of `width` RGB triples into `bytes`, where there is room for
// `cpng_largest_size`. Returns how many bytes were written; 0 if there was not enough memory.
size_t cpng_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t *bytes, size_t capacity);

// The most bytes that a PNG of this size can have.
size_t cpng_largest_size(uint32_t width, uint32_t height);

// The checksum that PNG puts behind each chunk, over its name and data.
uint32_t cpng_checksum(const uint8_t *bytes, size_t count);

// Unpacks as much of a compressed text as there is room for; returns how many bytes that are.
size_t cpng_inflate(const uint8_t *bytes, size_t count, uint8_t *text, size_t capacity);

// The library's version, such as "1.6.39".
const char *cpng_version(void);

#endif
