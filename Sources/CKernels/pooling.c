#include "vector.h"

// Pooling over channels-last maps. The inner loop runs over channels and vectorises. The pictures of a batch are
// independent, and so are the output rows of a picture unless a gradient is scattered.

typedef struct {
  const float *x, *dy;
  float *y, *dx;
  ck_pooling s;
} pool_work;

INLINE int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

typedef struct {
  int64_t top, bottom, left, right;
} window;

INLINE window window_at(const ck_pooling *s, int64_t oy, int64_t ox) {
  int64_t top = oy * s->stride - s->pad_top, left = ox * s->stride - s->pad_left;
  return (window){larger(top, 0), smaller(top + s->window, s->height), larger(left, 0),
                  smaller(left + s->window, s->width)};
}

CLONES static void max_part(const void *context, int64_t begin, int64_t end) {
  const pool_work *w = context;
  const ck_pooling *s = &w->s;
  for (int64_t row = begin; row < end; row++) {
    int64_t b = row / s->out_height, oy = row % s->out_height;
    for (int64_t ox = 0; ox < s->out_width; ox++) {
      float *y = w->y + (row * s->out_width + ox) * s->channels;
      window v = window_at(s, oy, ox);
      for (int64_t c = 0; c < s->channels; c++) y[c] = -INFINITY;
      for (int64_t iy = v.top; iy < v.bottom; iy++)
        for (int64_t ix = v.left; ix < v.right; ix++) {
          const float *x = w->x + ((b * s->height + iy) * s->width + ix) * s->channels;
          for (int64_t c = 0; c < s->channels; c++) y[c] = x[c] > y[c] ? x[c] : y[c];
        }
    }
  }
}

void ck_max_pool(const float *x, float *y, ck_pooling shape) {
  pool_work work = {.x = x, .y = y, .s = shape};
  ck_parallel(shape.batch * shape.out_height, 1, max_part, &work);
}

/// The largest of 8-bit numbers: `type` is theirs, and `lowest` the smallest of the type.
#define MAX_OF_BYTES(name, type, lowest)                                                        \
  CLONES static void name(const void *context, int64_t begin, int64_t end) {                    \
    const byte_pool_work *w = context;                                                          \
    const ck_pooling *s = &w->s;                                                                \
    for (int64_t row = begin; row < end; row++) {                                               \
      int64_t b = row / s->out_height, oy = row % s->out_height;                                \
      for (int64_t ox = 0; ox < s->out_width; ox++) {                                           \
        type *y = (type *)w->y + (row * s->out_width + ox) * s->channels;                       \
        window v = window_at(s, oy, ox);                                                        \
        for (int64_t c = 0; c < s->channels; c++) y[c] = lowest;                                \
        for (int64_t iy = v.top; iy < v.bottom; iy++)                                           \
          for (int64_t ix = v.left; ix < v.right; ix++) {                                       \
            const type *x = (const type *)w->x + ((b * s->height + iy) * s->width + ix) * s->channels; \
            for (int64_t c = 0; c < s->channels; c++) y[c] = x[c] > y[c] ? x[c] : y[c];         \
          }                                                                                     \
      }                                                                                         \
    }                                                                                           \
  }

typedef struct {
  const void *x;
  void *y;
  ck_pooling s;
} byte_pool_work;

MAX_OF_BYTES(max_int8_part, int8_t, INT8_MIN)
MAX_OF_BYTES(max_uint8_part, uint8_t, 0)

void ck_max_pool_bytes(const void *x, ck_type type, void *y, ck_pooling shape) {
  byte_pool_work work = {x, y, shape};
  ck_parallel(shape.batch * shape.out_height, 1, type == CK_INT8 ? max_int8_part : max_uint8_part,
              &work);
}

enum { CHANNELS = 128 };

/// Adds dy to the largest element of one window, for a range of channels.
INLINE void send_to_winners(const ck_pooling *s, window v, const float *x, const float *dy,
                            float *dx, int64_t count) {
  float best[CHANNELS];
  int32_t winner[CHANNELS], place = 0;
  for (int64_t iy = v.top; iy < v.bottom; iy++)
    for (int64_t ix = v.left; ix < v.right; ix++, place++) {
      const float *here = x + (iy * s->width + ix) * s->channels;
      if (place == 0) {
        for (int64_t c = 0; c < count; c++) best[c] = here[c], winner[c] = 0;
        continue;
      }
      for (int64_t c = 0; c < count; c++) {
        winner[c] = here[c] > best[c] ? place : winner[c];
        best[c] = here[c] > best[c] ? here[c] : best[c];
      }
    }
  place = 0;
  for (int64_t iy = v.top; iy < v.bottom; iy++)
    for (int64_t ix = v.left; ix < v.right; ix++, place++) {
      float *here = dx + (iy * s->width + ix) * s->channels;
      APART for (int64_t c = 0; c < count; c++) here[c] += winner[c] == place ? dy[c] : 0;
    }
}

CLONES static void max_gradient_part(const void *context, int64_t begin, int64_t end) {
  const pool_work *w = context;
  const ck_pooling *s = &w->s;
  int64_t picture = s->height * s->width * s->channels;
  for (int64_t b = begin; b < end; b++) {
    float *dx = w->dx + b * picture;
    memset(dx, 0, (size_t)picture * sizeof *dx);
    for (int64_t o = 0; o < s->out_height * s->out_width; o++) {
      const float *dy = w->dy + (b * s->out_height * s->out_width + o) * s->channels;
      window v = window_at(s, o / s->out_width, o % s->out_width);
      for (int64_t c = 0; c < s->channels; c += CHANNELS)
        send_to_winners(s, v, w->x + b * picture + c, dy + c, dx + c,
                        smaller(CHANNELS, s->channels - c));
    }
  }
}

void ck_max_pool_gradient(const float *x, const float *dy, float *dx, ck_pooling shape) {
  pool_work work = {.x = x, .dy = dy, .dx = dx, .s = shape};
  ck_parallel(shape.batch, 1, max_gradient_part, &work);
}

CLONES static void average_part(const void *context, int64_t begin, int64_t end) {
  const pool_work *w = context;
  const ck_pooling *s = &w->s;
  float share = 1.0f / (float)(s->window * s->window);
  for (int64_t row = begin; row < end; row++) {
    int64_t b = row / s->out_height, oy = row % s->out_height;
    for (int64_t ox = 0; ox < s->out_width; ox++) {
      float *y = w->y + (row * s->out_width + ox) * s->channels;
      window v = window_at(s, oy, ox);
      for (int64_t c = 0; c < s->channels; c++) y[c] = 0;
      for (int64_t iy = v.top; iy < v.bottom; iy++)
        for (int64_t ix = v.left; ix < v.right; ix++) {
          const float *x = w->x + ((b * s->height + iy) * s->width + ix) * s->channels;
          for (int64_t c = 0; c < s->channels; c++) y[c] += x[c];
        }
      for (int64_t c = 0; c < s->channels; c++) y[c] *= share;
    }
  }
}

void ck_average_pool(const float *x, float *y, ck_pooling shape) {
  pool_work work = {.x = x, .y = y, .s = shape};
  ck_parallel(shape.batch * shape.out_height, 1, average_part, &work);
}

CLONES static void average_gradient_part(const void *context, int64_t begin, int64_t end) {
  const pool_work *w = context;
  const ck_pooling *s = &w->s;
  int64_t picture = s->height * s->width * s->channels;
  float share = 1.0f / (float)(s->window * s->window);
  for (int64_t b = begin; b < end; b++) {
    float *dx = w->dx + b * picture;
    memset(dx, 0, (size_t)picture * sizeof *dx);
    for (int64_t o = 0; o < s->out_height * s->out_width; o++) {
      const float *dy = w->dy + (b * s->out_height * s->out_width + o) * s->channels;
      window v = window_at(s, o / s->out_width, o % s->out_width);
      for (int64_t iy = v.top; iy < v.bottom; iy++)
        for (int64_t ix = v.left; ix < v.right; ix++) {
          float *to = dx + (iy * s->width + ix) * s->channels;
          for (int64_t c = 0; c < s->channels; c++) to[c] += dy[c] * share;
        }
    }
  }
}

void ck_average_pool_gradient(const float *dy, float *dx, ck_pooling shape) {
  pool_work work = {.dy = dy, .dx = dx, .s = shape};
  ck_parallel(shape.batch, 1, average_gradient_part, &work);
}
