#include <math.h>
#include <string.h>

#include "picture.h"
#include "CAlpha.h"

bool ctiff_is_converted_here(const CTIFFPicture *p) {
  switch (p->photometric) {
    case WHITE_IS_ZERO: case BLACK_IS_ZERO: case RGB: case SEPARATED: case CIELAB: case ICCLAB:
      return p->bits == 8 || p->bits == 16;
    case PALETTE: return p->bits == 16;
    default: return false;
  }
}

uint16_t ctiff_colour_count(const CTIFFPicture *p) {
  switch (p->photometric) {
    case RGB: case CIELAB: case ICCLAB: return 3;
    case SEPARATED: return 4;
    default: return 1;
  }
}

// MARK: Samples

static uint16_t stored(const CTIFFPicture *p, CTIFFBuffer buffer, uint64_t pixel, uint16_t place) {
  const uint8_t *plane = buffer.bytes;
  uint64_t index = pixel;
  if (p->is_planar) plane += place * buffer.size;
  else index = pixel * p->samples + place;
  if (p->bits == 8) return plane[index];
  uint16_t value;
  memcpy(&value, plane + 2 * index, 2);
  return value;
}

// Returns the high byte.
static uint8_t sample(const CTIFFPicture *p, CTIFFBuffer buffer, uint64_t pixel, uint16_t place) {
  uint16_t value = stored(p, buffer, pixel, place);
  return (uint8_t)(p->bits == 8 ? value : value >> 8);
}

// MARK: Lab

// A table of sRGB codes for luminance in 0...1, indexed by its square root, for a perceptually even
// resolution in dark tones.
enum { codes = 4096 };
static void fill_srgb(uint8_t shown[codes]) {
  for (int i = 0; i < codes; i++) {
    double x = i / (codes - 1.0);
    x *= x;
    x = x <= 0.0031308 ? 12.92 * x : 1.055 * pow(x, 1 / 2.4) - 0.055;
    shown[i] = (uint8_t)(255 * x + 0.5);
  }
}

static float light(float f) {
  return f > 6 / 29.f ? f * f * f : (f - 4 / 29.f) * 3 * (6 / 29.f) * (6 / 29.f);
}

static uint8_t code(const uint8_t shown[codes], float x) {
  return x <= 0 ? 0 : x >= 1 ? 255 : shown[(int)(sqrtf(x) * (codes - 1) + 0.5f)];
}

// Reads a lightness up to 100 and both chroma differences, relative to D50, as viewers interpret it (Adobe;
// ICC).
static void read_lab(
    const CTIFFPicture *p, CTIFFBuffer buffer, uint64_t pixel, float lab[3]) {
  bool is_wide = p->bits == 16, is_icc = p->photometric == ICCLAB;
  uint16_t lightness = stored(p, buffer, pixel, 0);
  lab[0] = lightness * 100.f / (!is_wide ? 255.f : is_icc ? 65280.f : 65535.f);
  for (uint16_t i = 1; i < 3; i++) {
    uint16_t value = stored(p, buffer, pixel, i);
    if (is_icc) lab[i] = (is_wide ? value / 256.f : value) - 128;
    else lab[i] = is_wide ? (int16_t)value / 256.f : (int8_t)value;
  }
}

// Converts Lab to sRGB, whose white point is D65 (Bradford adaptation).
static void convert_lab(const uint8_t shown[codes], const float lab[3], uint8_t *rgb) {
  float fy = (lab[0] + 16) / 116;
  float x = 0.96422f * light(fy + lab[1] / 500), y = light(fy), z = 0.82521f * light(fy - lab[2] / 200);
  rgb[0] = code(shown, 3.1338561f * x - 1.6168667f * y - 0.4906146f * z);
  rgb[1] = code(shown, -0.9787684f * x + 1.9161415f * y + 0.0334540f * z);
  rgb[2] = code(shown, 0.0719453f * x - 0.2289914f * y + 1.4052427f * z);
}

// MARK: Pixels

// Returns x / 255, rounded, for x in 0...255 * 255.
static uint8_t divided_by_255(unsigned x) {
  x += 128;
  return (uint8_t)((x + (x >> 8)) >> 8);
}

static void convert_pixel(
    const CTIFFPicture *p, const uint8_t shown[codes], CTIFFBuffer buffer, uint64_t pixel,
    uint8_t *rgb) {
  float lab[3];
  switch (p->photometric) {
    case RGB:
      for (uint16_t i = 0; i < 3; i++) rgb[i] = sample(p, buffer, pixel, i);
      break;
    case SEPARATED: {
      unsigned white = 255u - sample(p, buffer, pixel, 3);
      for (uint16_t i = 0; i < 3; i++)
        rgb[i] = divided_by_255((255u - sample(p, buffer, pixel, i)) * white);
      break;
    }
    case CIELAB: case ICCLAB:
      read_lab(p, buffer, pixel, lab);
      convert_lab(shown, lab, rgb);
      break;
    case PALETTE:
      for (uint16_t i = 0; i < 3; i++)
        rgb[i] = (uint8_t)(p->palette[i][stored(p, buffer, pixel, 0)] >> 8);
      break;
    default: {
      uint8_t grey = sample(p, buffer, pixel, 0);
      memset(rgb, p->photometric == WHITE_IS_ZERO ? 255 - grey : grey, 3);
    }
  }
  if (!p->alpha) return;
  uint8_t alpha = sample(p, buffer, pixel, p->alpha);
  for (int i = 0; i < 3; i++) rgb[i] = calpha_over_white(rgb[i], alpha, p->is_associated);
}

void ctiff_convert(const CTIFFPicture *p, CTIFFPiece piece, CTIFFBuffer buffer, uint8_t *rgb) {
  uint8_t shown[codes];
  if (p->photometric == CIELAB || p->photometric == ICCLAB) fill_srgb(shown);
  for (uint32_t y = 0; y < piece.height; y++) {
    uint8_t *target = rgb + 3 * ((uint64_t)(piece.y + y) * p->info.width + piece.x);
    uint64_t pixel = (uint64_t)y * p->piece_width;
    for (uint32_t x = 0; x < piece.width; x++, pixel++, target += 3)
      convert_pixel(p, shown, buffer, pixel, target);
  }
}
