#pragma once
// The threads that compute, shared by oneDNN (openmp.c) and by this library's own loops (parallel.c).

#include <stdbool.h>
#include <stdint.h>

/// The most parts that a region may have, and the most threads.
enum { CK_MOST_PARTS = 1024 };

/// Where the calling thread is.
typedef struct {
  /// The number of the part that it runs, and how many parts there are; 0 of 1 outside regions.
  int number, count;
  bool is_inside, has_barriers;
} ck_place;
extern _Thread_local ck_place ck_own_place;

/// A parallel region: `body(data)` runs once for every number below `count`.
typedef struct {
  void (*body)(void *data);
  void *data;
  int count;
  /// Whether its parts may wait for each other, so that each needs a thread of its own.
  bool has_barriers;
} ck_region;

/// The number of threads that a region may have: as many as were asked for and could be started.
int ck_team_size(void);
/// The same, had this many been asked for.
int ck_team_of(int count);
/// Runs a region and returns when all of it is done.
///
/// Threads claim its parts. Where none comes in time, the caller runs the parts that are left itself.
/// Regions of several callers run one after the other.
void ck_run_region(const ck_region *region);
/// The same, unless another caller's region is running: then it does nothing and returns false.
bool ck_try_region(const ck_region *region);
/// Runs every part on the calling thread, one after the other; not for regions with barriers.
void ck_run_alone(const ck_region *region);
/// Waits, inside a region with barriers, until all of its parts have come here.
void ck_team_barrier(void);

/// Runs a region on the threads of OpenMP's own library (openmp.c), if those are to be used.
bool ck_run_on_openmp(const ck_region *region);
/// The most threads that OpenMP's own library may give a region, where it does.
int ck_openmp_limit(void);
/// The barrier of those threads.
bool ck_wait_on_openmp(void);
/// Runs one part of a region on the calling thread.
void ck_run_part(const ck_region *region, int number);

/// Now, in nanoseconds.
int64_t ck_now(void);
/// Whether other programs want the cores too, as far as is known at this time.
///
/// Spinning then takes from the thread that is waited for, and short regions are not worth waking anyone.
bool ck_is_contended(int64_t time);
/// Whether contention is measured; else there never is any.
void ck_heed_contention(bool heeds);
/// Measures now and then how long the calling thread has waited for a core.
void ck_notice_contention(int64_t time);

/// Regions that take less are run by the caller alone while other programs want the cores.
///
/// With 100 microseconds two small trainings side by side were fastest, of 0, 30, 100 and 300.
enum { CK_SHORT_REGION = 100000 };
