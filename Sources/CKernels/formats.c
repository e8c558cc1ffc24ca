#include "vector.h"

typedef struct {
  const void *from;
  void *to;
} format_work;

CLONES static void to_bfloat16_part(const void *context, int64_t begin, int64_t end) {
  const format_work *w = context;
  const float *x = w->from;
  uint16_t *y = w->to;
  APART for (int64_t i = begin; i < end; i++) y[i] = to_bfloat16(x[i]);
}

void ck_to_bfloat16(const float *x, uint16_t *y, int64_t count) {
  format_work work = {x, y};
  ck_parallel(count, 4 * GRAIN, to_bfloat16_part, &work);
}

CLONES static void from_bfloat16_part(const void *context, int64_t begin, int64_t end) {
  const format_work *w = context;
  const uint16_t *x = w->from;
  float *y = w->to;
  APART for (int64_t i = begin; i < end; i++) y[i] = from_bfloat16(x[i]);
}

void ck_from_bfloat16(const uint16_t *x, float *y, int64_t count) {
  format_work work = {x, y};
  ck_parallel(count, 4 * GRAIN, from_bfloat16_part, &work);
}

void ck_from_float16(const uint16_t *x, float *y, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    uint32_t sign = (uint32_t)(x[i] & 0x8000) << 16, exponent = (x[i] >> 10) & 31;
    uint32_t fraction = x[i] & 0x3ff, bits;
    if (exponent == 0) {
      // Subnormal: the fraction counts units of 2^-24.
      float magnitude = (float)fraction * 0x1p-24f;
      memcpy(&bits, &magnitude, sizeof bits);
    } else {
      bits = (exponent == 31 ? 0x7f800000 : (exponent + 112) << 23) | (fraction << 13);
    }
    bits |= sign;
    memcpy(y + i, &bits, sizeof bits);
  }
}

CLONES bool ck_all_finite(const float *x, int64_t count) {
  uint32_t bad = 0;
  for (int64_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    bad |= (bits & 0x7f800000) == 0x7f800000;
  }
  return !bad;
}

CLONES bool ck_all_finite_bfloat16(const uint16_t *x, int64_t count) {
  uint16_t bad = 0;
  for (int64_t i = 0; i < count; i++) bad |= (x[i] & 0x7f80) == 0x7f80;
  return !bad;
}

CLONES void ck_normalize_pixels(const uint8_t *x, const float *scale, const float *shift, float *y,
                                int64_t pixels) {
  for (int64_t i = 0; i < pixels; i++)
    for (int c = 0; c < 3; c++) y[3 * i + c] = (float)x[3 * i + c] * scale[c] + shift[c];
}
