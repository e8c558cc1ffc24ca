#include "vector.h"

// Additive attention. The scores of all positions, their softmax and the weighted mean are computed in one pass over
// a picture. Nothing of the size of the keys is kept for the backward pass: to compute a tanh again takes less time
// than to load it.

typedef struct {
  const float *queries, *keys, *values, *scoring;
  const int32_t *pictures;
  ck_attention shape;
  float *context, *weights;
} attention_work;

/// Returns v · tanh(key + query), in sixteen lanes as in probabilities.c.
INLINE float score(const float *key, const float *query, const float *scoring, int64_t size) {
  float sums[16] = {0}, total = 0;
  int64_t i = 0;
  for (; i + 16 <= size; i += 16)
    for (int lane = 0; lane < 16; lane++)
      sums[lane] += scoring[i + lane] * fast_tanh(key[i + lane] + query[i + lane]);
  for (; i < size; i++) total += scoring[i] * fast_tanh(key[i] + query[i]);
  for (int lane = 0; lane < 16; lane++) total += sums[lane];
  return total;
}

INLINE float dot(const float *a, const float *b, int64_t size) {
  float sums[16] = {0}, total = 0;
  int64_t i = 0;
  for (; i + 16 <= size; i += 16)
    for (int lane = 0; lane < 16; lane++) sums[lane] += a[i + lane] * b[i + lane];
  for (; i < size; i++) total += a[i] * b[i];
  for (int lane = 0; lane < 16; lane++) total += sums[lane];
  return total;
}

INLINE void softmax_in_place(float *x, int64_t count) {
  float largest = x[0], sum = 0;
  for (int64_t i = 1; i < count; i++) largest = x[i] > largest ? x[i] : largest;
  for (int64_t i = 0; i < count; i++) sum += x[i] = fast_exp(x[i] - largest);
  for (int64_t i = 0; i < count; i++) x[i] /= sum;
}

/// The positions of a picture: the row of the first one, and their number.
typedef struct {
  int64_t start, count;
} places;

INLINE places places_of(ck_attention shape, int64_t picture) {
  int64_t start = shape.starts[picture];
  return (places){start, shape.starts[picture + 1] - start};
}

/// Sets the weights after the last position of a picture to 0, up to the length of a row.
INLINE void clear_behind(float *row, int64_t count, ck_attention shape) {
  memset(row + count, 0, (size_t)(shape.positions - count) * sizeof *row);
}

CLONES static void attend_part(const void *context, int64_t begin, int64_t end) {
  const attention_work *w = context;
  int64_t size = w->shape.size, channels = w->shape.channels;
  for (int64_t row = begin; row < end; row++) {
    places at = places_of(w->shape, w->pictures[row]);
    int64_t positions = at.count;
    const float *key = w->keys + at.start * size, *value = w->values + at.start * channels;
    float *weight = w->weights + row * w->shape.positions, *mean = w->context + row * channels;
    clear_behind(weight, positions, w->shape);
    for (int64_t l = 0; l < positions; l++)
      weight[l] = score(key + l * size, w->queries + row * size, w->scoring, size);
    softmax_in_place(weight, positions);
    memset(mean, 0, (size_t)channels * sizeof *mean);
    for (int64_t l = 0; l < positions; l++)
      APART for (int64_t f = 0; f < channels; f++) mean[f] += weight[l] * value[l * channels + f];
  }
}

void ck_attend(const float *queries, const float *keys, const float *values, const float *scoring,
               const int32_t *pictures, ck_attention shape, float *context, float *weights) {
  attention_work work = {queries, keys, values, scoring, pictures, shape, context, weights};
  ck_parallel(shape.rows, 1, attend_part, &work);
}

typedef struct {
  ck_attention_forward x;
  ck_attention shape;
  const float *dcontext, *dweights;
  float *dqueries, *dscores, *dscoring;
} attention_gradient_work;

/// Computes the gradient of the scores of a row from those of its weights and its context.
INLINE void score_gradient(const attention_gradient_work *w, int64_t row, places at,
                           float *dscore) {
  int64_t positions = at.count, stride = w->shape.positions, channels = w->shape.channels;
  const float *weight = w->x.weights + row * stride;
  const float *value = w->x.values + at.start * channels;
  float mean = 0;
  clear_behind(dscore, positions, w->shape);
  for (int64_t l = 0; l < positions; l++) {
    dscore[l] = w->dweights ? w->dweights[row * stride + l] : 0;
    if (w->dcontext)
      dscore[l] += dot(w->dcontext + row * channels, value + l * channels, channels);
    mean += weight[l] * dscore[l];
  }
  for (int64_t l = 0; l < positions; l++) dscore[l] = weight[l] * (dscore[l] - mean);
}

CLONES static void attend_gradient_part(const void *context, int64_t begin, int64_t end) {
  const attention_gradient_work *w = context;
  int64_t size = w->shape.size;
  const float *scoring = w->x.scoring;
  for (int64_t row = begin; row < end; row++) {
    places at = places_of(w->shape, w->x.pictures[row]);
    int64_t positions = at.count;
    const float *key = w->x.keys + at.start * size;
    const float *query = w->x.queries + row * size;
    float *dquery = w->dqueries + row * size, *dscoring = w->dscoring + row * size;
    float *dscore = w->dscores + row * w->shape.positions;
    score_gradient(w, row, at, dscore);
    memset(dquery, 0, (size_t)size * sizeof *dquery);
    memset(dscoring, 0, (size_t)size * sizeof *dscoring);
    for (int64_t l = 0; l < positions; l++)
      APART for (int64_t i = 0; i < size; i++) {
        float t = fast_tanh(key[l * size + i] + query[i]);
        dscoring[i] += dscore[l] * t;
        dquery[i] += dscore[l] * scoring[i] * (1 - t * t);
      }
  }
}

void ck_attend_gradient(ck_attention_forward x, ck_attention shape, const float *dcontext,
                        const float *dweights, float *dqueries, float *dscores, float *dscoring) {
  attention_gradient_work work = {x, shape, dcontext, dweights, dqueries, dscores, dscoring};
  ck_parallel(shape.rows, 1, attend_gradient_part, &work);
}

// The gradients of keys and values are computed picture by picture, from all rows that attended to each. Each gradient
// is written once for any number of steps, while its keys or values stay in the cache.

typedef struct {
  const float *queries, *keys, *scoring, *dscores;
  const int32_t *pictures;
  ck_attention shape;
  float *dkeys;
} key_gradient_work;

CLONES static void key_gradient_part(const void *context, int64_t begin, int64_t end) {
  const key_gradient_work *w = context;
  int64_t size = w->shape.size;
  for (int64_t picture = begin; picture < end; picture++) {
    places at = places_of(w->shape, picture);
    int64_t positions = at.count;
    const float *key = w->keys + at.start * size;
    float *dkey = w->dkeys + at.start * size;
    memset(dkey, 0, (size_t)(positions * size) * sizeof *dkey);
    for (int64_t row = 0; row < w->shape.rows; row++) {
      if (w->pictures[row] != picture) continue;
      const float *query = w->queries + row * size, *scoring = w->scoring;
      for (int64_t l = 0; l < positions; l++) {
        float dscore = w->dscores[row * w->shape.positions + l];
        APART for (int64_t i = 0; i < size; i++) {
          float t = fast_tanh(key[l * size + i] + query[i]);
          dkey[l * size + i] += dscore * scoring[i] * (1 - t * t);
        }
      }
    }
  }
}

void ck_attend_key_gradient(const float *queries, const float *keys, const float *scoring,
                            const int32_t *pictures, ck_attention shape, const float *dscores,
                            float *dkeys) {
  key_gradient_work work = {queries, keys, scoring, dscores, pictures, shape, dkeys};
  ck_parallel(shape.pictures, 1, key_gradient_part, &work);
}

typedef struct {
  const float *weights, *dcontext;
  const int32_t *pictures;
  ck_attention shape;
  float *dvalues;
} value_gradient_work;

CLONES static void value_gradient_part(const void *context, int64_t begin, int64_t end) {
  const value_gradient_work *w = context;
  int64_t channels = w->shape.channels;
  for (int64_t picture = begin; picture < end; picture++) {
    places at = places_of(w->shape, picture);
    int64_t positions = at.count;
    float *dvalue = w->dvalues + at.start * channels;
    memset(dvalue, 0, (size_t)(positions * channels) * sizeof *dvalue);
    for (int64_t row = 0; row < w->shape.rows; row++) {
      if (w->pictures[row] != picture) continue;
      const float *weight = w->weights + row * w->shape.positions;
      const float *dmean = w->dcontext + row * channels;
      for (int64_t l = 0; l < positions; l++)
        APART for (int64_t f = 0; f < channels; f++) dvalue[l * channels + f] += weight[l] * dmean[f];
    }
  }
}

void ck_attend_value_gradient(const float *weights, const int32_t *pictures, ck_attention shape,
                              const float *dcontext, float *dvalues) {
  value_gradient_work work = {weights, dcontext, pictures, shape, dvalues};
  ck_parallel(shape.pictures, 1, value_gradient_part, &work);
}
