// The part of libheif that Cutline uses: the primary image of a HEIC, AVIF or other HEIF file, upright.
//
// libheif assembles grids, and applies the transformations of the file (irot, imir, clap); EXIF orientation
// is ignored. The library is opened by name with the first such image, so that captioning a JPEG does not
// load it, and the few functions used are declared in CHEIF.c; neither its headers nor the library is needed
// to build.
#ifndef CHEIF_H
#define CHEIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct CHEIFPicture CHEIFPicture;

typedef enum {
  CHEIF_OK,
  CHEIF_NO_LIBRARY,
  // Possibly intact, but of a kind that is not supported.
  CHEIF_UNSUPPORTED,
  CHEIF_DAMAGED,
  CHEIF_NO_MEMORY,
} CHEIFStatus;

typedef struct {
  // The upright and the stored size in pixels.
  int width, height, stored_width, stored_height;
  bool has_alpha;
  // The number of bits per colour.
  int bit_count;
  // Numbers of ITU-T H.273: transfer 16 is PQ and 18 HLG; 2 if the file states none.
  int primaries, transfer;
} CHEIFInfo;

// Loads libheif on the first call; returns NULL, or the reason why it cannot be loaded.
const char *_Nullable cheif_load(void);
// Returns the version, such as "1.15.1"; valid only once it is loaded.
const char *cheif_version(void);

// Opens a file in memory, which must outlive the picture.
CHEIFStatus cheif_open(
    const uint8_t *bytes, size_t count, CHEIFPicture *_Nullable *_Nonnull picture);
void cheif_close(CHEIFPicture *picture);
CHEIFInfo cheif_info(const CHEIFPicture *picture);
// Returns libheif's message for the last error; empty if there is none.
const char *cheif_message(const CHEIFPicture *picture);

// Writes rows of 8-bit RGB over white into `rgb`, 3 bytes per pixel: upright, or as stored if `is_stored`.
CHEIFStatus cheif_decode(CHEIFPicture *picture, bool is_stored, uint8_t *rgb);
// Writes the same with 16 bits per colour, of which the highest are significant, and ignores alpha.
CHEIFStatus cheif_decode_deep(CHEIFPicture *picture, bool is_stored, uint16_t *rgb);

#pragma clang assume_nonnull end

#endif
