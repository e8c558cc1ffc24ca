#include "vector.h"

// A group is a few neighbouring channels, too few for a vector register. So every pass runs over all channels of a
// position and keeps one number per channel, which are then combined by group.

typedef struct {
  const float *x, *weight, *bias;
  float *y, *mean, *inverse_deviation;
  int64_t positions, channels, groups;
  float epsilon;
} norm_work;

/// Replaces the number of each channel by the mean over its group.
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

/// Computes the groups from `begin` to `end` of all pictures, so that no two threads add to the same sum.
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
  // A part is at least as wide as a vector register, and large enough to be worth a second thread.
  int64_t width = channels / groups, work_per_group = batch * positions * width;
  int64_t grain = 1 + (width < 16 ? 15 / width : 0), worth = 1 + GRAIN / (work_per_group + 1);
  ck_parallel(groups, grain > worth ? grain : worth, norm_gradient_part, &work);
}
