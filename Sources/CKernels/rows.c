#include "vector.h"

typedef struct {
  const float *x;
  float *y;
  int64_t columns;
  bool logarithm;
} softmax_work;

INLINE float row_maximum(const float *x, int64_t count) {
  float largest = -INFINITY;
  for (int64_t i = 0; i < count; i++) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

// Sixteen lanes, because a float sum in source order would not vectorise.
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
  const float *logits;
  const int32_t *targets;
  float *losses, *gradient;
  int64_t columns;
  int32_t ignored;
  float scale;
} entropy_work;

CLONES static void entropy_part(const void *context, int64_t begin, int64_t end) {
  const entropy_work *w = context;
  for (int64_t row = begin; row < end; row++) {
    const float *x = w->logits + row * w->columns;
    float *dx = w->gradient ? w->gradient + row * w->columns : NULL;
    int32_t target = w->targets[row];
    if (target == w->ignored) {
      w->losses[row] = 0;
      if (dx) memset(dx, 0, (size_t)w->columns * sizeof *dx);
      continue;
    }
    float largest = row_maximum(x, w->columns);
    float sum = sum_of_exponentials(x, largest, w->columns);
    w->losses[row] = largest + logf(sum) - x[target];
    if (!dx) continue;
    float factor = w->scale / sum;
    for (int64_t i = 0; i < w->columns; i++) dx[i] = fast_exp(x[i] - largest) * factor;
    dx[target] -= w->scale;
  }
}

void ck_cross_entropy(const float *logits, const int32_t *targets, int32_t ignored, float scale,
                      float *losses, float *gradient, int64_t rows, int64_t columns) {
  entropy_work work = {logits, targets, losses, gradient, columns, ignored, scale};
  ck_parallel(rows, 1 + GRAIN / (columns + 1), entropy_part, &work);
}

void ck_gather(const float *table, const int32_t *indices, float *y, int64_t rows,
               int64_t columns) {
  for (int64_t row = 0; row < rows; row++)
    memcpy(y + row * columns, table + indices[row] * columns, (size_t)columns * sizeof *y);
}

CLONES void ck_scatter_add(const float *x, const int32_t *indices, float *table, int64_t rows,
                           int64_t columns) {
  for (int64_t row = 0; row < rows; row++) {
    float *y = table + indices[row] * columns;
    for (int64_t i = 0; i < columns; i++) y[i] += x[row * columns + i];
  }
}

void ck_largest(const float *x, int64_t rows, int64_t columns, int64_t k, int32_t *indices,
                float *values) {
  for (int64_t row = 0; row < rows; row++) {
    const float *from = x + row * columns;
    int32_t *index = indices + row * k;
    float *value = values + row * k;
    int64_t kept = 0;
    for (int64_t i = 0; i < columns; i++) {
      if (kept == k && !(from[i] > value[k - 1])) continue;
      int64_t place = kept < k ? kept++ : k - 1;
      for (; place > 0 && from[i] > value[place - 1]; place--) {
        value[place] = value[place - 1];
        index[place] = index[place - 1];
      }
      value[place] = from[i];
      index[place] = (int32_t)i;
    }
  }
}

CLONES void ck_group_norm(const float *x, const float *weight, const float *bias, float *y,
                          float *mean, float *inverse_deviation, int64_t batch, int64_t positions,
                          int64_t channels, int64_t groups, float epsilon) {
  int64_t width = channels / groups;
  for (int64_t b = 0; b < batch; b++)
    for (int64_t g = 0; g < groups; g++) {
      const float *from = x + b * positions * channels + g * width;
      float *to = y + b * positions * channels + g * width;
      double sum = 0, squares = 0, count = (double)(positions * width);
      for (int64_t p = 0; p < positions; p++)
        for (int64_t c = 0; c < width; c++) sum += from[p * channels + c];
      double middle = sum / count;
      for (int64_t p = 0; p < positions; p++)
        for (int64_t c = 0; c < width; c++) {
          double difference = from[p * channels + c] - middle;
          squares += difference * difference;
        }
      float m = (float)middle, r = (float)(1 / sqrt(squares / count + epsilon));
      mean[b * groups + g] = m;
      inverse_deviation[b * groups + g] = r;
      for (int64_t p = 0; p < positions; p++)
        for (int64_t c = 0; c < width; c++)
          to[p * channels + c] =
              (from[p * channels + c] - m) * r * weight[g * width + c] + bias[g * width + c];
    }
}

CLONES void ck_group_norm_gradient(const float *x, const float *weight, const float *mean,
                                   const float *inverse_deviation, const float *dy, float *dx,
                                   float *dweight, float *dbias, int64_t batch, int64_t positions,
                                   int64_t channels, int64_t groups) {
  int64_t width = channels / groups;
  memset(dweight, 0, (size_t)channels * sizeof *dweight);
  memset(dbias, 0, (size_t)channels * sizeof *dbias);
  for (int64_t b = 0; b < batch; b++)
    for (int64_t g = 0; g < groups; g++) {
      int64_t start = b * positions * channels + g * width;
      float m = mean[b * groups + g], r = inverse_deviation[b * groups + g];
      // With x̂ = (x - m) r and d = dy · weight: dx = r (d - mean(d) - x̂ mean(d x̂)).
      double sum = 0, projected = 0, count = (double)(positions * width);
      for (int64_t p = 0; p < positions; p++)
        for (int64_t c = 0; c < width; c++) {
          int64_t i = start + p * channels + c;
          float normal = (x[i] - m) * r, d = dy[i] * weight[g * width + c];
          dweight[g * width + c] += dy[i] * normal;
          dbias[g * width + c] += dy[i];
          sum += d;
          projected += (double)d * normal;
        }
      float a = (float)(sum / count), k = (float)(projected / count);
      for (int64_t p = 0; p < positions; p++)
        for (int64_t c = 0; c < width; c++) {
          int64_t i = start + p * channels + c;
          float normal = (x[i] - m) * r, d = dy[i] * weight[g * width + c];
          dx[i] = r * (d - a - normal * k);
        }
    }
}
