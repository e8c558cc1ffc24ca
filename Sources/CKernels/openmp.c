#define _GNU_SOURCE
#include "openmp.h"
#include "threads.h"
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

// oneDNN, as distributions build it, computes with GNU OpenMP. The threads of libgomp spin for milliseconds, even for a
// thread that is not running: beside other programs a caption takes five times as long. libgomp reads its settings when
// it is loaded, too early for the program to choose better ones. So this file supplies the functions that oneDNN calls:
// the dynamic linker finds those of the program first.
//
// For that the program must export them, which its link does (Package.swift). In a program that does not, everything
// computes with the threads of libgomp.
//
// Other libraries may use OpenMP as well, and more of it. Calls that do not come from oneDNN are passed on to libgomp.

static _Thread_local ck_call *current_call;

void ck_set_call(ck_call *call) { current_call = call; }

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

static int ask_next(const char *name, int otherwise) {
  int (*function)(void) = (int (*)(void))next(name);
  return function ? function() : otherwise;
}

// MARK: OpenMP's own threads

typedef void (*parallel_function)(void (*)(void *), void *, unsigned, unsigned);

/// The functions of OpenMP's library; `own_parallel` is null unless its threads are used.
static parallel_function own_parallel;
static void (*own_barrier)(void);
static int (*own_number)(void);
static int (*own_count)(void);
static int (*own_limit)(void);
static void (*own_set_count)(int);
static void (*own_set_dynamic)(int);

bool ck_use_openmp_threads(void) {
  own_barrier = (void (*)(void))next("GOMP_barrier");
  own_number = (int (*)(void))next("omp_get_thread_num");
  own_count = (int (*)(void))next("omp_get_num_threads");
  own_limit = (int (*)(void))next("omp_get_thread_limit");
  own_set_count = (void (*)(int))next("omp_set_num_threads");
  own_set_dynamic = (void (*)(int))next("omp_set_dynamic");
  if (own_barrier && own_number && own_count && own_limit && own_set_count && own_set_dynamic)
    own_parallel = (parallel_function)next("GOMP_parallel");
  if (own_parallel) ck_heed_contention(false);
  return own_parallel;
}

bool ck_uses_openmp_threads(void) {
  ck_find_openmp();
  return own_parallel;
}

static void run_own_part(void *data) {
  // The number of threads for oneDNN within this part.
  own_set_count(1);
  const ck_region *region = data;
  for (int number = own_number(); number < region->count; number += own_count())
    ck_run_part(region, number);
}

int ck_openmp_limit(void) { return own_parallel ? own_limit() : INT_MAX; }

bool ck_run_on_openmp(const ck_region *region) {
  if (!own_parallel) return false;
  // Parts that wait for each other need one thread each; OMP_DYNAMIC would allow fewer.
  own_set_dynamic(0);
  own_parallel(run_own_part, (void *)region, (unsigned)region->count, 0);
  return true;
}

bool ck_wait_on_openmp(void) {
  if (own_parallel) own_barrier();
  return own_parallel;
}

// MARK: Functions that oneDNN calls

static bool is_ours(void) { return current_call || ck_own_place.is_inside; }

int omp_get_thread_num(void) {
  return is_ours() ? ck_own_place.number : ask_next("omp_get_thread_num", 0);
}

int omp_get_num_threads(void) {
  return is_ours() ? ck_own_place.count : ask_next("omp_get_num_threads", 1);
}

int omp_in_parallel(void) { return is_ours() ? ck_own_place.is_inside : ask_next("omp_in_parallel", 0); }

int omp_get_max_threads(void) {
  if (!is_ours()) return ask_next("omp_get_max_threads", 1);
  return ck_own_place.is_inside ? 1 : ck_team_size();
}

/// Runs a region of oneDNN whose parts need not run at the same time.
static void run_independent(const ck_region *region, ck_call *call) {
  int64_t start = ck_now();
  if (call->region_time < CK_SHORT_REGION && ck_is_contended(start)) {
    ck_run_alone(region);
    ck_notice_contention(ck_now());
  } else {
    ck_run_region(region);
  }
  int64_t time = ck_now() - start;
  call->region_time = call->region_time ? (7 * call->region_time + time) / 8 : time;
}

void GOMP_parallel(void (*body)(void *), void *data, unsigned thread_count, unsigned flags) {
  if (!is_ours()) {
    parallel_function parallel = (parallel_function)next("GOMP_parallel");
    return parallel ? parallel(body, data, thread_count, flags) : body(data);
  }
  int count = ck_own_place.is_inside ? 1 : thread_count > 0 ? (int)thread_count : ck_team_size();
  ck_region region = {body, data, count, !current_call || current_call->has_barriers};
  if (count == 1) return ck_run_alone(&region);
  if (region.has_barriers) return ck_run_region(&region);
  run_independent(&region, current_call);
}

void GOMP_barrier(void) {
  if (!is_ours()) {
    void (*barrier)(void) = (void (*)(void))next("GOMP_barrier");
    if (barrier) barrier();
    return;
  }
  if (ck_own_place.count == 1) return;
  if (!ck_own_place.has_barriers) {
    // Waiting would never end. A plan says whether its primitive has barriers.
    fprintf(stderr, "cutline: a primitive of oneDNN has a barrier where none was expected\n");
    abort();
  }
  ck_team_barrier();
}

void ck_find_openmp(void) {
  if (!own_parallel && dlsym(RTLD_DEFAULT, "GOMP_parallel") != (void *)GOMP_parallel) ck_use_openmp_threads();
}
