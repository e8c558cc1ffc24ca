#define _GNU_SOURCE
#include "threads.h"
#include "CKernels.h"
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

// One team of threads for the whole program. A region is opened by a word that holds its serial number and its number
// of parts. Threads see the word change and claim parts. Each first claims the part with its own number, whose data it
// may still have in its cache from the region before. A part is claimed by writing the word into its seat. A thread
// that has not claimed a part is not waited for, because its core may be running another program.

enum { COUNT_BITS = 16 };
/// The bit of `unfinished` that is set while the caller sleeps.
enum { CALLER_SLEEPS = 1 << 30 };

// A seat takes two cache lines, because processors fetch them in pairs.
#define APART_IN_CACHE _Alignas(128)

typedef struct {
  /// The word of the last region in which this part was claimed.
  APART_IN_CACHE _Atomic uint64_t claimed;
  /// True while the thread of this number sleeps.
  _Atomic uint32_t is_asleep;
} ck_seat;

static struct {
  pthread_mutex_t lock;
  _Atomic int worker_count;
  ck_region region;
  APART_IN_CACHE _Atomic uint64_t open;
  APART_IN_CACHE _Atomic uint32_t unfinished;
  APART_IN_CACHE _Atomic uint32_t arrived;
  _Atomic uint32_t barrier_number;
  ck_seat seats[CK_MOST_PARTS];
} team = {.lock = PTHREAD_MUTEX_INITIALIZER};

_Thread_local ck_place ck_own_place = {.count = 1};
static _Thread_local int wanted_count;

// MARK: Waiting

static int64_t spin = 200000;

void ck_set_wait_policy(ck_wait_policy policy) {
  spin = policy.spin;
  ck_heed_contention(policy.adapts);
}

/// The time that a thread spins before it sleeps, in nanoseconds.
static int64_t patience(int64_t time) {
  return ck_is_contended(time) ? 3000 : spin;
}

static void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void sleep_while(_Atomic uint32_t *word, uint32_t value) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void wake(_Atomic uint32_t *word, int count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

/// Spins until `condition` holds or the time to spin has passed.
#define SPIN_UNTIL(condition)                                   \
  do {                                                          \
    int64_t time = ck_now(), end = time + patience(time);       \
    while (!(condition) && time < end) {                        \
      for (int i = 0; i < 16 && !(condition); i++) relax();     \
      time = ck_now();                                          \
    }                                                           \
  } while (0)

// MARK: Taking part

static int part_count(uint64_t open) { return (int)(open & ((1 << COUNT_BITS) - 1)); }

/// Claims a part; returns false if another thread has claimed it or the region has ended.
static bool claim(uint64_t open, int number) {
  _Atomic uint64_t *claimed = &team.seats[number].claimed;
  uint64_t before = atomic_load_explicit(claimed, memory_order_relaxed);
  return before < open && atomic_compare_exchange_strong(claimed, &before, open);
}

void ck_run_part(const ck_region *region, int number) {
  ck_place before = ck_own_place;
  ck_own_place = (ck_place){number, region->count, true, region->has_barriers};
  region->body(region->data);
  ck_own_place = before;
}

/// Runs all parts that no other thread claims, from number `first` on.
static void take_part(uint64_t open, int first) {
  int count = part_count(open);
  for (int i = 0; i < count; i++) {
    int number = (first + i) % count;
    if (!claim(open, number)) continue;
    // The region cannot end before this part does, so its description stays valid.
    ck_run_part(&team.region, number);
    if (atomic_fetch_sub(&team.unfinished, 1) - 1 == CALLER_SLEEPS) wake(&team.unfinished, 1);
  }
}

static uint64_t wait_for_region(ck_seat *own, uint64_t seen) {
  uint64_t open;
  SPIN_UNTIL((open = atomic_load_explicit(&team.open, memory_order_acquire)) != seen);
  while (open == seen) {
    atomic_store(&own->is_asleep, 1);
    if ((open = atomic_load(&team.open)) == seen) sleep_while(&own->is_asleep, 1);
    atomic_store(&own->is_asleep, 0);
    open = atomic_load(&team.open);
  }
  return open;
}

static void *work(void *argument) {
  int number = (int)(intptr_t)argument;
  uint64_t open = 0;
  for (;;) {
    open = wait_for_region(&team.seats[number], open);
    take_part(open, number);
    ck_notice_contention(ck_now());
  }
  return NULL;
}

// MARK: Running regions

/// Starts threads until there are `count` or no more can be created; called under the lock.
static void start_workers(int count) {
  while (atomic_load(&team.worker_count) < count) {
    pthread_t thread;
    int number = atomic_load(&team.worker_count) + 1;
    if (pthread_create(&thread, NULL, work, (void *)(intptr_t)number) != 0) return;
    pthread_detach(thread);
    atomic_store(&team.worker_count, number);
  }
}

int ck_team_size(void) { return ck_team_of(wanted_count > 0 ? wanted_count : ck_core_count()); }

int ck_team_of(int count) {
  if (count > CK_MOST_PARTS) count = CK_MOST_PARTS;
  if (count > ck_openmp_limit()) count = ck_openmp_limit();
  if (atomic_load(&team.worker_count) < count - 1) {
    pthread_mutex_lock(&team.lock);
    start_workers(count - 1);
    pthread_mutex_unlock(&team.lock);
  }
  int there = atomic_load(&team.worker_count) + 1;
  return count < there ? count : there;
}

static void wait_for_others(void) {
  SPIN_UNTIL(atomic_load_explicit(&team.unfinished, memory_order_acquire) == 0);
  if (atomic_load(&team.unfinished) == 0) return;
  uint32_t left = atomic_fetch_or(&team.unfinished, CALLER_SLEEPS) | CALLER_SLEEPS;
  while (left != CALLER_SLEEPS) {
    sleep_while(&team.unfinished, left);
    left = atomic_load(&team.unfinished);
  }
}

static void run(const ck_region *region) {
  team.region = *region;
  atomic_store(&team.unfinished, (uint32_t)region->count);
  uint64_t serial = (atomic_load(&team.open) >> COUNT_BITS) + 1;
  uint64_t open = serial << COUNT_BITS | (uint64_t)region->count;
  atomic_store(&team.open, open);
  int workers = atomic_load(&team.worker_count);
  for (int i = 1; i < region->count && i <= workers; i++) {
    _Atomic uint32_t *is_asleep = &team.seats[i].is_asleep;
    if (atomic_load(is_asleep) && atomic_exchange(is_asleep, 0)) wake(is_asleep, 1);
  }
  take_part(open, 0);
  wait_for_others();
  ck_notice_contention(ck_now());
}

void ck_run_region(const ck_region *region) {
  if (ck_run_on_openmp(region)) return;
  pthread_mutex_lock(&team.lock);
  run(region);
  pthread_mutex_unlock(&team.lock);
}

bool ck_try_region(const ck_region *region) {
  if (ck_run_on_openmp(region)) return true;
  if (pthread_mutex_trylock(&team.lock) != 0) return false;
  run(region);
  pthread_mutex_unlock(&team.lock);
  return true;
}

void ck_run_alone(const ck_region *region) {
  for (int number = 0; number < region->count; number++) ck_run_part(region, number);
}

void ck_team_barrier(void) {
  if (ck_wait_on_openmp()) return;
  uint32_t number = atomic_load(&team.barrier_number);
  if (atomic_fetch_add(&team.arrived, 1) + 1 == (uint32_t)ck_own_place.count) {
    atomic_store(&team.arrived, 0);
    atomic_fetch_add(&team.barrier_number, 1);
    wake(&team.barrier_number, INT_MAX);
    return;
  }
  SPIN_UNTIL(atomic_load(&team.barrier_number) != number);
  while (atomic_load(&team.barrier_number) == number) sleep_while(&team.barrier_number, number);
}

void ck_set_thread_count(int count) {
  if (count > 0) wanted_count = count;
}
