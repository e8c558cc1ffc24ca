#define _GNU_SOURCE
#include "CKernels.h"
#include "threads.h"
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

int ck_core_count(void) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
  // The machine has more cores than the set can hold.
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

int ck_thread_count(void) { return ck_own_place.is_inside ? 1 : ck_team_size(); }

// MARK: Loops

typedef struct {
  int64_t begin, end;
  ck_range_body body;
  const void *context;
} ck_range;

static void run_part(void *data) {
  const ck_range *range = data;
  int64_t number = ck_own_place.number, parts = ck_own_place.count;
  int64_t count = range->end - range->begin;
  int64_t begin = range->begin + count * number / parts;
  int64_t end = range->begin + count * (number + 1) / parts;
  if (begin < end) range->body(range->context, begin, end);
}

/// Runs a range beside other programs: begins alone, and shares the rest in small parts if it takes long enough.
static void run_contended(ck_range range, int64_t grain, int threads, int64_t start) {
  int64_t count = range.end - range.begin, first = count / 16 > grain ? count / 16 : grain;
  range.body(range.context, range.begin, range.begin + first);
  int64_t time = ck_now() - start, parts = (count - first) / grain;
  range.begin += first;
  if (parts > 8 * threads) parts = 8 * threads;
  if (parts > CK_MOST_PARTS) parts = CK_MOST_PARTS;
  ck_region region = {run_part, &range, (int)parts, false};
  bool is_long = parts > 1 && time * (count - first) / first > CK_SHORT_REGION;
  if (!(is_long && ck_try_region(&region)) && range.begin < range.end)
    range.body(range.context, range.begin, range.end);
  ck_notice_contention(ck_now());
}

void ck_parallel(int64_t count, int64_t grain, ck_range_body body, const void *context) {
  if (count <= 0) return;
  int64_t parts = grain > 0 ? count / grain : 1;
  int threads = parts > 1 ? ck_thread_count() : 1;
  if (threads > 1) {
    ck_range range = {0, count, body, context};
    int64_t start = ck_now();
    if (ck_is_contended(start)) return run_contended(range, grain, threads, start);
    ck_region region = {run_part, &range, (int)(parts < threads ? parts : threads), false};
    if (ck_try_region(&region)) return;
  }
  body(context, 0, count);
}

// MARK: Items

typedef struct {
  _Atomic int64_t next;
  int64_t count;
  ck_item_body body;
  const void *context;
} ck_items;

static bool has_spare;

void ck_allow_spare_thread(bool allows) { has_spare = allows; }

static _Thread_local int own_lane;

int ck_lane(void) { return own_lane; }

static void run_items(void *data) {
  ck_items *items = data;
  int64_t item;
  ck_place place = ck_own_place;
  int lane = own_lane;
  if (lane == 0) own_lane = place.number + 1;
  // For oneDNN, which does not open regions of one part, the thread is the first and only one.
  ck_own_place = (ck_place){.count = 1, .is_inside = true};
  while ((item = atomic_fetch_add(&items->next, 1)) < items->count)
    items->body(items->context, item);
  ck_own_place = place;
  own_lane = lane;
}

void ck_each(int64_t count, ck_item_body body, const void *context) {
  ck_items items = {.count = count, .body = body, .context = context};
  int threads = ck_thread_count();
  // Beside one busy program on two cores, two threads get two thirds of them, and three get three quarters.
  if (threads > 1 && has_spare && ck_is_contended(ck_now()))
    threads = ck_team_of(threads + 1);
  ck_region region = {run_items, &items, threads, false};
  // A single thread also runs a region, inside which everything computes on one thread.
  if (threads == 1 || !ck_try_region(&region)) ck_run_alone(&(ck_region){run_items, &items, 1, false});
}
