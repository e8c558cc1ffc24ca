#pragma once
// Linux functions for worker processes that Swift cannot call: messages with open files (macros), prctl and
// seccomp (variadic arguments, a table of instructions), and memory of sealed size.
//
// Functions return 0, a count or a descriptor; on failure, a negated errno.

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#pragma clang assume_nonnull begin

// The owner's side.

/// Creates both ends of a socket that preserves message boundaries; neither is inherited by other programs.
int cw_socket_pair(int *ends);

/// Creates both ends of a non-blocking pipe; `ends[0]` is the read end.
int cw_pipe(int *ends);

/// Creates shared memory of `count` zero bytes with a sealed size.
int cw_shared_memory(size_t count);

/// Creates a file in memory that holds `bytes` and is sealed against changes.
int cw_memory_file(const void *bytes, size_t count);

/// Starts `program` with `channel` as its standard input and `errors` as its standard error; its standard
/// output is discarded.
int cw_start(
    const char *program, char *_Nullable const *_Nonnull arguments, int channel, int errors,
    pid_t *process);

// Both sides.

/// Sends one message, with the open file `descriptor` unless that is negative.
int cw_send(int channel, const void *bytes, size_t count, int descriptor, int waits);

/// Receives one message of at most `capacity` bytes; returns 0 once the other side is gone.
///
/// A longer message, or one with a file if `descriptor` is NULL, gives EBADMSG.
ssize_t cw_receive(
    int channel, void *bytes, size_t capacity, int *_Nullable descriptor, int waits);

// The worker's side.

/// Sets the name of this process, makes it end with the thread that started it, and closes all files but the
/// first three.
int cw_settle(const char *name);

/// Limits the resources of the process: `memory` more bytes than now, 32 open files, no writes to files, no
/// core dumps.
int cw_limit(size_t memory);

/// Forbids all system calls that decoding does not need; any other kills the process.
///
/// Returns ENOSYS if the kernel or the processor does not support filters.
int cw_filter_system_calls(void);

#pragma clang assume_nonnull end
