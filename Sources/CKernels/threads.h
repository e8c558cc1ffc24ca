#pragma once
// The threads that compute, used by oneDNN (openmp.c) and by the loops of this library (parallel.c).

#include <stdbool.h>
#include <stdint.h>

/// The largest number of parts of a region, and of threads.
enum { CK_MOST_PARTS = 1024 };

/// The position of a thread in a region.
typedef struct {
  /// The number of the part that it runs, and the number of parts; 0 of 1 outside regions.
  int number, count;
  bool is_inside, has_barriers;
} ck_place;
extern _Thread_local ck_place ck_own_place;

/// A parallel region: `body(data)` runs once for every number below `count`.
typedef struct {
  void (*body)(void *data);
  void *data;
  int count;
  /// True if its parts may wait for each other, so that each needs a thread of its own.
  bool has_barriers;
} ck_region;

/// The number of threads for a region: the number that was set, or as many as could be started.
int ck_team_size(void);
/// The number of threads for a region if `count` had been set.
int ck_team_of(int count);
/// Runs a region and returns when all of it is done.
///
/// Threads claim its parts, and the caller runs those that no thread claims in time. Regions of several callers run one
/// after the other.
void ck_run_region(const ck_region *region);
/// Runs a region like `ck_run_region`, or returns false at once if the region of another caller is running.
bool ck_try_region(const ck_region *region);
/// Runs every part on the calling thread, one after the other; not for regions with barriers.
void ck_run_alone(const ck_region *region);
/// Waits, inside a region with barriers, until all of its parts have reached this call.
void ck_team_barrier(void);

/// Runs a region on the threads of OpenMP's own library (openmp.c); returns false if those are not used.
bool ck_run_on_openmp(const ck_region *region);
/// The largest number of threads that OpenMP's own library gives a region; no limit if it is not used.
int ck_openmp_limit(void);
/// Waits at the barrier of those threads; returns false if they are not used.
bool ck_wait_on_openmp(void);
/// Runs one part of a region on the calling thread.
void ck_run_part(const ck_region *region, int number);

/// The time of a monotonic clock, in nanoseconds.
int64_t ck_now(void);
/// Returns true if other programs compete for the cores, as far as is known at this time.
///
/// Spinning then takes time from the thread that is waited for, and short regions are not worth waking a thread.
bool ck_is_contended(int64_t time);
/// Sets whether contention is measured; if it is not, `ck_is_contended` never returns true.
void ck_heed_contention(bool heeds);
/// Measures, at intervals, the time that the calling thread has waited for a core.
void ck_notice_contention(int64_t time);

/// The duration below which the caller runs a region alone while other programs compete for the cores, in nanoseconds.
///
/// Of 0, 30, 100 and 300 microseconds, two small trainings side by side were fastest with 100.
enum { CK_SHORT_REGION = 100000 };
