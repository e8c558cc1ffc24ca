#include "vector.h"

// The gates of recurrent cells, in one pass per step: each number is read and written once. Threads divide the rows,
// so results are the same to the bit for any number of threads.

typedef struct {
  float *gates;
  const float *previous_cell;
  float *cell;
  void *hidden;
  bool is_bfloat16;
  int64_t size;
} lstm_work;

INLINE void lstm_rows(const lstm_work *w, int64_t begin, int64_t end, bool is_bfloat16) {
  int64_t h = w->size;
  for (int64_t row = begin; row < end; row++) {
    float *i = w->gates + row * 4 * h, *f = i + h, *g = f + h, *o = g + h;
    const float *before = w->previous_cell + row * h;
    float *c = w->cell + row * h, *y = (float *)w->hidden + row * h;
    uint16_t *bfloats = (uint16_t *)w->hidden + row * h;
    APART for (int64_t k = 0; k < h; k++) {
      i[k] = fast_sigmoid(i[k]);
      f[k] = fast_sigmoid(f[k]);
      g[k] = fast_tanh(g[k]);
      o[k] = fast_sigmoid(o[k]);
      c[k] = f[k] * before[k] + i[k] * g[k];
      float out = o[k] * fast_tanh(c[k]);
      if (is_bfloat16) bfloats[k] = to_bfloat16(out);
      else y[k] = out;
    }
  }
}

CLONES static void lstm_part(const void *context, int64_t begin, int64_t end) {
  const lstm_work *w = context;
  if (w->is_bfloat16) lstm_rows(w, begin, end, true);
  else lstm_rows(w, begin, end, false);
}

void ck_lstm_gates(float *gates, const float *previous_cell, float *cell, void *hidden,
                   ck_type type, int64_t rows, int64_t size) {
  lstm_work work = {gates, previous_cell, cell, hidden, type == CK_BFLOAT16, size};
  ck_parallel(rows, 1 + GRAIN / (4 * size), lstm_part, &work);
}

typedef struct {
  const float *gates, *previous_cell, *cell, *dhidden;
  float *dcell;
  void *dgates;
  bool is_bfloat16;
  int64_t size;
} lstm_gradient_work;

INLINE void lstm_gradient_rows(const lstm_gradient_work *w, int64_t begin, int64_t end,
                               bool is_bfloat16) {
  int64_t h = w->size;
  for (int64_t row = begin; row < end; row++) {
    const float *i = w->gates + row * 4 * h, *f = i + h, *g = f + h, *o = g + h;
    const float *before = w->previous_cell + row * h, *c = w->cell + row * h;
    const float *dh = w->dhidden + row * h;
    float *dc = w->dcell + row * h, *floats = (float *)w->dgates + row * 4 * h;
    uint16_t *bfloats = (uint16_t *)w->dgates + row * 4 * h;
    APART for (int64_t k = 0; k < h; k++) {
      float t = fast_tanh(c[k]);
      float d = dc[k] + dh[k] * o[k] * (1 - t * t);
      float di = d * g[k] * i[k] * (1 - i[k]), df = d * before[k] * f[k] * (1 - f[k]);
      float dg = d * i[k] * (1 - g[k] * g[k]), d_o = dh[k] * t * o[k] * (1 - o[k]);
      dc[k] = d * f[k];
      if (is_bfloat16) {
        bfloats[k] = to_bfloat16(di), bfloats[h + k] = to_bfloat16(df);
        bfloats[2 * h + k] = to_bfloat16(dg), bfloats[3 * h + k] = to_bfloat16(d_o);
      } else {
        floats[k] = di, floats[h + k] = df, floats[2 * h + k] = dg, floats[3 * h + k] = d_o;
      }
    }
  }
}

CLONES static void lstm_gradient_part(const void *context, int64_t begin, int64_t end) {
  const lstm_gradient_work *w = context;
  if (w->is_bfloat16) lstm_gradient_rows(w, begin, end, true);
  else lstm_gradient_rows(w, begin, end, false);
}

void ck_lstm_gates_gradient(const float *gates, const float *previous_cell, const float *cell,
                            const float *dhidden, float *dcell, void *dgates, ck_type type,
                            int64_t rows, int64_t size) {
  lstm_gradient_work work = {gates,  previous_cell,       cell, dhidden, dcell,
                             dgates, type == CK_BFLOAT16, size};
  ck_parallel(rows, 1 + GRAIN / (4 * size), lstm_gradient_part, &work);
}

typedef struct {
  float *gates;
  const float *recurrent, *previous;
  float *hidden;
  uint16_t *rounded;
  int64_t size;
} gru_work;

INLINE void gru_rows(const gru_work *w, int64_t begin, int64_t end, bool rounds) {
  int64_t h = w->size;
  for (int64_t row = begin; row < end; row++) {
    float *r = w->gates + row * 3 * h, *z = r + h, *n = z + h;
    const float *ur = w->recurrent + row * 3 * h, *uz = ur + h, *un = uz + h;
    const float *before = w->previous + row * h;
    float *y = w->hidden + row * h;
    uint16_t *bfloats = rounds ? w->rounded + row * h : NULL;
    APART for (int64_t k = 0; k < h; k++) {
      r[k] = fast_sigmoid(r[k] + ur[k]);
      z[k] = fast_sigmoid(z[k] + uz[k]);
      n[k] = fast_tanh(n[k] + r[k] * un[k]);
      y[k] = (1 - z[k]) * n[k] + z[k] * before[k];
      if (rounds) bfloats[k] = to_bfloat16(y[k]);
    }
  }
}

CLONES static void gru_part(const void *context, int64_t begin, int64_t end) {
  const gru_work *w = context;
  if (w->rounded) gru_rows(w, begin, end, true);
  else gru_rows(w, begin, end, false);
}

void ck_gru_gates(float *gates, const float *recurrent, const float *previous, float *hidden,
                  uint16_t *rounded, int64_t rows, int64_t size) {
  gru_work work = {gates, recurrent, previous, hidden, rounded, size};
  ck_parallel(rows, 1 + GRAIN / (3 * size), gru_part, &work);
}

typedef struct {
  const float *gates, *recurrent, *previous;
  float *dhidden;
  void *dgates, *drecurrent;
  bool is_bfloat16;
  int64_t size;
} gru_gradient_work;

INLINE void gru_gradient_rows(const gru_gradient_work *w, int64_t begin, int64_t end,
                              bool is_bfloat16) {
  int64_t h = w->size;
  for (int64_t row = begin; row < end; row++) {
    const float *r = w->gates + row * 3 * h, *z = r + h, *n = z + h;
    const float *un = w->recurrent + row * 3 * h + 2 * h;
    const float *before = w->previous + row * h;
    float *dh = w->dhidden + row * h;
    float *dx = (float *)w->dgates + row * 3 * h, *du = (float *)w->drecurrent + row * 3 * h;
    uint16_t *dx_bfloats = (uint16_t *)w->dgates + row * 3 * h;
    uint16_t *du_bfloats = (uint16_t *)w->drecurrent + row * 3 * h;
    APART for (int64_t k = 0; k < h; k++) {
      float candidate = dh[k] * (1 - z[k]) * (1 - n[k] * n[k]);
      float dun = candidate * r[k];
      float dr = candidate * un[k] * r[k] * (1 - r[k]);
      float dz = dh[k] * (before[k] - n[k]) * z[k] * (1 - z[k]);
      dh[k] *= z[k];
      if (is_bfloat16) {
        dx_bfloats[k] = du_bfloats[k] = to_bfloat16(dr);
        dx_bfloats[h + k] = du_bfloats[h + k] = to_bfloat16(dz);
        dx_bfloats[2 * h + k] = to_bfloat16(candidate);
        du_bfloats[2 * h + k] = to_bfloat16(dun);
      } else {
        dx[k] = du[k] = dr, dx[h + k] = du[h + k] = dz;
        dx[2 * h + k] = candidate, du[2 * h + k] = dun;
      }
    }
  }
}

CLONES static void gru_gradient_part(const void *context, int64_t begin, int64_t end) {
  const gru_gradient_work *w = context;
  if (w->is_bfloat16) gru_gradient_rows(w, begin, end, true);
  else gru_gradient_rows(w, begin, end, false);
}

void ck_gru_gates_gradient(const float *gates, const float *recurrent, const float *previous,
                           float *dhidden, void *dgates, void *drecurrent, ck_type type,
                           int64_t rows, int64_t size) {
  gru_gradient_work work = {gates,  recurrent,  previous,           dhidden,
                            dgates, drecurrent, type == CK_BFLOAT16, size};
  ck_parallel(rows, 1 + GRAIN / (3 * size), gru_gradient_part, &work);
}
