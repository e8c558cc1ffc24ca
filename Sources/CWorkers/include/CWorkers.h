#pragma once
// What worker processes need of Linux that Swift cannot say: messages that carry open files (macros),
// prctl and seccomp (variable arguments, a table of instructions), memory whose size is sealed.
//
// Functions return 0, or a count or descriptor, or else a negated errno.

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#pragma clang assume_nonnull begin

// The owner's side.

/// Makes both ends of a socket that keeps messages whole; neither is handed to other programs.
int cw_socket_pair(int *ends);

/// Makes both ends of a pipe, neither of which ever waits: `ends[0]` is to read from.
int cw_pipe(int *ends);

/// Makes shared memory of `count` zero bytes, whose size nobody can change any more.
int cw_shared_memory(size_t count);

/// Makes a file in memory that holds `bytes`, which nobody can change any more.
int cw_memory_file(const void *bytes, size_t count);

/// Starts `program` with `channel` as its standard input and `errors` as its standard error; what it
/// prints goes nowhere.
int cw_start(
    const char *program, char *_Nullable const *_Nonnull arguments, int channel, int errors,
    pid_t *process);

// Both sides.

/// Sends one message, with the open file `descriptor` unless that is negative.
int cw_send(int channel, const void *bytes, size_t count, int descriptor, int waits);

/// Receives one message of at most `capacity` bytes; 0 once the other side is gone. A message that is
/// longer, or brings a file where `descriptor` is NULL, is EBADMSG.
ssize_t cw_receive(
    int channel, void *bytes, size_t capacity, int *_Nullable descriptor, int waits);

// The worker's side.

/// Gives this process a name, ends it together with the thread that started it, and closes all files
/// but the first three.
int cw_settle(const char *name);

/// Limits what the process may use from now on: `memory` more bytes than now, 32 open files, no files
/// that grow, no core dumps.
int cw_limit(size_t memory);

/// Forbids all system calls but those that decoding needs: any other kills the process. ENOSYS where
/// the kernel or the processor does not know how.
int cw_filter_system_calls(void);

#pragma clang assume_nonnull end
