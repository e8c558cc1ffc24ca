#include "CPNG.h"
#include "CAlpha.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>
#include <zlib.h>

// The state that libpng's callbacks need.
typedef struct {
  png_structp png;
  png_infop info;
  const uint8_t *next;
  size_t left;
  uint8_t *rgba;  // one row, or the whole image if it is interlaced
  jmp_buf escape;
  CPNGReport report;
} Decoder;

static void on_error(png_structp png, png_const_charp message) {
  Decoder *decoder = png_get_error_ptr(png);
  snprintf(decoder->report.message, sizeof decoder->report.message, "%s", message);
  longjmp(decoder->escape, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
  Decoder *decoder = png_get_io_ptr(png);
  if (count > decoder->left) png_error(png, "Not enough image data");
  memcpy(target, decoder->next, count);
  decoder->next += count;
  decoder->left -= count;
}

static void write_over_white(uint8_t *rgb, const uint8_t *rgba, size_t count) {
  for (size_t i = 0; i < count; ++i, rgb += 3, rgba += 4) {
    for (int c = 0; c < 3; ++c) rgb[c] = calpha_over_white(rgba[c], rgba[3], false);
  }
}

// Checksums are verified by the caller; like Pillow, it ignores those of image data.
static void open_stream(Decoder *decoder) {
  png_structp png = decoder->png;
  png_set_read_fn(png, decoder, read_bytes);
  png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
  png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF);  // the caller has checked the size
  png_read_info(png, decoder->info);
}

// Requests 8-bit RGBA for any colour type; returns the number of passes.
static int request_rgba(Decoder *decoder) {
  png_structp png = decoder->png;
  png_set_expand(png);
  png_set_strip_16(png);
  png_set_gray_to_rgb(png);
  png_set_add_alpha(png, 255, PNG_FILLER_AFTER);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, decoder->info);
  return passes;
}

static void *allocate(Decoder *decoder, size_t count, size_t size) {
  void *memory = calloc(count, size);
  if (!memory) png_error(decoder->png, "out of memory");
  return memory;
}

static void read_rows(Decoder *decoder, uint32_t width, uint32_t height, uint8_t *pixels) {
  decoder->rgba = allocate(decoder, width, 4);
  for (uint32_t y = 0; y < height; ++y) {
    png_read_row(decoder->png, decoder->rgba, NULL);
    write_over_white(pixels + (size_t)y * width * 3, decoder->rgba, width);
    decoder->report.pixels_read += width;
  }
}

static void read_passes(Decoder *decoder, uint32_t width, uint32_t height, int passes) {
  decoder->rgba = allocate(decoder, (size_t)width * height, 4);
  for (int pass = 0; pass < passes; ++pass) {
    uint32_t columns = PNG_PASS_COLS(width, pass);
    for (uint32_t y = 0; y < height; ++y) {
      // As a display row: each pass fills the blocks of its pixels, so that an image whose later passes are
      // missing is coarse rather than full of holes.
      png_read_row(decoder->png, NULL, decoder->rgba + (size_t)y * width * 4);
      if (PNG_ROW_IN_INTERLACE_PASS(y, pass)) decoder->report.pixels_read += columns;
    }
  }
}

// A separate function, as local variables changed after setjmp are undefined after longjmp.
static void decode(Decoder *decoder, uint32_t width, uint32_t height, uint8_t *pixels) {
  if (setjmp(decoder->escape)) return;
  decoder->info = png_create_info_struct(decoder->png);
  if (!decoder->info) png_error(decoder->png, "out of memory");
  open_stream(decoder);
  if (png_get_image_width(decoder->png, decoder->info) != width ||
      png_get_image_height(decoder->png, decoder->info) != height) {
    png_error(decoder->png, "the picture has more than one size");
  }
  int passes = request_rgba(decoder);
  if (png_get_rowbytes(decoder->png, decoder->info) != (size_t)width * 4) {
    png_error(decoder->png, "the pixels have an unknown form");
  }
  if (passes == 1) {
    read_rows(decoder, width, height, pixels);
  } else {
    read_passes(decoder, width, height, passes);
  }
  decoder->report.is_complete = 1;
}

CPNGReport cpng_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels) {
  Decoder decoder;
  memset(&decoder, 0, sizeof decoder);
  memset(pixels, 0, (size_t)width * height * 3);
  decoder.next = bytes;
  decoder.left = count;
  decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder, on_error, on_warning);
  if (!decoder.png) {
    snprintf(decoder.report.message, sizeof decoder.report.message, "out of memory");
    return decoder.report;
  }
  decode(&decoder, width, height, pixels);
  int is_interlaced =
      decoder.info && png_get_interlace_type(decoder.png, decoder.info) != PNG_INTERLACE_NONE;
  if (is_interlaced && decoder.rgba) {
    write_over_white(pixels, decoder.rgba, (size_t)width * height);
  }
  free(decoder.rgba);
  png_destroy_read_struct(&decoder.png, &decoder.info, NULL);
  return decoder.report;
}

uint32_t cpng_checksum(const uint8_t *bytes, size_t count) {
  uLong checksum = crc32(0, Z_NULL, 0);
  while (count > 0) {
    uInt part = count > 1u << 30 ? 1u << 30 : (uInt)count;
    checksum = crc32(checksum, bytes, part);
    bytes += part;
    count -= part;
  }
  return (uint32_t)checksum;
}

const char *cpng_version(void) { return png_get_libpng_ver(NULL); }
