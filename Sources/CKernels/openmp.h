#pragma once
#include <stdbool.h>
#include <stdint.h>

/// What is known of a call of oneDNN's.
typedef struct {
  /// Whether threads that compute it may wait for each other.
  bool has_barriers;
  /// The smoothed time of its regions, in nanoseconds; 0 before the first.
  int64_t region_time;
} ck_call;

/// Finds out whether oneDNN calls the functions of this library, and uses libgomp's threads if it does not.
void ck_find_openmp(void);

/// Says what the calling thread calls oneDNN for, until null is given; it then computes with our threads.
void ck_set_call(ck_call *call);
