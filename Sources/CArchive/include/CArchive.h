// Members of packed archives (tar under any usual compression, zip, 7z), one after the other, through
// libarchive, which is loaded for the first archive.
//
// The library is opened by name, and the few functions used here are declared here: neither its headers nor
// the library itself is needed to build. Nothing is written or opened here: members are bytes, and their
// names are text.
#ifndef CARCHIVE_H
#define CARCHIVE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#pragma clang assume_nonnull begin

// Loads libarchive, if that has not been done; returns NULL if it is there, else why it is not. The process
// should be there for archives alone: its locale and time zone become those that names and times need.
const char *_Nullable carchive_load(void);

// Its version, such as "3.6.2"; only once it is loaded.
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
  // Bytes, mostly UTF-8; NULL where the archive's own form of it cannot be read.
  const char *_Nullable name;
  // In bytes; below 0 where nobody knows before the end.
  int64_t size;
  CArchiveKind kind;
  // Of a hard link, the name of the member whose bytes it has.
  const char *_Nullable target;
  int is_encrypted;
} CArchiveMember;

// Begins to read the archive of `count` bytes in the open file `descriptor`, or in memory where `memory` is
// not NULL. Returns NULL if there is no memory left, or the library has not been loaded.
CArchive *_Nullable carchive_begin(
    int descriptor, int64_t count, const uint8_t *_Nullable memory);

// Reads on from the same file by another descriptor.
void carchive_set_descriptor(CArchive *archive, int descriptor);

// Moves to the next member. Returns 1, 0 after the last, or below 0 where nothing more can be read.
int carchive_next(CArchive *archive, CArchiveMember *member);

// Reads at most `capacity` bytes of the member. Returns how many, 0 at its end, or below 0 where it cannot be
// read on; other members may be.
ssize_t carchive_read(CArchive *archive, void *buffer, size_t capacity);

// How many bytes the compression around the archive has given so far.
int64_t carchive_unpacked_count(CArchive *archive);

// After the last member of a tar: how many bytes of the archive's file its compression has left alone.
int64_t carchive_unread_count(CArchive *archive);

// What was wrong last, in the library's words.
const char *carchive_problem(CArchive *archive);

void carchive_end(CArchive *archive);

#pragma clang assume_nonnull end

#endif
