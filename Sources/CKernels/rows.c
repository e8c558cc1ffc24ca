#include "vector.h"

typedef struct {
  const void *x;
  void *y;
  const uint64_t *keys;
  uint32_t limit;
  float kept;
  bool is_bfloat16;
  int64_t columns;
} dropout_work;

/// Number `index` of the stream that begins with `key` (SplitMix64; Steele et al., 2014), from 1.
INLINE uint64_t draw(uint64_t key, uint64_t index) {
  uint64_t z = key + index * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

CLONES static void dropout_part(const void *context, int64_t begin, int64_t end) {
  const dropout_work *w = context;
  for (int64_t row = begin; row < end; row++) {
    const float *x = (const float *)w->x + row * w->columns;
    const uint16_t *x_bfloats = (const uint16_t *)w->x + row * w->columns;
    float *y = (float *)w->y + row * w->columns;
    uint16_t *y_bfloats = (uint16_t *)w->y + row * w->columns;
    for (int64_t start = 0; start < w->columns; start += 256) {
      int64_t count = w->columns - start < 256 ? w->columns - start : 256;
      uint64_t draws[64];
      for (int64_t i = 0; i < 64; i++) draws[i] = draw(w->keys[row], (uint64_t)(start / 4 + i + 1));
      const uint16_t *bits = (const uint16_t *)draws;
      if (w->is_bfloat16)
        APART for (int64_t i = 0; i < count; i++)
          y_bfloats[start + i] =
              to_bfloat16(bits[i] < w->limit ? 0 : from_bfloat16(x_bfloats[start + i]) * w->kept);
      else
        APART for (int64_t i = 0; i < count; i++)
          y[start + i] = bits[i] < w->limit ? 0 : x[start + i] * w->kept;
    }
  }
}

void ck_dropout(const void *x, ck_type type, const uint64_t *keys, uint32_t limit, float kept,
                void *y, int64_t rows, int64_t columns) {
  dropout_work work = {x, y, keys, limit, kept, type == CK_BFLOAT16, columns};
  ck_parallel(rows, 1 + GRAIN / (columns + 1), dropout_part, &work);
}

typedef struct {
  const char *table;
  const int32_t *indices;
  char *y;
  int64_t bytes;
} gather_work;

static void gather_part(const void *context, int64_t begin, int64_t end) {
  const gather_work *w = context;
  for (int64_t row = begin; row < end; row++)
    memcpy(w->y + row * w->bytes, w->table + w->indices[row] * w->bytes, (size_t)w->bytes);
}

void ck_gather(const void *table, const int32_t *indices, void *y, int64_t rows, int64_t bytes) {
  gather_work work = {table, indices, y, bytes};
  ck_parallel(rows, 1 + 16 * GRAIN / (bytes + 1), gather_part, &work);
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
