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
  // Of a palette of 16 bits: red, green and blue of each index.
  uint16_t *palette[3];
  // The sample that says how much of a pixel is seen; 0 if none does.
  uint16_t alpha;
  // Whether colours are already multiplied by it.
  bool is_associated;
  // Of a tile or strip, in pixels.
  uint32_t piece_width, piece_height;
  bool is_doubtful;
  char message[200];
};

enum { WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, SEPARATED = 5, YCBCR, CIELAB = 8, ICCLAB };

// A strip or tile: its place in the picture, and how much of it lies inside.
typedef struct {
  uint32_t x, y, width, height;
} CTIFFPiece;

// Room for one piece: samples as they are stored, or the pixels that libtiff makes of them.
typedef struct {
  uint8_t *bytes;
  // Of one plane.
  int64_t size;
} CTIFFBuffer;

// Whether samples are converted here rather than by libtiff, which leaves out the alpha of 16-bit
// grey, multiplies that of 8-bit grey never, knows neither CMYK nor palettes of 16 bits nor planes of
// Lab, and takes the white of Lab for another one.
bool ctiff_is_converted_here(const CTIFFPicture *picture);
// Of a pixel that is so converted.
uint16_t ctiff_colour_count(const CTIFFPicture *picture);
// Writes the samples of a piece as RGB into the whole picture.
void ctiff_convert(const CTIFFPicture *picture, CTIFFPiece piece, CTIFFBuffer buffer, uint8_t *rgb);

#endif
