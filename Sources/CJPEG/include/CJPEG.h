// Decoding and encoding of a JPEG, from bytes to rows of RGB and back, with libjpeg-turbo's libjpeg
// interface.
//
// TurboJPEG's own interface cannot report where a file ended: its first warning hides later ones, and a file
// truncated after the last row looks like one truncated after the first. libjpeg instead calls back for more
// bytes. Its errors leave by longjmp, hence this file in C.
#ifndef CJPEG_H
#define CJPEG_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  // The size in the frame header; a stream with another size is an error.
  uint32_t width, height;
  // 1, 2, 4 or 8: the image is decoded at 1/scale of its size, rounded up.
  uint32_t scale;
  // The maximum number of scans in a progressive image.
  uint32_t scan_limit;
} CJPEGRequest;

typedef enum {
  CJPEG_COMPLETE = 0,
  CJPEG_BROKEN = 1,
  CJPEG_TOO_MANY_SCANS = 2,
  CJPEG_OUT_OF_MEMORY = 3,
} CJPEGOutcome;

typedef struct {
  CJPEGOutcome outcome;
  // The number of rows written before the first error; later rows are black.
  uint32_t rows;
  // Nonzero if the input ended before the image.
  int is_truncated;
  // The number of rows that were complete at the end of the input.
  uint32_t rows_before_end;
  // Nonzero if the data ended before the first row, so that the whole image is a uniform grey.
  int is_blank;
  // The error in the compressed data; empty if there is none.
  char message[200];
} CJPEGReport;

// Decodes `count` bytes into `pixels`, which holds ceil(height / scale) rows of ceil(width / scale)
// RGB triples. CMYK is read as Adobe writes it (inverted) and converted as Pillow does.
CJPEGReport cjpeg_decode(
    const uint8_t *bytes, size_t count, const CJPEGRequest *request, uint8_t *pixels);

// Encodes `height` rows of `width` RGB triples, at most 65,500 per side, at a quality of 1 to 100. Chroma has
// half the resolution if `subsamples`, and the file has Huffman tables of its own if `optimizes`. Returns the
// bytes, which the caller frees, and sets `count`; NULL if memory runs out.
uint8_t *cjpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int quality, int subsamples, int optimizes,
    size_t *count);

// Returns the library's version, such as "2.1.5".
const char *cjpeg_version(void);

#endif
