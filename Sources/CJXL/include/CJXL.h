// The part of libjxl that Cutline uses: the first frame of a JPEG XL file, upright, over white.
//
// libjxl applies the orientation of the codestream; EXIF orientation is ignored. The library is opened by
// name with the first such image, so that captioning a JPEG does not load it, and the few functions used are
// declared in CJXL.c; neither its headers nor the library is needed to build.
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
  // The file is truncated; after decoding, `has_picture` is true if the image was decoded coarsely.
  CJXL_TRUNCATED,
  CJXL_NO_MEMORY,
} CJXLStatus;

typedef struct {
  // The upright size in pixels.
  uint32_t width, height;
  bool is_animated, has_alpha;
  // CJXL_PQ or CJXL_HLG for an HDR image, else 0; primaries are in the numbers of H.273.
  int transfer, primaries;
} CJXLInfo;

// Transfer functions in the numbers of H.273.
enum { CJXL_PQ = 16, CJXL_HLG = 18 };

// Loads libjxl on the first call; returns NULL, or the reason why it cannot be loaded.
const char *_Nullable cjxl_load(void);
// Returns the version, such as "0.7.0"; valid only once it is loaded.
const char *cjxl_version(void);

// Opens a file in memory, which must outlive the picture, and reads its header.
CJXLStatus cjxl_open(
    const uint8_t *bytes, size_t count, CJXLPicture *_Nullable *_Nonnull picture);
void cjxl_close(CJXLPicture *picture);
CJXLInfo cjxl_info(const CJXLPicture *picture);

// Writes rows of 8-bit RGB into `rgb`, 3 bytes per pixel. After CJXL_TRUNCATED, the whole image was decoded
// coarsely if `has_picture`, or else nothing.
CJXLStatus cjxl_decode(CJXLPicture *picture, uint8_t *rgb, bool *has_picture);
// Writes the same for an HDR image without alpha: 16 bits per colour, in its original encoding.
CJXLStatus cjxl_decode_deep(CJXLPicture *picture, uint16_t *rgb, bool *has_picture);

#pragma clang assume_nonnull end

#endif
