#include "CTestSupport.h"
#include <string.h>

// Sixteen numbers at a time, spelled out as vectors: debug builds do not optimise C either, and a
// VGG has 140 million parameters.
enum { LANES = 16 };
typedef uint32_t words __attribute__((vector_size(4 * LANES)));
typedef int32_t integers __attribute__((vector_size(4 * LANES)));
typedef float floats __attribute__((vector_size(4 * LANES)));

void cts_formula(uint32_t seed, int64_t start, int64_t count, float scale, float offset, float *y) {
// A fused multiply and add would round once where Python rounds twice.
#pragma STDC FP_CONTRACT OFF
  words lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  for (int64_t done = 0; done < count; done += LANES) {
    words x = seed + ((uint32_t)(start + done) + lane) * 2654435761u;
    x = (x ^ (x >> 16)) * 0x85EBCA6Bu;
    x = (x ^ (x >> 13)) * 0xC2B2AE35u;
    x = (x ^ (x >> 16)) >> 8;
    floats u = __builtin_convertvector((integers)x, floats) * 0x1p-23f - 1;
    floats scaled = scale * u;
    floats result = offset + scaled;
    int64_t rest = count - done < LANES ? count - done : LANES;
    memcpy(y + done, &result, (size_t)rest * sizeof *y);
  }
}
