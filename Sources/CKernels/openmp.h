#pragma once
#include <stdbool.h>
#include <stdint.h>

/// The properties of a call of oneDNN.
typedef struct {
  /// True if the threads that compute it may wait for each other.
  bool has_barriers;
  /// The smoothed duration of its regions, in nanoseconds; 0 before the first.
  int64_t region_time;
} ck_call;

/// Checks that oneDNN calls the functions of this library, and uses the threads of libgomp if it does not.
void ck_find_openmp(void);

/// Sets the call of oneDNN that the calling thread makes, which then computes with our threads; null ends it.
void ck_set_call(ck_call *call);
