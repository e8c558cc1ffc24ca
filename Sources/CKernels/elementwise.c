#include "vector.h"
#include <stdlib.h>

CLONES void ck_fill(float *x, float value, int64_t count) {
  for (int64_t i = 0; i < count; i++) x[i] = value;
}

// MARK: One argument

INLINE float hard_sigmoid(float x) {
  float y = x + 3;
  return (y < 0 ? 0 : (y > 6 ? 6 : y)) / 6;
}

/// The share of the standard normal distribution below x.
INLINE float normal_below(float x) { return 0.5f * (1 + erff(x * 0.70710678f)); }

INLINE float silu_slope(float x) {
  float s = fast_sigmoid(x);
  return s * (1 + x * (1 - s));
}

INLINE float gelu_slope(float x) {
  return normal_below(x) + x * 0.39894228f * fast_exp(-0.5f * x * x);
}

// Comparisons are written so that NaN stays NaN: a diverging training must show.
typedef struct {
  ck_pointwise function;
  const float *x;
  float *y;
} map_work;

#define LOOP(expression) \
  for (int64_t i = begin; i < end; i++) { \
    float a = x[i]; \
    y[i] = (expression); \
  } \
  break

CLONES static void map_part(const void *context, int64_t begin, int64_t end) {
  const map_work *work = context;
  const float *x = work->x;
  float *y = work->y;
  switch (work->function) {
  case CK_EXP: LOOP(fast_exp(a));
  case CK_LOG: LOOP(logf(a));
  case CK_SQRT: LOOP(square_root(a));
  case CK_TANH: LOOP(fast_tanh(a));
  case CK_SIGMOID: LOOP(fast_sigmoid(a));
  case CK_RELU_MAP: LOOP(a < 0 ? 0 : a);
  case CK_RELU6_MAP: LOOP(a < 0 ? 0 : (a > 6 ? 6 : a));
  case CK_NEGATE: LOOP(-a);
  case CK_SILU_MAP: LOOP(a * fast_sigmoid(a));
  case CK_HARD_SWISH_MAP: LOOP(a * hard_sigmoid(a));
  case CK_HARD_SIGMOID: LOOP(hard_sigmoid(a));
  case CK_GELU_MAP: LOOP(a * normal_below(a));
  }
}
#undef LOOP

void ck_map(ck_pointwise function, const float *x, float *y, int64_t count) {
  map_work work = {function, x, y};
  ck_parallel(count, GRAIN, map_part, &work);
}

// MARK: Two arguments

#define LOOP(expression) \
  for (int64_t i = 0; i < count; i++) { \
    float p = a[i * a_stride], q = b[i * b_stride]; \
    y[i] = (expression); \
  } \
  break
#define EACH_FUNCTION \
  switch (function) { \
  case CK_ADD: LOOP(p + q); \
  case CK_SUBTRACT: LOOP(p - q); \
  case CK_MULTIPLY: LOOP(p * q); \
  case CK_DIVIDE: LOOP(p / q); \
  case CK_RELU_GRADIENT: LOOP(q > 0 ? p : 0); \
  case CK_RELU6_GRADIENT: LOOP(q > 0 && q < 6 ? p : 0); \
  case CK_SILU_GRADIENT: LOOP(p * silu_slope(q)); \
  case CK_HARD_SWISH_GRADIENT: LOOP(q < -3 ? 0 : (q > 3 ? p : p * (q / 3 + 0.5f))); \
  case CK_HARD_SIGMOID_GRADIENT: LOOP(q > -3 && q < 3 ? p / 6 : 0); \
  case CK_GELU_GRADIENT: LOOP(p * gelu_slope(q)); \
  }

CLONES static void combine_both(ck_pairwise function, const float *a, const float *b, float *y,
                                int64_t count) {
  enum { a_stride = 1, b_stride = 1 };
  EACH_FUNCTION
}

CLONES static void combine_right_constant(ck_pairwise function, const float *a, const float *b,
                                          float *y, int64_t count) {
  enum { a_stride = 1, b_stride = 0 };
  EACH_FUNCTION
}

CLONES static void combine_left_constant(ck_pairwise function, const float *a, const float *b,
                                         float *y, int64_t count) {
  enum { a_stride = 0, b_stride = 1 };
  EACH_FUNCTION
}

static void combine_row(ck_pairwise function, const float *a, int64_t a_stride, const float *b,
                        int64_t b_stride, float *y, int64_t count) {
  if (a_stride && b_stride) return combine_both(function, a, b, y, count);
  if (a_stride) return combine_right_constant(function, a, b, y, count);
  if (b_stride) return combine_left_constant(function, a, b, y, count);
  combine_both(function, a, b, y, count > 0);
  ck_fill(y, y[0], count);
}
#undef LOOP

typedef struct {
  ck_pairwise function;
  const float *a, *b;
  float *y;
  int64_t a_row, a_column, b_row, b_column, columns;
} combine_work;

static void combine_flat_part(const void *context, int64_t begin, int64_t end) {
  const combine_work *w = context;
  combine_row(w->function, w->a + begin * w->a_column, w->a_column, w->b + begin * w->b_column,
              w->b_column, w->y + begin, end - begin);
}

void ck_combine(ck_pairwise function, const float *a, int64_t a_stride, const float *b,
                int64_t b_stride, float *y, int64_t count) {
  combine_work work = {function, a, b, y, 0, a_stride, 0, b_stride, count};
  ck_parallel(count, GRAIN, combine_flat_part, &work);
}

static void combine_rows_part(const void *context, int64_t begin, int64_t end) {
  const combine_work *w = context;
  for (int64_t row = begin; row < end; row++)
    combine_row(w->function, w->a + row * w->a_row, w->a_column, w->b + row * w->b_row,
                w->b_column, w->y + row * w->columns, w->columns);
}

void ck_combine_rows(ck_pairwise function, const float *a, int64_t a_row, int64_t a_column,
                     const float *b, int64_t b_row, int64_t b_column, float *y, int64_t rows,
                     int64_t columns) {
  combine_work work = {function, a, b, y, a_row, a_column, b_row, b_column, columns};
  ck_parallel(rows, 1 + GRAIN / (columns + 1), combine_rows_part, &work);
}

typedef struct {
  ck_pairwise function;
  const uint16_t *a, *b;
  uint16_t *y;
} combine_bfloat16_work;

CLONES static void combine_bfloat16_part(const void *context, int64_t begin, int64_t end) {
  const combine_bfloat16_work *w = context;
  const uint16_t *a = w->a, *b = w->b;
  uint16_t *y = w->y;
  switch (w->function) {
  case CK_RELU_GRADIENT:
    APART for (int64_t i = begin; i < end; i++) y[i] = from_bfloat16(b[i]) > 0 ? a[i] : 0;
    break;
  case CK_RELU6_GRADIENT:
    APART for (int64_t i = begin; i < end; i++)
      y[i] = from_bfloat16(b[i]) > 0 && from_bfloat16(b[i]) < 6 ? a[i] : 0;
    break;
  default:
    APART for (int64_t i = begin; i < end; i++)
      y[i] = to_bfloat16(from_bfloat16(a[i]) + from_bfloat16(b[i]));
  }
}

void ck_combine_bfloat16(ck_pairwise function, const uint16_t *a, const uint16_t *b, uint16_t *y,
                       int64_t count) {
  combine_bfloat16_work work = {function, a, b, y};
  ck_parallel(count, GRAIN, combine_bfloat16_part, &work);
}

// MARK: Moving

typedef struct {
  const char *x;
  char *y;
} copy_work;

static void copy_part(const void *context, int64_t begin, int64_t end) {
  const copy_work *work = context;
  memcpy(work->y + begin, work->x + begin, (size_t)(end - begin));
}

void ck_copy(const void *x, void *y, int64_t bytes) {
  copy_work work = {x, y};
  ck_parallel(bytes, 16 * GRAIN, copy_part, &work);
}

typedef struct {
  const char *x;
  char *y;
  int64_t x_row, y_row, bytes;
} copy_rows_work;

static void copy_rows_part(const void *context, int64_t begin, int64_t end) {
  const copy_rows_work *w = context;
  for (int64_t row = begin; row < end; row++)
    memcpy(w->y + row * w->y_row, w->x + row * w->x_row, (size_t)w->bytes);
}

void ck_copy_rows(const void *x, int64_t x_row, void *y, int64_t y_row, int64_t rows,
                  int64_t bytes) {
  if (rows == 1) return ck_copy(x, y, bytes);
  copy_rows_work work = {x, y, x_row, y_row, bytes};
  ck_parallel(rows, 1 + 16 * GRAIN / (bytes + 1), copy_rows_part, &work);
}

void ck_accumulate(const float *x, float *y, int64_t count) {
  ck_combine(CK_ADD, y, 1, x, 1, y, count);
}

void ck_transpose(const float *x, float *y, int64_t outer, int64_t a, int64_t b, int64_t inner) {
  for (int64_t o = 0; o < outer; o++)
    for (int64_t i = 0; i < a; i++)
      for (int64_t j = 0; j < b; j++) {
        const float *from = x + ((o * a + i) * b + j) * inner;
        float *to = y + ((o * b + j) * a + i) * inner;
        if (inner == 1) *to = *from;
        else memcpy(to, from, (size_t)inner * sizeof *x);
      }
}

// MARK: Sums

typedef struct {
  const float *x;
  float *y;
  int64_t middle, inner;
} sum_work;

CLONES static void sum_middle_part(const void *context, int64_t begin, int64_t end) {
  const sum_work *w = context;
  for (int64_t o = begin; o < end; o++) {
    const float *x = w->x + o * w->middle * w->inner;
    float *y = w->y + o * w->inner;
    if (w->inner == 1) {
      double sums[8] = {0};
      int64_t i = 0;
      for (; i + 8 <= w->middle; i += 8)
        for (int lane = 0; lane < 8; lane++) sums[lane] += x[i + lane];
      for (; i < w->middle; i++) sums[0] += x[i];
      double total = 0;
      for (int lane = 0; lane < 8; lane++) total += sums[lane];
      y[0] = (float)total;
      continue;
    }
    for (int64_t i = 0; i < w->inner; i++) y[i] = 0;
    for (int64_t m = 0; m < w->middle; m++)
      for (int64_t i = 0; i < w->inner; i++) y[i] += x[m * w->inner + i];
  }
}

void ck_sum_middle(const float *x, float *y, int64_t outer, int64_t middle, int64_t inner) {
  sum_work work = {x, y, middle, inner};
  ck_parallel(outer, 1 + GRAIN / (middle * inner + 1), sum_middle_part, &work);
}

// A matrix is summed in blocks of a fixed number of rows, whose sums are then added in order, so the result is the same
// to the bit for any number of threads.
enum { ROWS_OF_STRETCH = 256 };

typedef struct {
  const void *x;
  float *y, *sums;
  int64_t rows, columns, stretches;
  bool is_bfloat16;
} sum_rows_work;

INLINE void sum_stretch(const sum_rows_work *w, int64_t stretch, bool is_bfloat16) {
  float *y = w->sums + stretch * w->columns;
  int64_t first = stretch * ROWS_OF_STRETCH, rest = w->rows - first;
  for (int64_t i = 0; i < w->columns; i++) y[i] = 0;
  for (int64_t row = first; row < first + (rest < ROWS_OF_STRETCH ? rest : ROWS_OF_STRETCH); row++) {
    const float *floats = (const float *)w->x + row * w->columns;
    const uint16_t *bfloats = (const uint16_t *)w->x + row * w->columns;
    APART for (int64_t i = 0; i < w->columns; i++)
      y[i] += is_bfloat16 ? from_bfloat16(bfloats[i]) : floats[i];
  }
}

CLONES static void sum_rows_part(const void *context, int64_t begin, int64_t end) {
  const sum_rows_work *w = context;
  for (int64_t stretch = begin; stretch < end; stretch++) {
    if (w->is_bfloat16) sum_stretch(w, stretch, true);
    else sum_stretch(w, stretch, false);
  }
}

CLONES static void add_sums_part(const void *context, int64_t begin, int64_t end) {
  const sum_rows_work *w = context;
  for (int64_t i = begin; i < end; i++) w->y[i] = 0;
  for (int64_t stretch = 0; stretch < w->stretches; stretch++)
    APART for (int64_t i = begin; i < end; i++) w->y[i] += w->sums[stretch * w->columns + i];
}

void ck_sum_rows(const void *x, ck_type type, float *y, int64_t rows, int64_t columns) {
  int64_t stretches = (rows + ROWS_OF_STRETCH - 1) / ROWS_OF_STRETCH;
  float *sums = malloc((size_t)(stretches * columns + 1) * sizeof *sums);
  if (!sums) abort();
  sum_rows_work work = {x, y, sums, rows, columns, stretches, type == CK_BFLOAT16};
  ck_parallel(stretches, 1 + GRAIN / (ROWS_OF_STRETCH * columns + 1), sum_rows_part, &work);
  ck_parallel(columns, 1 + GRAIN / (stretches + 1), add_sums_part, &work);
  free(sums);
}
