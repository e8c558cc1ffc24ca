#include <stdlib.h>
#include <string.h>

#include "picture.h"
#include "CAlpha.h"

// A strip or tile: its place in the picture, and how much of it lies inside.
typedef struct {
  uint32_t x, y, width, height;
} Piece;

// Room for one piece: samples as they are stored, or the pixels that libtiff makes of them.
typedef struct {
  uint8_t *bytes;
  // Of one plane.
  tmsize_t size;
} Buffer;

// MARK: Grey and RGB of 8 and 16 bits

// Converted here, as libtiff leaves out the alpha of 16-bit grey, and multiplies that of 8-bit grey never.
static bool is_plain(const CTIFFPicture *p) {
  return p->photometric <= RGB && (p->bits == 8 || p->bits == 16);
}

static bool read_samples(CTIFFPicture *p, Piece piece, Buffer buffer) {
  uint16_t planes = p->is_planar ? p->samples : 1;
  for (uint16_t plane = 0; plane < planes; plane++) {
    uint8_t *target = buffer.bytes + plane * buffer.size;
    tmsize_t count;
    if (p->is_tiled) {
      uint32_t tile = libtiff.TIFFComputeTile(p->tiff, piece.x, piece.y, 0, plane);
      count = libtiff.TIFFReadEncodedTile(p->tiff, tile, target, buffer.size);
    } else {
      uint32_t strip = libtiff.TIFFComputeStrip(p->tiff, piece.y, plane);
      count = libtiff.TIFFReadEncodedStrip(p->tiff, strip, target, buffer.size);
    }
    if (count < 0) return false;
  }
  return true;
}

// The high byte of a sample of a pixel of the piece.
static uint8_t sample(const CTIFFPicture *p, Buffer buffer, uint64_t pixel, uint16_t place) {
  const uint8_t *plane = buffer.bytes;
  uint64_t index = pixel;
  if (p->is_planar) plane += place * buffer.size;
  else index = pixel * p->samples + place;
  if (p->bits == 8) return plane[index];
  uint16_t value;
  memcpy(&value, plane + 2 * index, 2);
  return (uint8_t)(value >> 8);
}

static void convert_samples(CTIFFPicture *p, Piece piece, Buffer buffer, uint8_t *rgb) {
  for (uint32_t y = 0; y < piece.height; y++) {
    uint8_t *target = rgb + 3 * ((uint64_t)(piece.y + y) * p->info.width + piece.x);
    uint64_t pixel = (uint64_t)y * p->piece_width;
    for (uint32_t x = 0; x < piece.width; x++, pixel++) {
      uint8_t alpha = p->alpha ? sample(p, buffer, pixel, p->alpha) : 255;
      for (uint16_t channel = 0; channel < 3; channel++) {
        uint8_t value = sample(p, buffer, pixel, p->photometric == RGB ? channel : 0);
        if (p->photometric == WHITE_IS_ZERO) value = 255 - value;
        *target++ = p->alpha ? calpha_over_white(value, alpha, p->is_associated) : value;
      }
    }
  }
}

// MARK: All else

static bool read_pixels(CTIFFPicture *p, Piece piece, Buffer buffer) {
  uint32_t *pixels = (uint32_t *)buffer.bytes;
  return p->is_tiled ? libtiff.TIFFReadRGBATileExt(p->tiff, piece.x, piece.y, pixels, 1)
                     : libtiff.TIFFReadRGBAStripExt(p->tiff, piece.y, pixels, 1);
}

// Rows come from the bottom up.
static void convert_pixels(CTIFFPicture *p, Piece piece, Buffer buffer, uint8_t *rgb) {
  uint32_t last = (p->is_tiled ? p->piece_height : piece.height) - 1;
  for (uint32_t y = 0; y < piece.height; y++) {
    uint8_t *target = rgb + 3 * ((uint64_t)(piece.y + y) * p->info.width + piece.x);
    const uint32_t *pixels = (uint32_t *)buffer.bytes + (uint64_t)(last - y) * p->piece_width;
    for (uint32_t x = 0; x < piece.width; x++) {
      *target++ = (uint8_t)pixels[x];
      *target++ = (uint8_t)(pixels[x] >> 8);
      *target++ = (uint8_t)(pixels[x] >> 16);
    }
  }
}

// MARK: Pieces

static CTIFFStatus make_buffer(CTIFFPicture *p, Buffer *buffer) {
  tmsize_t pixels = (tmsize_t)p->piece_width * p->piece_height, planes = 1;
  buffer->size = 4 * pixels;
  if (is_plain(p)) {
    buffer->size = p->is_tiled ? libtiff.TIFFTileSize(p->tiff) : libtiff.TIFFStripSize(p->tiff);
    if (p->is_planar) planes = p->samples;
    // Samples that were left out would be looked for behind its end.
    if (buffer->size < pixels * (p->is_planar ? 1 : p->samples) * (p->bits / 8)) return CTIFF_DAMAGED;
  }
  buffer->bytes = calloc((size_t)planes, (size_t)buffer->size);
  return buffer->bytes ? CTIFF_OK : CTIFF_NO_MEMORY;
}

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

CTIFFReport ctiff_decode(CTIFFPicture *p, uint8_t *rgb) {
  // Of a file that announces millions of pieces and holds none.
  const int most_failures = 10000;
  uint32_t width = p->info.width, height = p->info.height;
  memset(rgb, 255, (uint64_t)width * height * 3);
  Buffer buffer = {0};
  CTIFFReport report = {.status = make_buffer(p, &buffer)};
  if (report.status != CTIFF_OK) return report;
  p->is_doubtful = false;
  int failures = 0;
  for (uint64_t y = 0; y < height && failures < most_failures; y += p->piece_height)
    for (uint64_t x = 0; x < width && failures < most_failures; x += p->piece_width) {
      Piece piece = {
          .x = (uint32_t)x, .y = (uint32_t)y,
          .width = smaller(p->piece_width, width - (uint32_t)x),
          .height = smaller(p->piece_height, height - (uint32_t)y)};
      bool is_read = is_plain(p) ? read_samples(p, piece, buffer) : read_pixels(p, piece, buffer);
      if (!is_read) {
        // What libtiff says of whole files, which it finds out as late as that.
        bool is_unknown = !strncmp(p->message, "Sorry, can not handle", 21);
        report.status = is_unknown ? CTIFF_UNSUPPORTED : CTIFF_DAMAGED;
        if (is_unknown) failures = most_failures;
        failures++;
        continue;
      }
      if (is_plain(p)) convert_samples(p, piece, buffer, rgb);
      else convert_pixels(p, piece, buffer, rgb);
      report.pixels_read += (uint64_t)piece.width * piece.height;
    }
  free(buffer.bytes);
  report.is_doubtful = p->is_doubtful;
  return report;
}
