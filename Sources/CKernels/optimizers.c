#include "vector.h"
#include <stdlib.h>

// Optimizer steps and operations on gradients. Each number is read and written once.

typedef struct {
  float *x, *m, *v;
  const float *dx;
  ck_step s;
  ck_adam a;
} adam_work;

CLONES static void adam_part(const void *context, int64_t begin, int64_t end) {
  const adam_work *w = context;
  ck_step s = w->s;
  ck_adam a = w->a;
  float *x = w->x, *m = w->m, *v = w->v;
  float joined = a.decoupled_decay ? 0 : s.decay, own = a.decoupled_decay ? s.decay : 0;
  float rate = s.learning_rate / a.correction1, root = 1 / a.correction2;
  APART for (int64_t i = begin; i < end; i++) {
    float g = w->dx[i] * s.gradient_scale + joined * x[i];
    m[i] = a.beta1 * m[i] + (1 - a.beta1) * g;
    v[i] = a.beta2 * v[i] + (1 - a.beta2) * g * g;
    x[i] -= s.learning_rate * own * x[i] + rate * m[i] / (square_root(v[i] * root) + a.epsilon);
  }
}

void ck_adam_step(float *x, const float *dx, float *m, float *v, ck_step step, ck_adam adam,
                  int64_t count) {
  adam_work work = {x, m, v, dx, step, adam};
  ck_parallel(count, GRAIN, adam_part, &work);
}

typedef struct {
  float *x, *velocity;
  const float *dx;
  ck_step s;
  float momentum;
  bool nesterov;
} sgd_work;

CLONES static void sgd_part(const void *context, int64_t begin, int64_t end) {
  const sgd_work *w = context;
  ck_step s = w->s;
  float *x = w->x, *v = w->velocity, momentum = w->momentum;
  if (!v) {
    APART for (int64_t i = begin; i < end; i++)
      x[i] -= s.learning_rate * (w->dx[i] * s.gradient_scale + s.decay * x[i]);
    return;
  }
  float ahead = w->nesterov ? momentum : 1, now = w->nesterov ? 1 : 0;
  APART for (int64_t i = begin; i < end; i++) {
    float g = w->dx[i] * s.gradient_scale + s.decay * x[i];
    v[i] = momentum * v[i] + g;
    x[i] -= s.learning_rate * (now * g + ahead * v[i]);
  }
}

void ck_sgd_step(float *x, const float *dx, float *velocity, float momentum, bool nesterov,
                 ck_step step, int64_t count) {
  sgd_work work = {x, velocity, dx, step, momentum, nesterov};
  ck_parallel(count, GRAIN, sgd_part, &work);
}

typedef struct {
  const float *x;
  float *y;
  float share;
} approach_work;

CLONES static void approach_part(const void *context, int64_t begin, int64_t end) {
  const approach_work *w = context;
  APART for (int64_t i = begin; i < end; i++) w->y[i] += w->share * (w->x[i] - w->y[i]);
}

void ck_approach(const float *x, float share, float *y, int64_t count) {
  approach_work work = {x, y, share};
  ck_parallel(count, GRAIN, approach_part, &work);
}

CLONES int64_t ck_clip(float *x, float limit, int64_t count) {
  int64_t beyond = 0;
  for (int64_t i = 0; i < count; i++) {
    beyond += x[i] > limit || x[i] < -limit;
    // Comparisons are written so that NaN stays NaN: a diverging training must show.
    x[i] = x[i] > limit ? limit : x[i] < -limit ? -limit : x[i];
  }
  return beyond;
}

// Blocks of a fixed length are summed separately and their sums added in order, so the result is the same to the bit
// for any number of threads. Eight running sums let the loop vectorise.
enum { STRETCH = 1 << 16 };

typedef struct {
  const float *x;
  double *sums;
  int64_t count;
} squares_work;

CLONES static void squares_part(const void *context, int64_t begin, int64_t end) {
  const squares_work *w = context;
  for (int64_t stretch = begin; stretch < end; stretch++) {
    const float *x = w->x + stretch * STRETCH;
    int64_t rest = w->count - stretch * STRETCH, count = rest < STRETCH ? rest : STRETCH, i = 0;
    double sums[8] = {0}, total = 0;
    for (; i + 8 <= count; i += 8)
      for (int lane = 0; lane < 8; lane++) sums[lane] += (double)x[i + lane] * x[i + lane];
    for (; i < count; i++) sums[0] += (double)x[i] * x[i];
    for (int lane = 0; lane < 8; lane++) total += sums[lane];
    w->sums[stretch] = total;
  }
}

double ck_sum_of_squares(const float *x, int64_t count) {
  int64_t stretches = (count + STRETCH - 1) / STRETCH;
  double *sums = malloc((size_t)(stretches + 1) * sizeof *sums), total = 0;
  if (!sums) abort();
  squares_work work = {x, sums, count};
  ck_parallel(stretches, 1, squares_part, &work);
  for (int64_t i = 0; i < stretches; i++) total += sums[i];
  free(sums);
  return total;
}
