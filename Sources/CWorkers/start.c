#define _GNU_SOURCE
#include "CWorkers.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

// The environment variables passed to a worker: for the dynamic linker and memory allocation. Others may hold
// keys and passwords, which a decoder must not see.
static const char *const kept[] = {
    "LD_LIBRARY_PATH=", "LD_PRELOAD=", "GLIBC_TUNABLES=", "MALLOC_", "ASAN_OPTIONS=",
    "TSAN_OPTIONS=", "UBSAN_OPTIONS=", "LLVM_PROFILE_FILE="};

enum { MOST_VARIABLES = 32 };

static void keep_environment(char *variables[MOST_VARIABLES]) {
  int count = 0;
  // A backtrace would take seconds and other programs; the signal is enough.
  variables[count++] = "SWIFT_BACKTRACE=enable=no";
  for (char **each = environ; each && *each && count < MOST_VARIABLES - 1; each++)
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
      if (strncmp(*each, kept[i], strlen(kept[i])) == 0) {
        variables[count++] = *each;
        break;
      }
  variables[count] = NULL;
}

static int set_attributes(posix_spawnattr_t *attributes) {
  // Ctrl-C is sent to all processes of a terminal, but the current file should be finished; the owner decides
  // when the worker ends.
  sigset_t held, all;
  sigemptyset(&held);
  sigaddset(&held, SIGHUP);
  sigaddset(&held, SIGINT);
  sigaddset(&held, SIGQUIT);
  sigaddset(&held, SIGTERM);
  sigfillset(&all);
  int code = posix_spawnattr_setsigmask(attributes, &held);
  if (!code) code = posix_spawnattr_setsigdefault(attributes, &all);
  if (!code)
    code = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  return code;
}

int cw_start(
    const char *program, char *_Nullable const *_Nonnull arguments, int channel, int errors,
    pid_t *process) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int code = posix_spawn_file_actions_init(&actions);
  if (code) return -code;
  code = posix_spawnattr_init(&attributes);
  if (code) {
    posix_spawn_file_actions_destroy(&actions);
    return -code;
  }
  char *variables[MOST_VARIABLES];
  keep_environment(variables);
  code = set_attributes(&attributes);
  if (!code) code = posix_spawn_file_actions_adddup2(&actions, channel, 0);
  if (!code) code = posix_spawn_file_actions_adddup2(&actions, errors, 2);
  if (!code) code = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  if (!code)
    code = posix_spawn(process, program, &actions, &attributes, (char *const *)arguments, variables);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return -code;
}
