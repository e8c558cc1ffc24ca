#include "vector.h"

typedef struct {
  const float *x;
  float *y;
  int64_t columns;
  bool logarithm;
} softmax_work;

// Sixteen lanes, because a maximum or a sum of floats in source order would not vectorise.

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

/// Whether any of sixteen numbers is above `limit`.
INLINE bool exceeds(const float *x, float limit) {
  int found = 0;
  for (int lane = 0; lane < 16; lane++) found |= x[lane] > limit;
  return found;
}

CLONES void ck_largest(const float *x, int64_t rows, int64_t columns, int64_t k, int32_t *indices,
                       float *values) {
  for (int64_t row = 0; row < rows; row++) {
    const float *from = x + row * columns;
    int32_t *index = indices + row * k;
    float *value = values + row * k;
    int64_t kept = 0;
    for (int64_t i = 0; i < columns; i++) {
      // Most numbers of a row are among the largest of nobody: pass them sixteen at a time.
      while (kept == k && i + 16 <= columns && !exceeds(from + i, value[k - 1])) i += 16;
      if (i == columns) break;
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

// MARK: Group norm

// A group is a few neighbouring channels, too few for a vector. So every pass runs over all channels
// of a position and keeps one number per channel; groups are made of those afterwards.

typedef struct {
  const float *x, *weight, *bias;
  float *y, *mean, *inverse_deviation;
  int64_t positions, channels, groups;
  float epsilon;
} norm_work;

/// Replaces each channel's number by the mean over its group.
INLINE void average_groups(double *numbers, int64_t channels, int64_t groups, int64_t positions) {
  int64_t width = channels / groups;
  for (int64_t g = 0; g < groups; g++) {
    double sum = 0;
    for (int64_t c = g * width; c < (g + 1) * width; c++) sum += numbers[c];
    for (int64_t c = g * width; c < (g + 1) * width; c++)
      numbers[c] = sum / (double)(width * positions);
  }
}

CLONES static void norm_part(const void *context, int64_t begin, int64_t end) {
  const norm_work *w = context;
  int64_t channels = w->channels, positions = w->positions, width = channels / w->groups;
  double mean[channels], variance[channels];
  float middle[channels], factor[channels];
  for (int64_t b = begin; b < end; b++) {
    const float *x = w->x + b * positions * channels;
    float *y = w->y + b * positions * channels;
    for (int64_t c = 0; c < channels; c++) mean[c] = variance[c] = 0;
    for (int64_t p = 0; p < positions; p++)
      APART for (int64_t c = 0; c < channels; c++) mean[c] += x[p * channels + c];
    average_groups(mean, channels, w->groups, positions);
    for (int64_t p = 0; p < positions; p++)
      APART for (int64_t c = 0; c < channels; c++) {
        double difference = x[p * channels + c] - mean[c];
        variance[c] += difference * difference;
      }
    average_groups(variance, channels, w->groups, positions);
    for (int64_t c = 0; c < channels; c++) {
      float inverse = (float)(1 / sqrt(variance[c] + w->epsilon));
      middle[c] = (float)mean[c];
      factor[c] = inverse * w->weight[c];
      w->mean[b * w->groups + c / width] = middle[c];
      w->inverse_deviation[b * w->groups + c / width] = inverse;
    }
    for (int64_t p = 0; p < positions; p++)
      APART for (int64_t c = 0; c < channels; c++)
        y[p * channels + c] = (x[p * channels + c] - middle[c]) * factor[c] + w->bias[c];
  }
}

void ck_group_norm(const float *x, const float *weight, const float *bias, float *y, float *mean,
                   float *inverse_deviation, int64_t batch, int64_t positions, int64_t channels,
                   int64_t groups, float epsilon) {
  norm_work work = {x,         weight,   bias,   y,      mean, inverse_deviation,
                    positions, channels, groups, epsilon};
  ck_parallel(batch, 1 + GRAIN / (positions * channels + 1), norm_part, &work);
}

typedef struct {
  const float *x, *weight, *mean, *inverse_deviation, *dy;
  float *dx, *dweight, *dbias;
  int64_t batch, positions, channels, groups;
} norm_gradient_work;

/// The groups from `begin` to `end` of all pictures: the sums over pictures then need no second thread.
CLONES static void norm_gradient_part(const void *context, int64_t begin, int64_t end) {
  const norm_gradient_work *w = context;
  int64_t channels = w->channels, positions = w->positions, width = channels / w->groups;
  int64_t skipped = begin * width, count = (end - begin) * width;
  double sum[count], projected[count];
  float middle[count], inverse[count], offset[count], slope[count];
  const float *weight = w->weight + skipped;
  float *dweight = w->dweight + skipped, *dbias = w->dbias + skipped;
  memset(dweight, 0, (size_t)count * sizeof *dweight);
  memset(dbias, 0, (size_t)count * sizeof *dbias);
  for (int64_t b = 0; b < w->batch; b++) {
    const float *x = w->x + b * positions * channels + skipped;
    const float *dy = w->dy + b * positions * channels + skipped;
    float *dx = w->dx + b * positions * channels + skipped;
    for (int64_t c = 0; c < count; c++) {
      middle[c] = w->mean[b * w->groups + begin + c / width];
      inverse[c] = w->inverse_deviation[b * w->groups + begin + c / width];
      sum[c] = projected[c] = 0;
    }
    for (int64_t p = 0; p < positions; p++)
      APART for (int64_t c = 0; c < count; c++) {
        int64_t i = p * channels + c;
        sum[c] += dy[i];
        projected[c] += dy[i] * ((x[i] - middle[c]) * inverse[c]);
      }
    for (int64_t c = 0; c < count; c++) {
      dbias[c] += (float)sum[c];
      dweight[c] += (float)projected[c];
      sum[c] *= weight[c];
      projected[c] *= weight[c];
    }
    // With x̂ = (x - m) r and d = dy · weight: dx = r (d - mean(d) - x̂ mean(d x̂)).
    average_groups(sum, count, end - begin, positions);
    average_groups(projected, count, end - begin, positions);
    for (int64_t c = 0; c < count; c++) {
      offset[c] = (float)sum[c];
      slope[c] = (float)projected[c];
    }
    for (int64_t p = 0; p < positions; p++)
      APART for (int64_t c = 0; c < count; c++) {
        int64_t i = p * channels + c;
        float normal = (x[i] - middle[c]) * inverse[c];
        dx[i] = inverse[c] * (dy[i] * weight[c] - offset[c] - normal * slope[c]);
      }
  }
}

void ck_group_norm_gradient(const float *x, const float *weight, const float *mean,
                            const float *inverse_deviation, const float *dy, float *dx,
                            float *dweight, float *dbias, int64_t batch, int64_t positions,
                            int64_t channels, int64_t groups) {
  norm_gradient_work work = {x,  weight,  mean,  inverse_deviation, dy,       dx,
                             dweight, dbias, batch, positions, channels, groups};
  // A part is at least a vector wide, and long enough to be worth a second thread.
  int64_t width = channels / groups, work_per_group = batch * positions * width;
  int64_t grain = 1 + (width < 16 ? 15 / width : 0), worth = 1 + GRAIN / (work_per_group + 1);
  ck_parallel(groups, grain > worth ? grain : worth, norm_gradient_part, &work);
}
