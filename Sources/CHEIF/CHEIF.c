#include "CHEIF.h"
#include "CAlpha.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The declarations of libheif/heif.h used here, unchanged in libheif since 1.9.
struct heif_error {
  int code, subcode;
  const char *message;
};
struct heif_color_profile_nclx {
  uint8_t version;
  int color_primaries, transfer_characteristics, matrix_coefficients;
  uint8_t full_range_flag;
};
// The first of the options; the library allocates as many as it has.
struct heif_decoding_options {
  uint8_t version, ignore_transformations;
  void (*start_progress)(void), (*on_progress)(void), (*end_progress)(void);
  void *progress_user_data;
  uint8_t convert_hdr_to_8bit, strict_decoding;
};
typedef struct heif_context heif_context;
typedef struct heif_image_handle heif_image_handle;
typedef struct heif_image heif_image;
typedef struct heif_error heif_error;
typedef struct heif_color_profile_nclx heif_nclx;
typedef struct heif_decoding_options heif_options;
enum { UNSUPPORTED_FILE = 3, UNSUPPORTED_FEATURE = 4, NO_MEMORY = 6, DECODER_FAILED = 7 };
enum { COLORSPACE_RGB = 1, CHROMA_RGB = 10, CHROMA_RGBA = 11, CHROMA_RRGGBB_LE = 14 };
enum { CHANNEL_INTERLEAVED = 10 };

#define FUNCTIONS(X) \
  X(const char *, heif_get_version, (void)) \
  X(heif_context *, heif_context_alloc, (void)) \
  X(void, heif_context_free, (heif_context *)) \
  X(heif_error, heif_context_read_from_memory_without_copy, \
    (heif_context *, const void *, size_t, const void *)) \
  X(void, heif_context_set_max_decoding_threads, (heif_context *, int)) \
  X(heif_error, heif_context_get_primary_image_handle, (heif_context *, heif_image_handle **)) \
  X(void, heif_image_handle_release, (const heif_image_handle *)) \
  X(int, heif_image_handle_get_width, (const heif_image_handle *)) \
  X(int, heif_image_handle_get_height, (const heif_image_handle *)) \
  X(int, heif_image_handle_get_ispe_width, (const heif_image_handle *)) \
  X(int, heif_image_handle_get_ispe_height, (const heif_image_handle *)) \
  X(int, heif_image_handle_has_alpha_channel, (const heif_image_handle *)) \
  X(int, heif_image_handle_is_premultiplied_alpha, (const heif_image_handle *)) \
  X(int, heif_image_handle_get_luma_bits_per_pixel, (const heif_image_handle *)) \
  X(heif_error, heif_image_handle_get_nclx_color_profile, (const heif_image_handle *, heif_nclx **)) \
  X(void, heif_nclx_color_profile_free, (heif_nclx *)) \
  X(heif_options *, heif_decoding_options_alloc, (void)) \
  X(void, heif_decoding_options_free, (heif_options *)) \
  X(heif_error, heif_decode_image, \
    (const heif_image_handle *, heif_image **, int, int, const heif_options *)) \
  X(int, heif_image_get_width, (const heif_image *, int)) \
  X(int, heif_image_get_height, (const heif_image *, int)) \
  X(int, heif_image_get_bits_per_pixel_range, (const heif_image *, int)) \
  X(const uint8_t *, heif_image_get_plane_readonly, (const heif_image *, int, int *)) \
  X(void, heif_image_release, (const heif_image *))

// The functions found, and the reason if some are missing; written once, under `once`.
static struct {
#define DECLARE(result, name, parameters) result(*name) parameters;
  FUNCTIONS(DECLARE)
#undef DECLARE
} library;
static char failure[300];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void note_failure(void) {
  const char *reason = dlerror();
  if (!failure[0]) snprintf(failure, sizeof failure, "%s", reason ? reason : "unknown reason");
}

static void load(void) {
  void *handle = dlopen("libheif.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    note_failure();
    return;
  }
#define FIND(result, name, parameters) \
  if (!(*(void **)&library.name = dlsym(handle, #name))) note_failure();
  FUNCTIONS(FIND)
#undef FIND
  // From 1.13 on, libheif loads its decoder plugins here, which a sandbox may forbid later.
  heif_error (*initialize)(void *);
  *(void **)&initialize = dlsym(handle, "heif_init");
  if (initialize) initialize(NULL);
}

const char *cheif_load(void) {
  pthread_once(&once, load);
  return failure[0] ? failure : NULL;
}

const char *cheif_version(void) { return library.heif_get_version(); }

struct CHEIFPicture {
  heif_context *context;
  heif_image_handle *handle;
  CHEIFInfo info;
  bool is_premultiplied;
  char message[200];
};

static CHEIFStatus status(CHEIFPicture *p, heif_error error) {
  if (!error.code) return CHEIF_OK;
  snprintf(p->message, sizeof p->message, "%s", error.message ? error.message : "");
  switch (error.code) {
    case UNSUPPORTED_FILE:
    case UNSUPPORTED_FEATURE: return CHEIF_UNSUPPORTED;
    case NO_MEMORY: return CHEIF_NO_MEMORY;
    default: return CHEIF_DAMAGED;
  }
}

static void read_info(CHEIFPicture *p) {
  const heif_image_handle *handle = p->handle;
  p->info = (CHEIFInfo){
      .width = library.heif_image_handle_get_width(handle),
      .height = library.heif_image_handle_get_height(handle),
      .stored_width = library.heif_image_handle_get_ispe_width(handle),
      .stored_height = library.heif_image_handle_get_ispe_height(handle),
      .has_alpha = library.heif_image_handle_has_alpha_channel(handle),
      .bit_count = library.heif_image_handle_get_luma_bits_per_pixel(handle),
      .primaries = 2,
      .transfer = 2,
  };
  p->is_premultiplied = library.heif_image_handle_is_premultiplied_alpha(handle);
  heif_nclx *profile = NULL;
  if (library.heif_image_handle_get_nclx_color_profile(handle, &profile).code || !profile) return;
  p->info.primaries = profile->color_primaries;
  p->info.transfer = profile->transfer_characteristics;
  library.heif_nclx_color_profile_free(profile);
}

CHEIFStatus cheif_open(const uint8_t *bytes, size_t count, CHEIFPicture **picture) {
  *picture = NULL;
  if (cheif_load()) return CHEIF_NO_LIBRARY;
  CHEIFPicture *p = calloc(1, sizeof *p);
  if (!p) return CHEIF_NO_MEMORY;
  *picture = p;
  p->context = library.heif_context_alloc();
  if (!p->context) return CHEIF_NO_MEMORY;
  // Tiles are decoded one after the other, as batches decode several images in parallel.
  library.heif_context_set_max_decoding_threads(p->context, 0);
  heif_error error =
      library.heif_context_read_from_memory_without_copy(p->context, bytes, count, NULL);
  if (!error.code) error = library.heif_context_get_primary_image_handle(p->context, &p->handle);
  if (error.code) return status(p, error);
  read_info(p);
  bool has_sides = p->info.width > 0 && p->info.height > 0;
  return has_sides && p->info.stored_width > 0 && p->info.stored_height > 0 ? CHEIF_OK : CHEIF_DAMAGED;
}

void cheif_close(CHEIFPicture *p) {
  if (p->handle) library.heif_image_handle_release(p->handle);
  if (p->context) library.heif_context_free(p->context);
  free(p);
}

CHEIFInfo cheif_info(const CHEIFPicture *p) { return p->info; }

const char *cheif_message(const CHEIFPicture *p) { return p->message; }

static CHEIFStatus decode(
    CHEIFPicture *p, int chroma, bool is_deep, bool is_stored, heif_image **image) {
  heif_options *options = library.heif_decoding_options_alloc();
  if (!options) return CHEIF_NO_MEMORY;
  options->ignore_transformations = is_stored;
  if (options->version >= 2) options->convert_hdr_to_8bit = !is_deep;
  heif_error error =
      library.heif_decode_image(p->handle, image, COLORSPACE_RGB, chroma, options);
  library.heif_decoding_options_free(options);
  return status(p, error);
}

// Returns the rows of the image; NULL unless it has the announced size.
static const uint8_t *rows(
    CHEIFPicture *p, const heif_image *image, int width, int height, int *row_size) {
  bool fits = library.heif_image_get_width(image, CHANNEL_INTERLEAVED) == width
      && library.heif_image_get_height(image, CHANNEL_INTERLEAVED) == height;
  if (fits) return library.heif_image_get_plane_readonly(image, CHANNEL_INTERLEAVED, row_size);
  snprintf(p->message, sizeof p->message, "it is not of the size that it announces");
  return NULL;
}

CHEIFStatus cheif_decode(CHEIFPicture *p, bool is_stored, uint8_t *rgb) {
  heif_image *image = NULL;
  bool has_alpha = p->info.has_alpha;
  CHEIFStatus result = decode(p, has_alpha ? CHROMA_RGBA : CHROMA_RGB, false, is_stored, &image);
  if (result != CHEIF_OK) return result;
  int row_size = 0;
  int width = is_stored ? p->info.stored_width : p->info.width;
  int height = is_stored ? p->info.stored_height : p->info.height;
  const uint8_t *row = rows(p, image, width, height, &row_size);
  for (int y = 0; row && y < height; y++, row += row_size) {
    const uint8_t *pixel = row;
    for (int x = 0; x < width; x++, pixel += has_alpha ? 4 : 3)
      for (int channel = 0; channel < 3; channel++)
        *rgb++ = has_alpha ? calpha_over_white(pixel[channel], pixel[3], p->is_premultiplied)
                           : pixel[channel];
  }
  library.heif_image_release(image);
  return row ? CHEIF_OK : CHEIF_DAMAGED;
}

CHEIFStatus cheif_decode_deep(CHEIFPicture *p, bool is_stored, uint16_t *rgb) {
  heif_image *image = NULL;
  CHEIFStatus result = decode(p, CHROMA_RRGGBB_LE, true, is_stored, &image);
  if (result != CHEIF_OK) return result;
  int row_size = 0, bits = library.heif_image_get_bits_per_pixel_range(image, CHANNEL_INTERLEAVED);
  int width = is_stored ? p->info.stored_width : p->info.width;
  int height = is_stored ? p->info.stored_height : p->info.height;
  const uint8_t *row = bits >= 8 && bits <= 16 ? rows(p, image, width, height, &row_size) : NULL;
  for (int y = 0; row && y < height; y++, row += row_size)
    for (int i = 0; i < 6 * width; i += 2)
      *rgb++ = (uint16_t)((row[i] | row[i + 1] << 8) << (16 - bits));
  library.heif_image_release(image);
  return row ? CHEIF_OK : CHEIF_DAMAGED;
}
