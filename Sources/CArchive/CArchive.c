#include "CArchive.h"

#include <dlfcn.h>
#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct archive;
struct archive_entry;

// The declarations of archive.h and archive_entry.h used here, unchanged in libarchive since 3.0, and since
// 3.3 for encryption.
typedef ssize_t (*read_callback)(struct archive *, void *, const void **);
typedef int64_t (*skip_callback)(struct archive *, void *, int64_t);
typedef int64_t (*seek_callback)(struct archive *, void *, int64_t, int);
enum { ARCHIVE_EOF = 1, ARCHIVE_OK = 0, ARCHIVE_RETRY = -10, ARCHIVE_WARN = -20, ARCHIVE_FATAL = -30 };
// The bits of archive_format() that state the family of formats, and the value of tar.
enum { FORMAT_MASK = 0xff0000, FORMAT_TAR = 0x30000 };

#define FUNCTIONS(X) \
  X(const char *, archive_version_string, (void)) \
  X(struct archive *, archive_read_new, (void)) \
  X(int, archive_read_free, (struct archive *)) \
  X(int, archive_read_support_filter_gzip, (struct archive *)) \
  X(int, archive_read_support_filter_bzip2, (struct archive *)) \
  X(int, archive_read_support_filter_compress, (struct archive *)) \
  X(int, archive_read_support_filter_xz, (struct archive *)) \
  X(int, archive_read_support_filter_lzma, (struct archive *)) \
  X(int, archive_read_support_filter_lz4, (struct archive *)) \
  X(int, archive_read_support_filter_zstd, (struct archive *)) \
  X(int, archive_read_support_format_tar, (struct archive *)) \
  X(int, archive_read_support_format_zip, (struct archive *)) \
  X(int, archive_read_support_format_7zip, (struct archive *)) \
  X(int, archive_read_set_format_option, \
    (struct archive *, const char *, const char *, const char *)) \
  X(int, archive_read_set_read_callback, (struct archive *, read_callback)) \
  X(int, archive_read_set_skip_callback, (struct archive *, skip_callback)) \
  X(int, archive_read_set_seek_callback, (struct archive *, seek_callback)) \
  X(int, archive_read_set_callback_data, (struct archive *, void *)) \
  X(int, archive_read_open1, (struct archive *)) \
  X(int, archive_read_next_header, (struct archive *, struct archive_entry **)) \
  X(ssize_t, archive_read_data, (struct archive *, void *, size_t)) \
  X(int, archive_format, (struct archive *)) \
  X(int64_t, archive_filter_bytes, (struct archive *, int)) \
  X(const char *, archive_error_string, (struct archive *)) \
  X(const char *, archive_entry_pathname, (struct archive_entry *)) \
  X(const char *, archive_entry_pathname_utf8, (struct archive_entry *)) \
  X(const char *, archive_entry_hardlink, (struct archive_entry *)) \
  X(mode_t, archive_entry_filetype, (struct archive_entry *)) \
  X(int, archive_entry_size_is_set, (struct archive_entry *)) \
  X(int64_t, archive_entry_size, (struct archive_entry *)) \
  X(int, archive_entry_is_data_encrypted, (struct archive_entry *))

// The functions found, and the reason if some are missing; written once, under `once`.
static struct {
#define DECLARE(result, name, parameters) result(*name) parameters;
  FUNCTIONS(DECLARE)
} library;
static char failure[300];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void note_failure(void) {
  const char *reason = dlerror();
  if (!failure[0]) strncpy(failure, reason ? reason : "unknown reason", sizeof failure - 1);
}

static void load(void) {
  void *handle = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    note_failure();
    return;
  }
#define FIND(result, name, parameters) \
  if (!(*(void **)&library.name = dlsym(handle, #name))) note_failure();
  FUNCTIONS(FIND)
  // libarchive converts names to the locale's encoding, which must support all of them.
  setlocale(LC_CTYPE, "C.UTF-8");
  // libarchive converts times, unused here, to the local time zone, whose file may be out of reach in a
  // sandbox.
  setenv("TZ", "UTC0", 1);
  tzset();
}

const char *carchive_load(void) {
  pthread_once(&once, load);
  return failure[0] ? failure : NULL;
}

const char *carchive_version(void) {
  // The text is of the form "libarchive 3.6.2".
  const char *text = library.archive_version_string();
  const char *blank = strchr(text, ' ');
  return blank ? blank + 1 : text;
}

enum { CHUNK = 1 << 16 };

struct CArchive {
  struct archive *archive;
  int descriptor;
  const uint8_t *memory;
  int64_t count;
  int64_t position;
  // The reason why the archive could not be opened, as libarchive's later messages say less.
  char problem[200];
  uint8_t chunk[CHUNK];
};

static ssize_t give(struct archive *archive, void *context, const void **bytes) {
  CArchive *self = context;
  int64_t left = self->count - self->position;
  size_t wanted = left < CHUNK ? (size_t)left : CHUNK;
  if (wanted == 0) return 0;
  ssize_t given;
  if (self->memory) {
    *bytes = self->memory + self->position;
    given = (ssize_t)wanted;
  } else {
    *bytes = self->chunk;
    do given = pread(self->descriptor, self->chunk, wanted, self->position);
    while (given < 0 && errno == EINTR);
  }
  if (given > 0) self->position += given;
  return given;
}

static int64_t move(struct archive *archive, void *context, int64_t offset, int whence) {
  CArchive *self = context;
  int64_t start = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? self->position : self->count;
  int64_t target;
  if (__builtin_add_overflow(start, offset, &target) || target < 0) return ARCHIVE_FATAL;
  return self->position = target < self->count ? target : self->count;
}

static int64_t skip(struct archive *archive, void *context, int64_t count) {
  CArchive *self = context;
  int64_t left = self->count - self->position;
  int64_t skipped = count < 0 ? 0 : count < left ? count : left;
  self->position += skipped;
  return skipped;
}

static int prepare(CArchive *self) {
  struct archive *a = self->archive;
  // Only compressions that libarchive may support without starting an external program, which is not allowed
  // in a sandbox and would end the process.
  library.archive_read_support_filter_gzip(a);
  library.archive_read_support_filter_bzip2(a);
  library.archive_read_support_filter_compress(a);
  library.archive_read_support_filter_xz(a);
  library.archive_read_support_filter_lzma(a);
  library.archive_read_support_filter_lz4(a);
  library.archive_read_support_filter_zstd(a);
  library.archive_read_support_format_tar(a);
  library.archive_read_support_format_zip(a);
  library.archive_read_support_format_7zip(a);
  // Archives joined by `cat` are read as one.
  library.archive_read_set_format_option(a, "tar", "read_concatenated_archives", "1");
  library.archive_read_set_read_callback(a, give);
  library.archive_read_set_skip_callback(a, skip);
  library.archive_read_set_seek_callback(a, move);
  library.archive_read_set_callback_data(a, self);
  return library.archive_read_open1(a);
}

CArchive *carchive_begin(int descriptor, int64_t count, const uint8_t *memory) {
  if (carchive_load()) return NULL;
  CArchive *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  self->descriptor = descriptor;
  self->memory = memory;
  self->count = count;
  self->archive = library.archive_read_new();
  if (!self->archive) {
    free(self);
    return NULL;
  }
  if (prepare(self) < ARCHIVE_WARN) {
    const char *text = library.archive_error_string(self->archive);
    strncpy(self->problem, text ? text : "unknown reason", sizeof self->problem - 1);
  }
  return self;
}

void carchive_set_descriptor(CArchive *self, int descriptor) { self->descriptor = descriptor; }

int carchive_next(CArchive *self, CArchiveMember *member) {
  if (self->problem[0]) return -1;
  struct archive_entry *entry = NULL;
  int code = library.archive_read_next_header(self->archive, &entry);
  if (code == ARCHIVE_EOF) return 0;
  // In a tar, a damaged header can be skipped, but the start of the next member is then lost.
  if (code < ARCHIVE_WARN || code == ARCHIVE_RETRY || !entry) return -1;
  const char *name = library.archive_entry_pathname(entry);
  member->name = name ? name : library.archive_entry_pathname_utf8(entry);
  member->size = library.archive_entry_size_is_set(entry) ? library.archive_entry_size(entry) : -1;
  member->is_encrypted = library.archive_entry_is_data_encrypted(entry);
  switch (library.archive_entry_filetype(entry)) {
    case S_IFREG: member->kind = CARCHIVE_FILE; break;
    case S_IFDIR: member->kind = CARCHIVE_FOLDER; break;
    case S_IFLNK: member->kind = CARCHIVE_LINK; break;
    // Some zip archives state no type.
    case 0: member->kind = CARCHIVE_FILE; break;
    default: member->kind = CARCHIVE_OTHER;
  }
  member->target = library.archive_entry_hardlink(entry);
  if (member->target) member->kind = CARCHIVE_HARD_LINK;
  return 1;
}

ssize_t carchive_read(CArchive *self, void *buffer, size_t capacity) {
  return library.archive_read_data(self->archive, buffer, capacity);
}

int64_t carchive_unpacked_count(CArchive *self) {
  return library.archive_filter_bytes(self->archive, 0);
}

int64_t carchive_unread_count(CArchive *self) {
  if ((library.archive_format(self->archive) & FORMAT_MASK) != FORMAT_TAR) return 0;
  int64_t count = library.archive_filter_bytes(self->archive, -1);
  return count >= 0 && count < self->count ? self->count - count : 0;
}

const char *carchive_problem(CArchive *self) {
  if (self->problem[0]) return self->problem;
  const char *text = library.archive_error_string(self->archive);
  return text ? text : "unknown reason";
}

void carchive_end(CArchive *self) {
  library.archive_read_free(self->archive);
  free(self);
}
