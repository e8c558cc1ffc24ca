#include "vector.h"

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

/// Returns true if any of sixteen numbers is above `limit`.
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
      // Most numbers of a row are not among the largest: skip them sixteen at a time.
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
