#include "vector.h"

// Softmax, cross-entropy and draws from scores.

typedef struct {
  const float *x;
  float *y;
  int64_t columns;
  bool logarithm;
} softmax_work;

// Maxima and sums use sixteen lanes, because in source order they would not vectorise.

INLINE float row_maximum(const float *x, int64_t count) {
  float lanes[16], largest = -INFINITY;
  for (int lane = 0; lane < 16; lane++) lanes[lane] = -INFINITY;
  int64_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (int lane = 0; lane < 16; lane++)
      lanes[lane] = x[i + lane] > lanes[lane] ? x[i + lane] : lanes[lane];
  for (; i < count; i++) largest = x[i] > largest ? x[i] : largest;
  for (int lane = 0; lane < 16; lane++) largest = lanes[lane] > largest ? lanes[lane] : largest;
  return largest;
}

INLINE float sum_of_exponentials(const float *x, float largest, int64_t count) {
  float sums[16] = {0}, total = 0;
  int64_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (int lane = 0; lane < 16; lane++) sums[lane] += fast_exp(x[i + lane] - largest);
  for (; i < count; i++) total += fast_exp(x[i] - largest);
  for (int lane = 0; lane < 16; lane++) total += sums[lane];
  return total;
}

CLONES static void softmax_part(const void *context, int64_t begin, int64_t end) {
  const softmax_work *w = context;
  for (int64_t row = begin; row < end; row++) {
    const float *x = w->x + row * w->columns;
    float *y = w->y + row * w->columns;
    float largest = row_maximum(x, w->columns);
    float sum = sum_of_exponentials(x, largest, w->columns);
    float shift = largest + logf(sum);
    if (w->logarithm)
      for (int64_t i = 0; i < w->columns; i++) y[i] = x[i] - shift;
    else
      for (int64_t i = 0; i < w->columns; i++) y[i] = fast_exp(x[i] - largest) / sum;
  }
}

static void run_softmax(const float *x, float *y, int64_t rows, int64_t columns, bool logarithm) {
  softmax_work work = {x, y, columns, logarithm};
  ck_parallel(rows, 1 + GRAIN / (columns + 1), softmax_part, &work);
}

void ck_log_softmax(const float *x, float *y, int64_t rows, int64_t columns) {
  run_softmax(x, y, rows, columns, true);
}

void ck_softmax(const float *x, float *y, int64_t rows, int64_t columns) {
  run_softmax(x, y, rows, columns, false);
}

typedef struct {
  float *logits;
  const int32_t *targets;
  const float *weights;
  float *losses;
  void *gradient;
  bool is_bfloat16;
  int64_t columns;
  ck_entropy s;
} entropy_work;

INLINE float row_sum(const float *x, int64_t count) {
  float sums[16] = {0}, total = 0;
  int64_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (int lane = 0; lane < 16; lane++) sums[lane] += x[i + lane];
  for (; i < count; i++) total += x[i];
  for (int lane = 0; lane < 16; lane++) total += sums[lane];
  return total;
}

/// Replaces each x by e^(x - largest) and returns the sum.
INLINE float exponentials(float *x, float largest, int64_t count) {
  float sums[16] = {0}, total = 0;
  int64_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (int lane = 0; lane < 16; lane++) {
      x[i + lane] = fast_exp(x[i + lane] - largest);
      sums[lane] += x[i + lane];
    }
  for (; i < count; i++) total += x[i] = fast_exp(x[i] - largest);
  for (int lane = 0; lane < 16; lane++) total += sums[lane];
  return total;
}

CLONES static void entropy_part(const void *context, int64_t begin, int64_t end) {
  const entropy_work *w = context;
  size_t size = w->is_bfloat16 ? sizeof(uint16_t) : sizeof(float);
  for (int64_t row = begin; row < end; row++) {
    float *x = w->logits + row * w->columns;
    char *dx = w->gradient ? (char *)w->gradient + (size_t)(row * w->columns) * size : NULL;
    int32_t target = w->targets[row];
    if (target == w->s.ignored) {
      w->losses[row] = 0;
      if (dx) memset(dx, 0, (size_t)w->columns * size);
      continue;
    }
    float weight = w->weights ? w->weights[row] : 1, scale = w->s.scale * weight;
    float wanted = 1 - w->s.smoothing, shared = w->s.smoothing / (float)w->columns;
    float largest = row_maximum(x, w->columns);
    float loss = largest - wanted * x[target];
    if (shared > 0) loss -= shared * row_sum(x, w->columns);
    float sum = exponentials(x, largest, w->columns);
    w->losses[row] = weight * (loss + logf(sum));
    if (!dx) continue;
    float factor = scale / sum, share = scale * shared;
    float right = x[target] * factor - share - scale * wanted;
    uint16_t *bfloats = (uint16_t *)dx;
    float *floats = (float *)dx;
    if (w->is_bfloat16)
      APART for (int64_t i = 0; i < w->columns; i++)
        bfloats[i] = to_bfloat16(x[i] * factor - share);
    else
      APART for (int64_t i = 0; i < w->columns; i++) floats[i] = x[i] * factor - share;
    if (w->is_bfloat16) bfloats[target] = to_bfloat16(right);
    else floats[target] = right;
  }
}

void ck_cross_entropy(float *logits, const int32_t *targets, const float *weights,
                      ck_entropy settings, float *losses, void *gradient, ck_type type,
                      int64_t rows, int64_t columns) {
  entropy_work work = {logits,   targets, weights, losses,
                       gradient, type == CK_BFLOAT16, columns, settings};
  ck_parallel(rows, 1 + GRAIN / (columns + 1), entropy_part, &work);
}

typedef struct {
  const float *logits, *uniforms;
  int32_t *indices;
  int64_t columns;
} draw_work;

CLONES static void draw_part(const void *context, int64_t begin, int64_t end) {
  const draw_work *w = context;
  for (int64_t row = begin; row < end; row++) {
    const float *x = w->logits + row * w->columns;
    float largest = row_maximum(x, w->columns);
    float rest = w->uniforms[row] * sum_of_exponentials(x, largest, w->columns);
    // Blocks whose sum does not reach the number are skipped whole.
    int64_t i = 0;
    for (; i + 256 <= w->columns; i += 256) {
      float sum = sum_of_exponentials(x + i, largest, 256);
      if (rest < sum) break;
      rest -= sum;
    }
    int64_t last = w->columns - 1;
    for (; i < last; i++) {
      rest -= fast_exp(x[i] - largest);
      if (rest < 0) break;
    }
    w->indices[row] = (int32_t)i;
  }
}

void ck_draw(const float *logits, const float *uniforms, int32_t *indices, int64_t rows,
             int64_t columns) {
  draw_work work = {logits, uniforms, indices, columns};
  ck_parallel(rows, 1 + GRAIN / (columns + 1), draw_part, &work);
}
