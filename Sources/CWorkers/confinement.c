#define _GNU_SOURCE
#include "CWorkers.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// The amount of freed memory that is kept for the next task, rather than returned to the system and cleared
// again.
enum { KEPT_MEMORY = 32 << 20 };

int cw_settle(const char *name) {
  mallopt(M_MMAP_THRESHOLD, KEPT_MEMORY);
  mallopt(M_TRIM_THRESHOLD, KEPT_MEMORY);
  prctl(PR_SET_NAME, name, 0, 0, 0);
  // A worker whose owner is already gone ends as well, because nobody answers on the channel.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)) return -errno;
#ifdef SYS_close_range
  if (syscall(SYS_close_range, 3, ~0u, 0) == 0) return 0;
#endif
  // Fallback for Linux before 5.9.
  struct rlimit files;
  long most = getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < 65536 ? (long)files.rlim_cur : 65536;
  for (int file = 3; file < most; file++) close(file);
  return 0;
}

static size_t memory_in_use(void) {
  unsigned long pages = 0;
  FILE *file = fopen("/proc/self/statm", "re");
  if (!file) return 0;
  if (fscanf(file, "%lu", &pages) != 1) pages = 0;
  fclose(file);
  return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static int limit(__rlimit_resource_t resource, rlim_t most) {
  struct rlimit now;
  if (getrlimit(resource, &now)) return -errno;
  if (now.rlim_max < most) most = now.rlim_max;
  struct rlimit wanted = {.rlim_cur = most, .rlim_max = most};
  return setrlimit(resource, &wanted) ? -errno : 0;
}

int cw_limit(size_t memory) {
  size_t used = memory_in_use();
  // Without /proc, an estimate for the program and its libraries.
  int code = limit(RLIMIT_AS, (used ? used : (size_t)1 << 30) + memory);
  if (!code) code = limit(RLIMIT_NOFILE, 32);
  if (!code) code = limit(RLIMIT_FSIZE, 0);
  // Not 0, which the kernel ignores where core dumps are piped to a program.
  if (!code) code = limit(RLIMIT_CORE, 1);
  return code;
}

#if defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
// Larger numbers are calls of the x32 interface.
#define LAST_NUMBER 0x3fffffff
#elif defined __aarch64__ && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#define LAST_NUMBER 0x3fffffff
#endif

#ifndef ARCHITECTURE
int cw_filter_system_calls(void) { return -ENOSYS; }
#else

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)
#define KILL RETURN(SECCOMP_RET_KILL_PROCESS)
#define PERMIT RETURN(SECCOMP_RET_ALLOW)
#define SKIP_UNLESS(call, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, count)

#define ALLOW(call) SKIP_UNLESS(call, 1), PERMIT
// Only the lower 32 bits of arguments are compared, which suffices for an int.
#define ALLOW_IF_EQUAL(call, argument, value)                                                    \
  SKIP_UNLESS(call, 4), LOAD(args[argument]), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1), \
      PERMIT, KILL
#define ALLOW_WITHOUT(call, argument, bits)                                                      \
  SKIP_UNLESS(call, 4), LOAD(args[argument]), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0), \
      PERMIT, KILL
// Threads of this process, which decoders of HEIC and AVIF start, but no processes. glibc first tries clone3,
// whose flags a filter cannot inspect, and then clone.
#define THREADS_ONLY                                                                        \
  SKIP_UNLESS(clone, 4), LOAD(args[0]), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1), \
      PERMIT, KILL, SKIP_UNLESS(clone3, 1), RETURN(SECCOMP_RET_ERRNO | ENOSYS)
// No file can be opened: a library that looks for one continues without it, as FFmpeg does for the character
// sets of MPEG-TS channel names. Opening a file for writing kills the process.
#define NO_FILES                                                                                 \
  SKIP_UNLESS(openat, 4), LOAD(args[2]),                                                         \
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_ACCMODE | O_CREAT | O_TRUNC, 1, 0),                 \
      RETURN(SECCOMP_RET_ERRNO | ENOENT), KILL

static void *do_nothing(void *argument) { return argument; }

// glibc installs a signal handler when the first thread starts, but not for later ones.
static void start_first_thread(void) {
  pthread_t thread;
  if (!pthread_create(&thread, NULL, do_nothing, NULL)) pthread_join(thread, NULL);
}

int cw_filter_system_calls(void) {
  start_first_thread();
  struct sock_filter instructions[] = {
      LOAD(arch),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
      KILL,
      LOAD(nr),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, LAST_NUMBER, 0, 1),
      KILL,
      // Tasks, files and answers. A file is read through its descriptor; nothing can be opened.
      NO_FILES,
      ALLOW(recvmsg),
      ALLOW(sendmsg),
      ALLOW(pread64),
      ALLOW(read),
      ALLOW(lseek),
      ALLOW(fstat),
      ALLOW(close),
      // Memory, none of which can be made executable.
      ALLOW_WITHOUT(mmap, 2, PROT_EXEC),
      ALLOW_WITHOUT(mprotect, 2, PROT_EXEC),
      ALLOW(munmap),
      ALLOW(mremap),
      ALLOW(madvise),
      ALLOW(brk),
      // Time, locks, randomness, and the number of processors.
      ALLOW(clock_gettime),
      ALLOW(clock_nanosleep),
      ALLOW(gettimeofday),
      ALLOW(restart_syscall),
      ALLOW(futex),
      ALLOW(sched_yield),
      ALLOW(getrandom),
      THREADS_ONLY,
      ALLOW(set_robust_list),
      ALLOW(rseq),
      ALLOW_IF_EQUAL(prctl, 0, PR_SET_NAME),
      ALLOW(sysinfo),
      ALLOW(sched_getaffinity),
      // Termination: messages to standard error, and signals to the process itself only.
      ALLOW_IF_EQUAL(write, 0, STDERR_FILENO),
      ALLOW_IF_EQUAL(writev, 0, STDERR_FILENO),
      ALLOW(rt_sigprocmask),
      ALLOW(rt_sigreturn),
      ALLOW(getpid),
      ALLOW(gettid),
      ALLOW_IF_EQUAL(tgkill, 0, (unsigned)getpid()),
      ALLOW(exit),
      ALLOW(exit_group),
      KILL,
  };
  struct sock_fprog program = {
      .len = sizeof instructions / sizeof *instructions, .filter = instructions};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return -errno;
  // Applies to all threads, in case a library started some.
  long code = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  // A positive result is the identifier of a thread that could not be synchronised.
  return code < 0 ? -errno : code > 0 ? -EBUSY : 0;
}
#endif
