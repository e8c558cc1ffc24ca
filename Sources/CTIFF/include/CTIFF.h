// libtiff as far as Cutline needs it: one picture of a TIFF, as 8-bit RGB over white.
//
// FFmpeg's decoder gives a black picture for tiles, JPEG and much else. libtiff is opened by name with the
// first TIFF, so that captioning a JPEG does not pay for it, and the few functions used are declared in
// library.h: neither its headers nor the library itself is needed to build.
#ifndef CTIFF_H
#define CTIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct CTIFFPicture CTIFFPicture;

typedef enum {
  CTIFF_OK,
  CTIFF_NO_LIBRARY,
  // Whole, perhaps, but of a kind that is not read.
  CTIFF_UNSUPPORTED,
  CTIFF_DAMAGED,
  CTIFF_NO_MEMORY,
} CTIFFStatus;

typedef struct {
  // As stored.
  uint32_t width, height;
  // How to turn it upright, in the numbers of EXIF; 0 where the file does not say.
  int orientation;
  // An XMP packet; NULL where there is none.
  const uint8_t *_Nullable xmp;
  size_t xmp_size;
} CTIFFInfo;

// Loads libtiff, if that has not been done; returns NULL if it is there, else why it is not.
const char *_Nullable ctiff_load(void);
// Such as "4.5.0"; only once it is loaded.
const char *ctiff_version(void);

// Opens a file in memory, which must stay until it is closed, at the `directory` that lies at that offset. Unless that
// `explains_samples`, a sample too many is alpha, as Pillow has it; libtiff itself makes up an explanation.
CTIFFStatus ctiff_open(
    const uint8_t *bytes, size_t count, uint64_t directory, bool explains_samples,
    CTIFFPicture *_Nullable *_Nonnull picture);
void ctiff_close(CTIFFPicture *picture);
CTIFFInfo ctiff_info(const CTIFFPicture *picture);
// Why it cannot be read, or what libtiff complained of first; empty if nothing.
const char *ctiff_message(const CTIFFPicture *picture);

typedef struct {
  CTIFFStatus status;
  // Those of strips and tiles that could be read; the others are white.
  uint64_t pixels_read;
  // Whether a decoder complained of a piece that it read all the same.
  bool is_doubtful;
} CTIFFReport;

// Writes rows of RGB, as stored, into `rgb`, which has room for 3 bytes a pixel.
CTIFFReport ctiff_decode(CTIFFPicture *picture, uint8_t *rgb);

#pragma clang assume_nonnull end

#endif
