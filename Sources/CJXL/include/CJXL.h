// libjxl as far as Cutline needs it: the first picture of a JPEG XL file, upright, over white.
//
// libjxl turns the picture as its codestream says; EXIF has no say in that. It is opened by name with the
// first such picture, so that captioning a JPEG does not pay for it, and the few functions used are declared
// in CJXL.c: neither its headers nor the library itself is needed to build.
#ifndef CJXL_H
#define CJXL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct CJXLPicture CJXLPicture;

typedef enum {
  CJXL_OK,
  CJXL_NO_LIBRARY,
  CJXL_DAMAGED,
  // The file ends too early; after decoding, with what was there of the picture.
  CJXL_TRUNCATED,
  CJXL_NO_MEMORY,
} CJXLStatus;

typedef struct {
  // Upright.
  uint32_t width, height;
  bool is_animated, has_alpha;
  // CJXL_PQ or CJXL_HLG of a picture of high range, else 0; the primaries as H.273 numbers them.
  int transfer, primaries;
} CJXLInfo;

// As H.273 numbers them.
enum { CJXL_PQ = 16, CJXL_HLG = 18 };

// Loads libjxl, if that has not been done; returns NULL if it is there, else why it is not.
const char *_Nullable cjxl_load(void);
// Such as "0.7.0"; only once it is loaded.
const char *cjxl_version(void);

// Opens a file in memory, which must stay until it is closed, and reads its header.
CJXLStatus cjxl_open(
    const uint8_t *bytes, size_t count, CJXLPicture *_Nullable *_Nonnull picture);
void cjxl_close(CJXLPicture *picture);
CJXLInfo cjxl_info(const CJXLPicture *picture);

// Writes rows of 8-bit RGB into `rgb`, which has room for 3 bytes a pixel. After CJXL_TRUNCATED, if
// `has_picture`, all of it is there in a coarse form, or else nothing.
CJXLStatus cjxl_decode(CJXLPicture *picture, uint8_t *rgb, bool *has_picture);
// The same of a picture of high range without alpha: 16 bits a colour, coded as it was made.
CJXLStatus cjxl_decode_deep(CJXLPicture *picture, uint16_t *rgb, bool *has_picture);

#pragma clang assume_nonnull end

#endif
