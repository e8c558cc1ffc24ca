// One JPEG, from bytes to rows of RGB and back, through libjpeg-turbo's libjpeg interface.
//
// TurboJPEG's own interface cannot tell where a file ended: its first warning hides the later ones,
// and a file that stops after the last row looks like one that stops after the first. libjpeg calls
// us for more bytes, which is the fact itself. Its errors leave by longjmp, hence this file in C.
#ifndef CJPEG_H
#define CJPEG_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  // The size in the frame header; a stream that turns out to have another is broken.
  uint32_t width, height;
  // 1, 2, 4 or 8: the picture is decoded at 1/scale of its size, rounded up.
  uint32_t scale;
  // The most scans a progressive picture may have.
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
  // Rows written before the first trouble; the rows after them are black.
  uint32_t rows;
  // Nonzero if the bytes ran out before the end of the picture.
  int is_truncated;
  // Rows that were complete when the bytes ran out.
  uint32_t rows_before_end;
  // Nonzero if the data ended before they made a row: all there is of the picture is one grey.
  int is_blank;
  // What was wrong with the compressed data, or an empty string.
  char message[200];
} CJPEGReport;

// Decodes `count` bytes into `pixels`, which holds ceil(height / scale) rows of ceil(width / scale)
// RGB triples. CMYK is read as Adobe writes it (inverted) and converted as Pillow does.
CJPEGReport cjpeg_decode(
    const uint8_t *bytes, size_t count, const CJPEGRequest *request, uint8_t *pixels);

// Encodes `height` rows of `width` RGB triples at a quality of 1 to 100, at most 65,500 a side; the colours
// at half the resolution if they are to be subsampled, and with Huffman tables of its own if those are to be
// optimized. Returns the bytes, to be given to free(), and sets `count`; NULL if there is no memory.
uint8_t *cjpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int quality, int subsamples, int optimizes,
    size_t *count);

// The library's version, such as "2.1.5".
const char *cjpeg_version(void);

#endif
