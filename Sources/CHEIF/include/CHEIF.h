// libheif as far as Cutline needs it: the main picture of a HEIC, AVIF or other HEIF file, upright.
//
// libheif puts grids together, and turns, mirrors and crops as the file says (irot, imir, clap); EXIF has no
// say in that. It is opened by name with the first such picture, so that captioning a JPEG does not pay for
// it, and the few functions used are declared in CHEIF.c: neither its headers nor the library itself is
// needed to build.
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
  // Whole, perhaps, but of a kind that is not read.
  CHEIF_UNSUPPORTED,
  CHEIF_DAMAGED,
  CHEIF_NO_MEMORY,
} CHEIFStatus;

typedef struct {
  // Upright, and as stored.
  int width, height, stored_width, stored_height;
  bool has_alpha;
  // Of each colour.
  int bit_count;
  // As ITU-T H.273 numbers them: 16 is PQ, 18 HLG; 2 where the file does not say.
  int primaries, transfer;
} CHEIFInfo;

// Loads libheif, if that has not been done; returns NULL if it is there, else why it is not.
const char *_Nullable cheif_load(void);
// Such as "1.15.1"; only once it is loaded.
const char *cheif_version(void);

// Opens a file in memory, which must stay until it is closed.
CHEIFStatus cheif_open(
    const uint8_t *bytes, size_t count, CHEIFPicture *_Nullable *_Nonnull picture);
void cheif_close(CHEIFPicture *picture);
CHEIFInfo cheif_info(const CHEIFPicture *picture);
// What libheif said of the last failure; empty if nothing.
const char *cheif_message(const CHEIFPicture *picture);

// Writes rows of 8-bit RGB over white into `rgb`, which has room for 3 bytes a pixel: upright, or as stored.
CHEIFStatus cheif_decode(CHEIFPicture *picture, bool is_stored, uint8_t *rgb);
// The same in 16 bits a colour, of which the uppermost count, and with no alpha taken account of.
CHEIFStatus cheif_decode_deep(CHEIFPicture *picture, bool is_stored, uint16_t *rgb);

#pragma clang assume_nonnull end

#endif
