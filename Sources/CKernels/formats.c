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

typedef struct {
  const void *from;
  void *to;
  float factor;
} scale_work;

/// Returns the whole number that is nearest to x within a range of at most 22 bits, and of two equally near ones the
/// even one; of a NaN the lower end.
INLINE int32_t rounded(float x, float low, float high) {
  // The sum has units of 1, so it is rounded, and the number is in its lower bits.
  float above = x > low ? x : low;
  float sum = (above < high ? above : high) + 0x1.8p23f;
  int32_t bits;
  memcpy(&bits, &sum, sizeof bits);
  return bits - 0x4b400000;
}

CLONES static void to_int8_part(const void *context, int64_t begin, int64_t end) {
  const scale_work *w = context;
  const float *x = w->from;
  int8_t *y = w->to;
  APART for (int64_t i = begin; i < end; i++)
    y[i] = (int8_t)rounded(x[i] * w->factor, -128, 127);
}

CLONES static void to_uint8_part(const void *context, int64_t begin, int64_t end) {
  const scale_work *w = context;
  const float *x = w->from;
  uint8_t *y = w->to;
  APART for (int64_t i = begin; i < end; i++)
    y[i] = (uint8_t)rounded(x[i] * w->factor, 0, 255);
}

void ck_quantize(const float *x, float scale, ck_type type, void *y, int64_t count) {
  scale_work work = {x, y, 1 / scale};
  ck_parallel(count, 4 * GRAIN, type == CK_INT8 ? to_int8_part : to_uint8_part, &work);
}

typedef struct {
  const float *x;
  float limit;
  int8_t *y;
  float *scales;
  int64_t columns;
} row_work;

CLONES static void quantize_rows_part(const void *context, int64_t begin, int64_t end) {
  const row_work *w = context;
  // Copied, because bytes that are written might be those of `w`.
  float limit = w->limit;
  int64_t columns = w->columns;
  for (int64_t row = begin; row < end; row++) {
    const float *x = w->x + row * columns;
    int8_t *y = w->y + row * columns;
    // The magnitudes of floats have the order of their bits, whose largest a loop finds without branches.
    uint32_t largest = 0;
    for (int64_t i = 0; i < columns; i++) {
      uint32_t bits;
      memcpy(&bits, x + i, sizeof bits);
      bits &= 0x7fffffff;
      largest = bits > largest ? bits : largest;
    }
    float scale = from_bits((int32_t)largest) / limit;
    // So small a row would divide by zero.
    if (!(scale > 1e-30f)) scale = 1;
    w->scales[row] = scale;
    float factor = 1 / scale;
    APART for (int64_t i = 0; i < columns; i++)
      y[i] = (int8_t)rounded(x[i] * factor, -limit, limit);
  }
}

void ck_quantize_rows(const float *x, float limit, int8_t *y, float *scales, int64_t rows, int64_t columns) {
  row_work work = {x, limit, y, scales, columns};
  ck_parallel(rows, GRAIN / (columns > 0 ? columns : 1) + 1, quantize_rows_part, &work);
}

CLONES static void from_int8_part(const void *context, int64_t begin, int64_t end) {
  const scale_work *w = context;
  const int8_t *x = w->from;
  float *y = w->to;
  APART for (int64_t i = begin; i < end; i++) y[i] = (float)x[i] * w->factor;
}

CLONES static void from_uint8_part(const void *context, int64_t begin, int64_t end) {
  const scale_work *w = context;
  const uint8_t *x = w->from;
  float *y = w->to;
  APART for (int64_t i = begin; i < end; i++) y[i] = (float)x[i] * w->factor;
}

void ck_dequantize(const void *x, float scale, ck_type type, float *y, int64_t count) {
  scale_work work = {x, y, scale};
  ck_parallel(count, 4 * GRAIN, type == CK_INT8 ? from_int8_part : from_uint8_part, &work);
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

// The factors of the channels repeat after 3 numbers, and those of a block of vectors after 48.
enum { BLOCK = 48 };

typedef struct {
  float scale[BLOCK], shift[BLOCK];
} pixel_factors;

INLINE void float_block(const uint8_t *x, const pixel_factors *f, float *y, int64_t count) {
  APART for (int64_t i = 0; i < count; i++) y[i] = (float)x[i] * f->scale[i] + f->shift[i];
}

INLINE void int8_block(const uint8_t *x, const pixel_factors *f, int8_t *y, int64_t count) {
  APART for (int64_t i = 0; i < count; i++)
    y[i] = (int8_t)rounded((float)x[i] * f->scale[i] + f->shift[i], -128, 127);
}

INLINE void uint8_block(const uint8_t *x, const pixel_factors *f, uint8_t *y, int64_t count) {
  APART for (int64_t i = 0; i < count; i++)
    y[i] = (uint8_t)rounded((float)x[i] * f->scale[i] + f->shift[i], 0, 255);
}

#define BLOCKS(name, type, block)                                                            \
  CLONES static void name(const uint8_t *x, const pixel_factors *f, type *y, int64_t count) { \
    int64_t i = 0;                                                                           \
    for (; i + BLOCK <= count; i += BLOCK) block(x + i, f, y + i, BLOCK);                    \
    block(x + i, f, y + i, count - i);                                                       \
  }

BLOCKS(float_pixels, float, float_block)
BLOCKS(int8_pixels, int8_t, int8_block)
BLOCKS(uint8_pixels, uint8_t, uint8_block)

void ck_normalize_pixels(const uint8_t *x, const float *scale, const float *shift, ck_type type,
                         void *y, int64_t pixels) {
  pixel_factors factors;
  for (int i = 0; i < BLOCK; i++) factors.scale[i] = scale[i % 3], factors.shift[i] = shift[i % 3];
  switch (type) {
  case CK_INT8: return int8_pixels(x, &factors, y, 3 * pixels);
  case CK_UINT8: return uint8_pixels(x, &factors, y, 3 * pixels);
  default: return float_pixels(x, &factors, y, 3 * pixels);
  }
}
