// An open TIFF, as the files here share it.
#ifndef CTIFF_PICTURE_H
#define CTIFF_PICTURE_H

#include "CTIFF.h"
#include "library.h"

struct CTIFFPicture {
  const uint8_t *bytes;
  uint64_t count, position;
  TIFF *tiff;
  CTIFFInfo info;
  uint16_t bits, samples, photometric;
  bool explains_samples, is_planar, is_tiled;
  // The sample that says how much of a pixel is seen; 0 if none does.
  uint16_t alpha;
  // Whether colours are already multiplied by it.
  bool is_associated;
  // Of a tile or strip, in pixels.
  uint32_t piece_width, piece_height;
  bool is_doubtful;
  char message[200];
};

enum { WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, SEPARATED = 5, YCBCR, CIELAB = 8 };

#endif
