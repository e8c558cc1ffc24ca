#include <stdlib.h>
#include <string.h>

#include "picture.h"

// MARK: Samples converted here

static bool read_samples(CTIFFPicture *p, CTIFFPiece piece, CTIFFBuffer buffer) {
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

// MARK: Other images

static bool read_pixels(CTIFFPicture *p, CTIFFPiece piece, CTIFFBuffer buffer) {
  uint32_t *pixels = (uint32_t *)buffer.bytes;
  return p->is_tiled ? libtiff.TIFFReadRGBATileExt(p->tiff, piece.x, piece.y, pixels, 1)
                     : libtiff.TIFFReadRGBAStripExt(p->tiff, piece.y, pixels, 1);
}

// Rows are stored from the bottom up.
static void convert_pixels(CTIFFPicture *p, CTIFFPiece piece, CTIFFBuffer buffer, uint8_t *rgb) {
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

static CTIFFStatus make_buffer(CTIFFPicture *p, CTIFFBuffer *buffer) {
  tmsize_t pixels = (tmsize_t)p->piece_width * p->piece_height, planes = 1;
  buffer->size = 4 * pixels;
  if (ctiff_is_converted_here(p)) {
    buffer->size = p->is_tiled ? libtiff.TIFFTileSize(p->tiff) : libtiff.TIFFStripSize(p->tiff);
    if (p->is_planar) planes = p->samples;
    // A smaller buffer would make the conversion read samples beyond its end.
    if (buffer->size < pixels * (p->is_planar ? 1 : p->samples) * (p->bits / 8)) return CTIFF_DAMAGED;
  }
  buffer->bytes = calloc((size_t)planes, (size_t)buffer->size);
  return buffer->bytes ? CTIFF_OK : CTIFF_NO_MEMORY;
}

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

CTIFFReport ctiff_decode(CTIFFPicture *p, uint8_t *rgb) {
  // The limit for a file that declares millions of pieces and holds none.
  const int most_failures = 10000;
  uint32_t width = p->info.width, height = p->info.height;
  memset(rgb, 255, (uint64_t)width * height * 3);
  CTIFFBuffer buffer = {0};
  CTIFFReport report = {.status = make_buffer(p, &buffer)};
  if (report.status != CTIFF_OK) return report;
  p->is_doubtful = false;
  int failures = 0;
  for (uint64_t y = 0; y < height && failures < most_failures; y += p->piece_height)
    for (uint64_t x = 0; x < width && failures < most_failures; x += p->piece_width) {
      CTIFFPiece piece = {
          .x = (uint32_t)x, .y = (uint32_t)y,
          .width = smaller(p->piece_width, width - (uint32_t)x),
          .height = smaller(p->piece_height, height - (uint32_t)y)};
      bool is_read = ctiff_is_converted_here(p) ? read_samples(p, piece, buffer) : read_pixels(p, piece, buffer);
      if (!is_read) {
        // libtiff reports only here that the whole file is not supported.
        bool is_unknown = !strncmp(p->message, "Sorry, can not handle", 21);
        report.status = is_unknown ? CTIFF_UNSUPPORTED : CTIFF_DAMAGED;
        if (is_unknown) failures = most_failures;
        failures++;
        continue;
      }
      if (ctiff_is_converted_here(p)) ctiff_convert(p, piece, buffer, rgb);
      else convert_pixels(p, piece, buffer, rgb);
      report.pixels_read += (uint64_t)piece.width * piece.height;
    }
  free(buffer.bytes);
  report.is_doubtful = p->is_doubtful;
  return report;
}
