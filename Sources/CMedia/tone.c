// Tone mapping of HDR images to SDR.
//
// White is at 203 cd/m² in HDR and at full scale in SDR (ITU-R BT.2408). Darker colours keep their luminance,
// brighter ones are compressed, and all keep their hue.
#include "CMedia.h"

#include <math.h>

// In units of white. Mastered HDR reaches 1000 cd/m² (BT.2408), as does HLG on its reference display.
static const float white = 203, peak = 1000 / 203.f;
// The luminance up to which it is unchanged.
static const float knee = 0.8f;

enum { codes = 4096 };
typedef struct {
  // The luminance of each code in units of white; for HLG, that of the scene.
  float light[codes];
  // Indexed by the square root of the luminance, for a perceptually even resolution in dark tones.
  uint8_t shown[codes];
  float gain[codes];
} tables;

// The perceptual quantizer (SMPTE ST 2084).
static double pq_light(double x) {
  double p = pow(x, 32 / 2523.0);
  double numerator = fmax(p - 107 / 128.0, 0);
  return 10000 / white * pow(numerator / (2413 / 128.0 - 2392 / 128.0 * p), 8192 / 1305.0);
}

// The hybrid log-gamma (ARIB STD-B67), scene-referred.
static double hlg_light(double x) {
  const double a = 0.17883277, b = 0.28466892, c = 0.55991073;
  return x <= 0.5 ? x * x / 3 : (exp((x - c) / a) + b) / 12;
}

// The sRGB transfer function (IEC 61966-2-1).
static double srgb_code(double x) {
  return x <= 0.0031308 ? 12.92 * x : 1.055 * pow(x, 1 / 2.4) - 0.055;
}

static void fill(tables *t, int transfer) {
  for (int i = 0; i < codes; i++) {
    double x = i / (codes - 1.0);
    t->light[i] = (float)(transfer == CMEDIA_PQ ? pq_light(x) : hlg_light(x));
    t->shown[i] = (uint8_t)(255 * srgb_code(x * x) + 0.5);
    // The opto-optical transfer of a 1000 cd/m² display (BT.2100, a system gamma of 1.2).
    t->gain[i] = (float)(1000 / white * pow(x * x, 0.2));
  }
}

// Compresses luminance up to the peak to 0...1: linear up to the knee, then a hyperbola that continues it.
static float pressed(float x) {
  if (x <= knee) return x;
  if (x >= peak) return 1;
  float u = (x - knee) / (1 - knee), last = (peak - knee) / (1 - knee);
  return knee + (1 - knee) * u * (1 + u / (last * last)) / (1 + u);
}

static int place(float light) {
  if (!(light > 0)) return 0;
  return light >= 1 ? codes - 1 : (int)(sqrtf(light) * (codes - 1) + 0.5f);
}

// Matrices from wide-gamut primaries to BT.709 (BT.2087; SMPTE EG 432-1), row by row.
static const float from_2020[9] = {
    1.6605f, -0.5876f, -0.0728f, -0.1246f, 1.1329f, -0.0083f, -0.0182f, -0.1006f, 1.1187f};
static const float from_p3[9] = {
    1.2249f, -0.2247f, 0, -0.0420f, 1.0419f, 0, -0.0197f, -0.0786f, 1.0979f};
static const float from_709[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};

static const float *matrix_from(int primaries) {
  switch (primaries) {
    case 1: return from_709;
    case 11: case 12: return from_p3;
    default: return from_2020;
  }
}

void cmedia_tone_map(const uint16_t *rgb, int64_t count, int transfer, int primaries, uint8_t *out) {
  tables t;
  fill(&t, transfer);
  const float *m = matrix_from(primaries);
  for (int64_t i = 0; i < count; i++, rgb += 3, out += 3) {
    float r = t.light[rgb[0] >> 4], g = t.light[rgb[1] >> 4], b = t.light[rgb[2] >> 4];
    if (transfer == CMEDIA_HLG) {
      float gain = t.gain[place(0.2627f * r + 0.6780f * g + 0.0593f * b)];
      r *= gain, g *= gain, b *= gain;
    }
    float red = m[0] * r + m[1] * g + m[2] * b, green = m[3] * r + m[4] * g + m[5] * b;
    float blue = m[6] * r + m[7] * g + m[8] * b;
    float largest = fmaxf(red, fmaxf(green, blue));
    float scale = largest > knee ? pressed(largest) / largest : 1;
    out[0] = t.shown[place(red * scale)];
    out[1] = t.shown[place(green * scale)];
    out[2] = t.shown[place(blue * scale)];
  }
}
