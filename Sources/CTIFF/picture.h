// An open TIFF file, shared by the files in this folder.
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
  // The red, green and blue of each index, for a 16-bit palette.
  uint16_t *palette[3];
  // The index of the alpha sample; 0 if there is none.
  uint16_t alpha;
  // True if colours are premultiplied by alpha.
  bool is_associated;
  // The size of a tile or strip in pixels.
  uint32_t piece_width, piece_height;
  bool is_doubtful;
  char message[200];
};

enum { WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, SEPARATED = 5, YCBCR, CIELAB = 8, ICCLAB };

// A strip or tile: its position in the image, and the size of the part that lies inside.
typedef struct {
  uint32_t x, y, width, height;
} CTIFFPiece;

// A buffer for one piece: samples as stored, or pixels converted by libtiff.
typedef struct {
  uint8_t *bytes;
  // The size of one plane in bytes.
  int64_t size;
} CTIFFBuffer;

// Returns true if samples are converted here rather than by libtiff, which ignores the alpha of 16-bit
// greyscale, never premultiplies that of 8-bit greyscale, supports neither CMYK nor 16-bit palettes nor
// planar Lab, and uses another white point for Lab.
bool ctiff_is_converted_here(const CTIFFPicture *picture);
// Returns the number of colours per pixel in samples converted here.
uint16_t ctiff_colour_count(const CTIFFPicture *picture);
// Writes the samples of a piece as RGB into the whole image.
void ctiff_convert(const CTIFFPicture *picture, CTIFFPiece piece, CTIFFBuffer buffer, uint8_t *rgb);

#endif
