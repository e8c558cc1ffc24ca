// renameat2(2) and openat2(2), which Swift's Glibc module does not show.
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

// Renames, and fails with EEXIST if `to` is there.
static inline int rename_without_replacing(const char *from, const char *to) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

// Swaps two names in one step.
static inline int rename_by_exchange(const char *a, const char *b) {
  return (int)syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
}

// O_PATH, which fcntl.h shows to GNU programs only: a folder to open files from, no more.
static const int open_as_place = __O_PATH;

// Opens `name`, whose path and symbolic links must stay in the open folder `folder`: else EXDEV.
static inline int open_beneath(int folder, const char *name, int flags) {
  struct open_how how = {
      .flags = (unsigned)flags, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  return (int)syscall(SYS_openat2, folder, name, &how, sizeof how);
}
