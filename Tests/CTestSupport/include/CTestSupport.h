#pragma once
// The one loop of the tests that Swift without optimisation takes minutes for.

#include <stdint.h>

#pragma clang assume_nonnull begin

/// Writes `offset + scale * u` for elements `start` … `start + count - 1` of the sequence that `seed`
/// names, each step rounded; `u`, in -1..<1, is the hash that `scripts/fixtures/formula.py` spells out.
void cts_formula(uint32_t seed, int64_t start, int64_t count, float scale, float offset, float *y);

#pragma clang assume_nonnull end
