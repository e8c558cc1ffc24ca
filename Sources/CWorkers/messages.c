#define _GNU_SOURCE
#include "CWorkers.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

int cw_socket_pair(int *ends) {
  return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) ? -errno : 0;
}

int cw_pipe(int *ends) { return pipe2(ends, O_CLOEXEC | O_NONBLOCK) ? -errno : 0; }

static int sealed(int memory, int seals) {
  if (fcntl(memory, F_ADD_SEALS, seals | F_SEAL_SEAL) == 0) return memory;
  int code = errno;
  close(memory);
  return -code;
}

int cw_shared_memory(size_t count) {
  int memory = memfd_create("cutline-pixels", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (memory < 0) return -errno;
  if (ftruncate(memory, (off_t)count)) {
    int code = errno;
    close(memory);
    return -code;
  }
  return sealed(memory, F_SEAL_SHRINK | F_SEAL_GROW);
}

int cw_memory_file(const void *bytes, size_t count) {
  int memory = memfd_create("cutline-input", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (memory < 0) return -errno;
  for (size_t done = 0; done < count;) {
    ssize_t written = write(memory, (const char *)bytes + done, count - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      int code = errno;
      close(memory);
      return -code;
    }
    done += (size_t)written;
  }
  return sealed(memory, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
}

// The ancillary data of one descriptor, aligned for the kernel.
union control {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
};

int cw_send(int channel, const void *bytes, size_t count, int descriptor, int waits) {
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  union control control;
  if (descriptor >= 0) {
    memset(&control, 0, sizeof control);
    control.header = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof descriptor), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
  }
  ssize_t sent;
  do {
    sent = sendmsg(channel, &message, MSG_NOSIGNAL | (waits ? 0 : MSG_DONTWAIT));
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : 0;
}

ssize_t cw_receive(
    int channel, void *bytes, size_t capacity, int *_Nullable descriptor, int waits) {
  struct iovec part = {.iov_base = bytes, .iov_len = capacity};
  union control control;
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (descriptor) {
    *descriptor = -1;
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
  }
  ssize_t count;
  do {
    count = recvmsg(channel, &message, MSG_CMSG_CLOEXEC | (waits ? 0 : MSG_DONTWAIT));
  } while (count < 0 && errno == EINTR);
  if (count < 0) return -errno;
  struct cmsghdr *header = descriptor ? CMSG_FIRSTHDR(&message) : NULL;
  if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
    memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
  return message.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ? -EBADMSG : count;
}
