#pragma once
// What tests need C for: a loop that Swift without optimisation takes minutes for, and a call that
// Glibc's module hides.

#include <spawn.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Writes `offset + scale * u` for elements `start` … `start + count - 1` of the sequence that `seed`
/// names, each step rounded; `u`, in -1..<1, is the hash that `scripts/fixtures/formula.py` spells out.
void cts_formula(uint32_t seed, int64_t start, int64_t count, float scale, float offset, float *y);

/// Has the spawned program start in `folder`; returns an errno.
int cts_spawn_in_folder(posix_spawn_file_actions_t *actions, const char *folder);

#pragma clang assume_nonnull end
