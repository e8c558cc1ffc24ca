#include "CJXL.h"
#include "CAlpha.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

// The declarations of jxl/decode.h and jxl/codestream_header.h used here, the same from 0.7 to 0.11.
typedef struct JxlDecoder JxlDecoder;
typedef struct {
  int have_container;
  uint32_t xsize, ysize, bits_per_sample, exponent_bits_per_sample;
  float intensity_target, min_nits;
  int relative_to_max_display;
  float linear_below;
  int uses_original_profile, have_preview, have_animation;
  int orientation;
  uint32_t num_color_channels, num_extra_channels, alpha_bits, alpha_exponent_bits;
  int alpha_premultiplied;
  uint32_t more[8];
  uint8_t padding[100];
} JxlBasicInfo;
typedef struct {
  uint32_t num_channels;
  int data_type, endianness;
  size_t align;
} JxlPixelFormat;
typedef struct {
  int color_space, white_point;
  double white_point_xy[2];
  int primaries;
  double red[2], green[2], blue[2];
  int transfer_function;
  double gamma;
  int rendering_intent;
} JxlColorEncoding;
enum { SUCCESS, ERROR, NEED_MORE_INPUT, NEED_IMAGE_OUT_BUFFER = 5 };
enum { BASIC_INFO = 0x40, COLOR_ENCODING = 0x100, FULL_IMAGE = 0x1000 };
enum { TYPE_UINT8 = 2, TYPE_UINT16 = 3 };
enum { TARGET_ORIGINAL = 0 };

#define FUNCTIONS(X) \
  X(uint32_t, JxlDecoderVersion, (void)) \
  X(JxlDecoder *, JxlDecoderCreate, (const void *)) \
  X(void, JxlDecoderDestroy, (JxlDecoder *)) \
  X(int, JxlDecoderSubscribeEvents, (JxlDecoder *, int)) \
  X(int, JxlDecoderSetUnpremultiplyAlpha, (JxlDecoder *, int)) \
  X(int, JxlDecoderSetInput, (JxlDecoder *, const uint8_t *, size_t)) \
  X(int, JxlDecoderProcessInput, (JxlDecoder *)) \
  X(int, JxlDecoderGetBasicInfo, (const JxlDecoder *, JxlBasicInfo *)) \
  X(int, JxlDecoderGetColorAsEncodedProfile, (const JxlDecoder *, ...)) \
  X(int, JxlDecoderSetPreferredColorProfile, (JxlDecoder *, const JxlColorEncoding *)) \
  X(void, JxlColorEncodingSetToSRGB, (JxlColorEncoding *, int)) \
  X(int, JxlDecoderImageOutBufferSize, (const JxlDecoder *, const JxlPixelFormat *, size_t *)) \
  X(int, JxlDecoderSetImageOutBuffer, (JxlDecoder *, const JxlPixelFormat *, void *, size_t)) \
  X(int, JxlDecoderFlushImage, (JxlDecoder *))

// The functions found, and the reason if some are missing; written once, under `once`.
static struct {
#define DECLARE(result, name, parameters) result(*name) parameters;
  FUNCTIONS(DECLARE)
#undef DECLARE
} library;
static char failure[300];
static char version[32];
static unsigned version_number;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void note_failure(void) {
  const char *reason = dlerror();
  if (!failure[0]) snprintf(failure, sizeof failure, "%s", reason ? reason : "unknown reason");
}

static void load(void) {
  const char *const names[] = {
      "libjxl.so.0.7", "libjxl.so.0.8", "libjxl.so.0.9", "libjxl.so.0.10", "libjxl.so.0.11"};
  void *handle = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names && !handle; i++)
    handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    note_failure();
    return;
  }
#define FIND(result, name, parameters) \
  if (!(*(void **)&library.name = dlsym(handle, #name))) note_failure();
  FUNCTIONS(FIND)
#undef FIND
  if (failure[0]) return;
  unsigned number = version_number = library.JxlDecoderVersion();
  snprintf(
      version, sizeof version, "%u.%u.%u", number / 1000000, number / 1000 % 1000, number % 1000);
}

const char *cjxl_load(void) {
  pthread_once(&once, load);
  return failure[0] ? failure : NULL;
}

const char *cjxl_version(void) { return version; }

struct CJXLPicture {
  JxlDecoder *decoder;
  JxlBasicInfo info;
  // The original encoding in the numbers of H.273; 0 if not stated.
  int transfer, primaries;
};

// Up to 0.8 the second parameter was an unused format.
static int original_encoding(const JxlDecoder *decoder, JxlColorEncoding *encoding) {
  if (version_number < 9000) {
    int (*get)(const JxlDecoder *, const JxlPixelFormat *, int, JxlColorEncoding *);
    *(void **)&get = *(void **)&library.JxlDecoderGetColorAsEncodedProfile;
    return get(decoder, NULL, TARGET_ORIGINAL, encoding);
  }
  int (*get)(const JxlDecoder *, int, JxlColorEncoding *);
  *(void **)&get = *(void **)&library.JxlDecoderGetColorAsEncodedProfile;
  return get(decoder, TARGET_ORIGINAL, encoding);
}

// Images in libjxl's own colour space can be decoded to any other: to sRGB here, except for HDR, which keeps
// its original encoding. Other images are always decoded in their original encoding.
static void choose_colours(CJXLPicture *p) {
  JxlColorEncoding encoding = {0};
  if (original_encoding(p->decoder, &encoding) == SUCCESS) {
    p->transfer = encoding.transfer_function;
    // 9 is BT.2100, with the primaries of BT.2020; 11 is P3, and 1 BT.709, as in H.273.
    p->primaries = encoding.primaries;
  }
  if (p->transfer != CJXL_PQ && p->transfer != CJXL_HLG) p->transfer = 0;
  if (!p->transfer || p->info.alpha_bits) {
    library.JxlColorEncodingSetToSRGB(&encoding, p->info.num_color_channels == 1);
  }
  if (!p->info.uses_original_profile)
    library.JxlDecoderSetPreferredColorProfile(p->decoder, &encoding);
}

CJXLStatus cjxl_open(const uint8_t *bytes, size_t count, CJXLPicture **picture) {
  *picture = NULL;
  if (cjxl_load()) return CJXL_NO_LIBRARY;
  CJXLPicture *p = calloc(1, sizeof *p);
  if (!p) return CJXL_NO_MEMORY;
  *picture = p;
  p->decoder = library.JxlDecoderCreate(NULL);
  if (!p->decoder) return CJXL_NO_MEMORY;
  library.JxlDecoderSubscribeEvents(p->decoder, BASIC_INFO | COLOR_ENCODING | FULL_IMAGE);
  library.JxlDecoderSetUnpremultiplyAlpha(p->decoder, 1);
  // The input is not closed, as libjxl prints an error to standard error if a closed input is truncated.
  library.JxlDecoderSetInput(p->decoder, bytes, count);
  int event = library.JxlDecoderProcessInput(p->decoder);
  if (event == NEED_MORE_INPUT) return CJXL_TRUNCATED;
  if (event != BASIC_INFO || library.JxlDecoderGetBasicInfo(p->decoder, &p->info) != SUCCESS)
    return CJXL_DAMAGED;
  event = library.JxlDecoderProcessInput(p->decoder);
  if (event == NEED_MORE_INPUT) return CJXL_TRUNCATED;
  if (event != COLOR_ENCODING) return CJXL_DAMAGED;
  choose_colours(p);
  return p->info.xsize && p->info.ysize ? CJXL_OK : CJXL_DAMAGED;
}

void cjxl_close(CJXLPicture *p) {
  if (p->decoder) library.JxlDecoderDestroy(p->decoder);
  free(p);
}

CJXLInfo cjxl_info(const CJXLPicture *p) {
  return (CJXLInfo){
      .width = p->info.xsize,
      .height = p->info.ysize,
      .is_animated = p->info.have_animation,
      .has_alpha = p->info.alpha_bits > 0,
      .transfer = p->transfer,
      .primaries = p->primaries,
  };
}

// Decodes into `pixels`, which must outlive the decoder.
static CJXLStatus decode(
    CJXLPicture *p, JxlPixelFormat format, void *pixels, size_t size, bool *has_picture) {
  bool has_buffer = false;
  for (;;) switch (library.JxlDecoderProcessInput(p->decoder)) {
      case NEED_IMAGE_OUT_BUFFER: {
        size_t needed = 0;
        if (library.JxlDecoderImageOutBufferSize(p->decoder, &format, &needed) != SUCCESS
            || needed != size
            || library.JxlDecoderSetImageOutBuffer(p->decoder, &format, pixels, size) != SUCCESS)
          return CJXL_DAMAGED;
        has_buffer = true;
        break;
      }
      case FULL_IMAGE: *has_picture = true; return CJXL_OK;
      case NEED_MORE_INPUT:
        *has_picture = has_buffer && library.JxlDecoderFlushImage(p->decoder) == SUCCESS;
        return CJXL_TRUNCATED;
      default: return CJXL_DAMAGED;
    }
}

CJXLStatus cjxl_decode(CJXLPicture *p, uint8_t *rgb, bool *has_picture) {
  *has_picture = false;
  size_t count = (size_t)p->info.xsize * p->info.ysize;
  uint8_t *rgba = calloc(count, 4);
  if (!rgba) return CJXL_NO_MEMORY;
  const JxlPixelFormat format = {.num_channels = 4, .data_type = TYPE_UINT8};
  CJXLStatus status = decode(p, format, rgba, 4 * count, has_picture);
  for (size_t i = 0; *has_picture && i < count; i++)
    for (int channel = 0; channel < 3; channel++)
      *rgb++ = calpha_over_white(rgba[4 * i + channel], rgba[4 * i + 3], false);
  // The decoder writes into `rgba`, so it is destroyed first.
  library.JxlDecoderDestroy(p->decoder);
  p->decoder = NULL;
  free(rgba);
  return status;
}

CJXLStatus cjxl_decode_deep(CJXLPicture *p, uint16_t *rgb, bool *has_picture) {
  *has_picture = false;
  const JxlPixelFormat format = {.num_channels = 3, .data_type = TYPE_UINT16};
  CJXLStatus status =
      decode(p, format, rgb, 6 * (size_t)p->info.xsize * p->info.ysize, has_picture);
  library.JxlDecoderDestroy(p->decoder);
  p->decoder = NULL;
  return status;
}
