#pragma once
#include "CKernels.h"
#include <math.h>
#include <string.h>

// Each kernel is compiled three times, and the loader selects one for the processor.
#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))
// Marks a loop whose arrays do not overlap. Otherwise LLVM checks that at run time, for all iterations of the outer
// loop at once, where the gates of neighbouring rows seem to overlap, and runs the scalar loop.
#define APART _Pragma("clang loop vectorize(assume_safety)")
// The number of floats below which a loop is over before a second thread has woken up.
enum { GRAIN = 16384 };

INLINE float from_bits(int32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

INLINE float from_bfloat16(uint16_t x) { return from_bits((int32_t)((uint32_t)x << 16)); }

/// Returns the nearest bfloat16, and of two equally near ones the even one; a NaN stays one.
INLINE uint16_t to_bfloat16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  return (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? (bits >> 16) | 0x40 : rounded);
}

/// Returns e^x within 2 units in the last place, without branches, so that loops vectorise (argument reduction and
/// polynomial as in Cephes' expf). NaN stays NaN.
INLINE float fast_exp(float x) {
  // From 88.73 on the result is infinite; below -87.3 it is the smallest normal number.
  float a = fminf(fmaxf(x, -87.33654f), 89);
  float n = floorf(a * 1.44269504f + 0.5f);
  float r = a - n * 0.693359375f + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1;
  // 2^n as two factors: n = 128 alone would overflow the exponent.
  int32_t whole = (int32_t)n, half = whole >> 1;
  float y = p * from_bits((half + 127) << 23) * from_bits((whole - half + 127) << 23);
  return x == x ? y : x;
}

// Unlike sqrtf, which must set errno, this vectorises.
INLINE float square_root(float x) { return __builtin_elementwise_sqrt(x); }

INLINE float fast_sigmoid(float x) { return 1 / (1 + fast_exp(-x)); }

INLINE float fast_tanh(float x) {
  float s = x * x;
  float p = -5.70498872745e-3f;
  p = p * s + 2.06390887954e-2f;
  p = p * s - 5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s - 3.33332819422e-1f;
  float small = x + x * s * p;
  float large = 1 - 2 / (fast_exp(2 * fabsf(x)) + 1);
  return fabsf(x) < 0.625f ? small : copysignf(large, x);
}
