#define _GNU_SOURCE
#include "CKernels.h"
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

// oneDNN computes with GNU OpenMP. We join its team through libgomp's own entry points, looked up
// in the running process: a second OpenMP runtime (clang's) would fight it for the cores, and a
// oneDNN built with another runtime simply leaves our loops serial.
typedef void (*gomp_parallel)(void (*)(void *), void *, unsigned, unsigned);

static void *symbol(const char *name) { return dlsym(RTLD_DEFAULT, name); }

static int call_int(const char *name, int fallback) {
  int (*function)(void) = (int (*)(void))symbol(name);
  return function ? function() : fallback;
}

void ck_set_thread_count(int count) {
  void (*set)(int) = (void (*)(int))symbol("omp_set_num_threads");
  if (set && count > 0) set(count);
}

int ck_core_count(void) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
  // A machine with more cores than the set has room for.
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

static void nothing(void *data) { (void)data; }

static void *keep_idle_team(void *data) {
  gomp_parallel parallel = (gomp_parallel)symbol("GOMP_parallel");
  if (parallel) parallel(nothing, NULL, (unsigned)ck_core_count() + 1, 0);
  // The team is there for as long as the thread that it was made for.
  for (;;) pause();
  return data;
}

// Threads that wait for the others of their team spin, 300,000 rounds and more, in case it is only for a
// moment. "If there are more OpenMP threads than available CPUs", says libgomp's manual of GOMP_SPINCOUNT,
// it is 100. Processes do not count, so it is given another team, which never has anything to do.
void ck_share_cores(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, keep_idle_team, NULL) == 0) pthread_detach(thread);
}

bool ck_multiplies_halves_fast(void) {
#if defined(__x86_64__)
  // Whatever has AMX has this too.
  return __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

int ck_thread_count(void) {
  return symbol("GOMP_parallel") ? call_int("omp_get_max_threads", 1) : 1;
}

typedef struct {
  int64_t count;
  ck_range_body body;
  const void *context;
  int (*thread)(void);
  int (*threads)(void);
} ck_team;

static void run_part(void *data) {
  const ck_team *team = data;
  int64_t thread = team->thread(), threads = team->threads();
  int64_t begin = team->count * thread / threads, end = team->count * (thread + 1) / threads;
  if (begin < end) team->body(team->context, begin, end);
}

void ck_parallel(int64_t count, int64_t grain, ck_range_body body, const void *context) {
  int64_t parts = grain > 0 ? count / grain : 1;
  if (parts > 1) {
    gomp_parallel parallel = (gomp_parallel)symbol("GOMP_parallel");
    int threads = ck_thread_count();
    if (parallel && threads > 1) {
      ck_team team = {count, body, context, (int (*)(void))symbol("omp_get_thread_num"),
                      (int (*)(void))symbol("omp_get_num_threads")};
      parallel(run_part, &team, (unsigned)(parts < threads ? parts : threads), 0);
      return;
    }
  }
  if (count > 0) body(context, 0, count);
}
