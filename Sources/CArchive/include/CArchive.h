// Sequential reading of packed archives (tar under any usual compression, zip, 7z) with libarchive, which is
// loaded for the first archive.
//
// The library is opened by name, and the few functions used here are declared here, so that neither its
// headers nor the library is needed to build. Nothing is written or opened here: members are bytes, and their
// names are text.
#ifndef CARCHIVE_H
#define CARCHIVE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#pragma clang assume_nonnull begin

// Loads libarchive on the first call; returns NULL, or the reason why it cannot be loaded. The process should
// be dedicated to archives, as its locale and time zone are changed.
const char *_Nullable carchive_load(void);

// Returns the version, such as "3.6.2"; valid only once it is loaded.
const char *carchive_version(void);

typedef struct CArchive CArchive;

typedef enum {
  CARCHIVE_FILE,
  CARCHIVE_FOLDER,
  CARCHIVE_LINK,
  CARCHIVE_HARD_LINK,
  CARCHIVE_OTHER
} CArchiveKind;

typedef struct {
  // Bytes, mostly UTF-8; NULL if the archive's encoding of the name cannot be decoded.
  const char *_Nullable name;
  // In bytes; negative if unknown before the end.
  int64_t size;
  CArchiveKind kind;
  // For a hard link, the name of the member that holds its bytes.
  const char *_Nullable target;
  int is_encrypted;
} CArchiveMember;

// Opens the archive of `count` bytes in the open file `descriptor`, or in memory if `memory` is not NULL.
// Returns NULL if memory runs out or the library is not loaded.
CArchive *_Nullable carchive_begin(
    int descriptor, int64_t count, const uint8_t *_Nullable memory);

// Continues reading the same file through another descriptor.
void carchive_set_descriptor(CArchive *archive, int descriptor);

// Moves to the next member. Returns 1, 0 after the last, or a negative number if nothing more can be read.
int carchive_next(CArchive *archive, CArchiveMember *member);

// Reads at most `capacity` bytes of the member. Returns the number of bytes read, 0 at its end, or a negative
// number if the rest of the member cannot be read; other members may still be readable.
ssize_t carchive_read(CArchive *archive, void *buffer, size_t capacity);

// Returns the number of bytes decompressed so far.
int64_t carchive_unpacked_count(CArchive *archive);

// After the last member of a tar, returns the number of bytes of the file that its compression did not
// consume.
int64_t carchive_unread_count(CArchive *archive);

// Returns the library's message for the last error.
const char *carchive_problem(CArchive *archive);

void carchive_end(CArchive *archive);

#pragma clang assume_nonnull end

#endif
