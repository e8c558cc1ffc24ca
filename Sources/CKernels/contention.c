#define _GNU_SOURCE
#include "threads.h"
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

// A measure of contention for the cores. The operating system counts the time that each thread was ready to run without
// a core. On an idle machine it is 2 % at most; beside as many busy programs as cores it is 50 %. Each thread reads its
// own count after every two milliseconds of computing.

enum { INTERVAL = 2000000 };
/// The smoothed share of time without a core from which on the cores count as contended. A single interruption, even
/// of a whole interval, stays below it.
static const double limit = 0.15;

/// The shortest and the longest time that the cores count as contended after the last sign of it, in nanoseconds.
///
/// While short regions run on one thread there may be no sign, because another program uses the other cores. The time
/// doubles, up to the longest, if a sign comes soon after it has passed.
enum { SHORTEST_HOLD = 50000000, LONGEST_HOLD = 800000000 };

static bool is_heeded = true;
static _Atomic int64_t contended_until;
static _Atomic int64_t hold;

static _Thread_local struct {
  int file;
  int64_t checked, waited;
  double share;
} own = {.file = -1};

int64_t ck_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/// Returns the total time that the calling thread has waited for a core, in nanoseconds.
///
/// If the operating system does not report it, as in some containers, each involuntary context switch counts as one
/// millisecond.
static int64_t time_without_core(void) {
  if (own.file == -1) {
    own.file = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    if (own.file < 0) own.file = -2;
  }
  char text[96];
  ssize_t count = own.file < 0 ? 0 : pread(own.file, text, sizeof text - 1, 0);
  if (count > 0) {
    text[count] = 0;
    char *second;
    strtoll(text, &second, 10);
    return strtoll(second, NULL, 10);
  }
  struct rusage usage;
  return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nivcsw * INT64_C(1000000) : 0;
}

static void extend(int64_t time) {
  int64_t until = atomic_load(&contended_until), length = atomic_load(&hold);
  if (time > until) {
    length = time < until + length ? 2 * length : SHORTEST_HOLD;
    atomic_store(&hold, length < LONGEST_HOLD ? length : LONGEST_HOLD);
  }
  atomic_store(&contended_until, time + atomic_load(&hold));
}

void ck_heed_contention(bool heeds) { is_heeded = heeds; }

void ck_notice_contention(int64_t time) {
  int64_t passed = time - own.checked;
  if (passed < INTERVAL || !is_heeded) return;
  int64_t waited = time_without_core();
  if (own.checked > 0) {
    double share = (double)(waited - own.waited) / (double)passed;
    own.share += ((share < 1 ? share : 1) - own.share) / 8;
    if (own.share > limit) extend(time);
  }
  own.checked = time;
  own.waited = waited;
}

bool ck_is_contended(int64_t time) {
  return time < atomic_load_explicit(&contended_until, memory_order_relaxed);
}
