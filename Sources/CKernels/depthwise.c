#include "vector.h"
#include <stdlib.h>

// The weight gradient of depthwise convolutions over channels-last maps. oneDNN (2.6.3) has a kernel for 3×3 windows;
// of larger ones it computes each channel by itself, which takes sixty times as long. Here a block of channels is
// summed up by one thread, so that the result does not depend on the number of threads.

enum { LANES = 16 };
typedef float floats __attribute__((vector_size(4 * LANES)));
typedef uint32_t words __attribute__((vector_size(4 * LANES)));
typedef uint16_t halves __attribute__((vector_size(2 * LANES)));

typedef struct {
  const void *x, *dy;
  float *dweight;
  ck_pooling s;
  bool is_bfloat16;
} depthwise_work;

/// Loads the numbers of up to 16 channels; the lanes of others are 0.
INLINE void load(const void *x, int64_t place, int64_t lanes, bool is_bfloat16, floats *into) {
  if (is_bfloat16) {
    const uint16_t *from = (const uint16_t *)x + place;
    halves some = {0};
    if (lanes == LANES) memcpy(&some, from, sizeof some);
    else memcpy(&some, from, (size_t)lanes * sizeof *from);
    *into = (floats)(__builtin_convertvector(some, words) << 16);
    return;
  }
  const float *from = (const float *)x + place;
  *into = (floats){0};
  if (lanes == LANES) memcpy(into, from, sizeof *into);
  else memcpy(into, from, (size_t)lanes * sizeof *from);
}

/// A picture's numbers of 16 channels, side by side: its map with the zeros around it, and the gradient.
typedef struct {
  floats *x, *dy;
  int64_t height, width;
} block_of_picture;

/// Copies a block of channels of a picture, so that every number is widened once, and read in order.
INLINE void gather(const depthwise_work *w, int64_t picture, int64_t channel, int64_t lanes,
                   bool is_bfloat16, block_of_picture *p) {
  const ck_pooling *s = &w->s;
  for (int64_t row = 0; row < p->height; row++)
    for (int64_t column = 0; column < p->width; column++) {
      int64_t iy = row - s->pad_top, ix = column - s->pad_left;
      bool is_inside = iy >= 0 && iy < s->height && ix >= 0 && ix < s->width;
      int64_t place = ((picture * s->height + iy) * s->width + ix) * s->channels + channel;
      floats *to = p->x + row * p->width + column;
      if (is_inside) load(w->x, place, lanes, is_bfloat16, to);
      else *to = (floats){0};
    }
  int64_t count = s->out_height * s->out_width;
  for (int64_t o = 0; o < count; o++)
    load(w->dy, (picture * count + o) * s->channels + channel, lanes, is_bfloat16, p->dy + o);
}

/// Adds the gradient of one row of the window over one picture to `sums`, `side` numbers for each channel.
///
/// `side` is known where this is inlined, so that the sums stay in registers.
INLINE void add_row(const ck_pooling *s, const block_of_picture *p, int64_t row, int64_t side,
                    floats *sums) {
  floats parts[7] = {0};
  for (int64_t oy = 0; oy < s->out_height; oy++) {
    const floats *x = p->x + (oy * s->stride + row) * p->width;
    const floats *dy = p->dy + oy * s->out_width;
    for (int64_t ox = 0; ox < s->out_width; ox++)
      for (int64_t column = 0; column < side; column++)
        parts[column] += dy[ox] * x[ox * s->stride + column];
  }
  for (int64_t column = 0; column < side; column++) sums[column] += parts[column];
}

INLINE void block(const depthwise_work *w, int64_t channel, int64_t lanes, int64_t side,
                  bool is_bfloat16, block_of_picture *p) {
  floats sums[49] = {0};
  for (int64_t picture = 0; picture < w->s.batch; picture++) {
    gather(w, picture, channel, lanes, is_bfloat16, p);
    for (int64_t row = 0; row < side; row++) add_row(&w->s, p, row, side, sums + row * side);
  }
  for (int64_t place = 0; place < side * side; place++)
    for (int64_t lane = 0; lane < lanes; lane++)
      w->dweight[(channel + lane) * side * side + place] = sums[place][lane];
}

INLINE void blocks(const depthwise_work *w, int64_t begin, int64_t end, int64_t side,
                   bool is_bfloat16) {
  const ck_pooling *s = &w->s;
  block_of_picture p = {.height = (s->out_height - 1) * s->stride + side,
                        .width = (s->out_width - 1) * s->stride + side};
  int64_t map = p.height * p.width, count = map + s->out_height * s->out_width;
  p.x = aligned_alloc(sizeof(floats), (size_t)count * sizeof(floats));
  if (!p.x) abort();
  p.dy = p.x + map;
  for (int64_t channel = begin * LANES; channel < end * LANES; channel += LANES) {
    int64_t lanes = w->s.channels - channel;
    if (lanes >= LANES) block(w, channel, LANES, side, is_bfloat16, &p);
    else block(w, channel, lanes, side, is_bfloat16, &p);
  }
  free(p.x);
}

CLONES static void weight_gradient_part(const void *context, int64_t begin, int64_t end) {
  const depthwise_work *w = context;
  switch (w->s.window * 2 + w->is_bfloat16) {
    case 3 * 2: return blocks(w, begin, end, 3, false);
    case 3 * 2 + 1: return blocks(w, begin, end, 3, true);
    case 5 * 2: return blocks(w, begin, end, 5, false);
    case 5 * 2 + 1: return blocks(w, begin, end, 5, true);
    case 7 * 2: return blocks(w, begin, end, 7, false);
    default: return blocks(w, begin, end, 7, true);
  }
}

void ck_depthwise_weight_gradient(const void *x, const void *dy, bool is_bfloat16, float *dweight,
                                  ck_pooling shape) {
  depthwise_work work = {x, dy, dweight, shape, is_bfloat16};
  ck_parallel((shape.channels + LANES - 1) / LANES, 1, weight_gradient_part, &work);
}
