// The part of libtiff that Cutline uses: one image of a TIFF file, as 8-bit RGB over white.
//
// FFmpeg's decoder returns a black image for tiles, JPEG and much else. libtiff is opened by name with the
// first TIFF, so that captioning a JPEG does not load it, and the few functions used are declared in
// library.h; neither its headers nor the library is needed to build.
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
  // Possibly intact, but of a kind that is not supported.
  CTIFF_UNSUPPORTED,
  CTIFF_DAMAGED,
  CTIFF_NO_MEMORY,
} CTIFFStatus;

typedef struct {
  // The stored size in pixels.
  uint32_t width, height;
  // The orientation in the numbers of EXIF; 0 if not stated.
  int orientation;
  // An XMP packet; NULL if there is none.
  const uint8_t *_Nullable xmp;
  size_t xmp_size;
} CTIFFInfo;

// Loads libtiff on the first call; returns NULL, or the reason why it cannot be loaded.
const char *_Nullable ctiff_load(void);
// Returns the version, such as "4.5.0"; valid only once it is loaded.
const char *ctiff_version(void);

// Opens the directory at offset `directory` of a file in memory, which must outlive the picture. Unless the
// directory `explains_samples`, one extra sample is alpha, as in Pillow; libtiff itself would make up a
// meaning.
CTIFFStatus ctiff_open(
    const uint8_t *bytes, size_t count, uint64_t directory, bool explains_samples,
    CTIFFPicture *_Nullable *_Nonnull picture);
void ctiff_close(CTIFFPicture *picture);
CTIFFInfo ctiff_info(const CTIFFPicture *picture);
// Returns the reason why the file cannot be read, or libtiff's first message; empty if there is none.
const char *ctiff_message(const CTIFFPicture *picture);

typedef struct {
  CTIFFStatus status;
  // The number of pixels in the strips and tiles that were decoded; the others are white.
  uint64_t pixels_read;
  // True if a decoder reported an error in a piece that it decoded nevertheless.
  bool is_doubtful;
} CTIFFReport;

// Writes rows of RGB, as stored, into `rgb`, 3 bytes per pixel.
CTIFFReport ctiff_decode(CTIFFPicture *picture, uint8_t *rgb);

#pragma clang assume_nonnull end

#endif
