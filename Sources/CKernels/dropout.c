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

/// Returns number `index`, from 1, of the stream that begins with `key` (SplitMix64; Steele et al., 2014).
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
