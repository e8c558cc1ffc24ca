#include "vector.h"

typedef struct {
  const float *x, *bias;
  const void *weights;
  float *y;
  int64_t rows, columns, inner;
  bool adds, is_bfloat16;
} few_rows_work;

enum { LANES = 16 };

/// `rows` and `is_bfloat16` are constants wherever this is inlined, so that the sums stay in registers.
INLINE void few_rows(const few_rows_work *w, int64_t begin, int64_t end, int rows,
                     bool is_bfloat16) {
  for (int64_t column = begin; column < end; column++) {
    const float *floats = (const float *)w->weights + column * w->inner;
    const uint16_t *bfloats = (const uint16_t *)w->weights + column * w->inner;
    // Aligned, because the sums are read from the stack, which takes a sixth longer across two cache lines.
    _Alignas(64) float lanes[CK_FEW_ROWS][LANES] = {{0}};
    int64_t i = 0;
    for (; i + LANES <= w->inner; i += LANES) {
      float weights[LANES];
      for (int lane = 0; lane < LANES; lane++)
        weights[lane] = is_bfloat16 ? from_bfloat16(bfloats[i + lane]) : floats[i + lane];
      for (int row = 0; row < rows; row++)
        for (int lane = 0; lane < LANES; lane++)
          lanes[row][lane] += weights[lane] * w->x[row * w->inner + i + lane];
    }
    for (int row = 0; row < rows; row++) {
      float *y = w->y + row * w->columns + column;
      float sum = (w->bias ? w->bias[column] : 0) + (w->adds ? *y : 0);
      for (int lane = 0; lane < LANES; lane++) sum += lanes[row][lane];
      for (int64_t rest = i; rest < w->inner; rest++)
        sum += (is_bfloat16 ? from_bfloat16(bfloats[rest]) : floats[rest]) *
               w->x[row * w->inner + rest];
      *y = sum;
    }
  }
}

INLINE void few_rows_of(const few_rows_work *w, int64_t begin, int64_t end, bool is_bfloat16) {
  switch (w->rows) {
    case 1: few_rows(w, begin, end, 1, is_bfloat16); break;
    case 2: few_rows(w, begin, end, 2, is_bfloat16); break;
    case 3: few_rows(w, begin, end, 3, is_bfloat16); break;
    default: few_rows(w, begin, end, 4, is_bfloat16); break;
  }
}

CLONES static void few_rows_part(const void *context, int64_t begin, int64_t end) {
  const few_rows_work *w = context;
  if (w->is_bfloat16)
    few_rows_of(w, begin, end, true);
  else
    few_rows_of(w, begin, end, false);
}

void ck_few_rows_product(const float *x, const void *weights, ck_type type, const float *bias,
                         float *y, int64_t rows, int64_t columns, int64_t inner, bool adds) {
  few_rows_work work = {x, bias, weights, y, rows, columns, inner, adds, type == CK_BFLOAT16};
  ck_parallel(columns, 1 + GRAIN / (inner + 1), few_rows_part, &work);
}
