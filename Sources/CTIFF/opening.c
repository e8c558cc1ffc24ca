#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "picture.h"

enum {
  WIDTH = 256, LENGTH, BITS, COMPRESSION, PHOTOMETRIC = 262,
  ORIENTATION = 274, SAMPLES = 277, ROWS_PER_STRIP, PLANES = 284, COLOR_MAP = 320, TILE_WIDTH = 322, TILE_LENGTH,
  INK_SET = 332, EXTRA_SAMPLES = 338, SAMPLE_FORMAT, XMP = 700
};
enum { SEPARATE_PLANES = 2, CMYK = 1 };
enum { ASSOCIATED_ALPHA = 1, STRAIGHT_ALPHA = 2 };
enum { UNSIGNED_NUMBERS = 1, UNDEFINED_NUMBERS = 4 };

// MARK: Messages of libtiff

void ctiff_note_error(void *picture, const char *module, const char *format, va_list arguments) {
  CTIFFPicture *p = picture;
  (void)module;
  if (!p || p->message[0]) return;
  vsnprintf(p->message, sizeof p->message, format, arguments);
}

// For JPEG and fax, missing or damaged data is filled in, with only a warning.
void ctiff_note_warning(void *picture, const char *module, const char *format, va_list arguments) {
  CTIFFPicture *p = picture;
  if (!p || !module || (strncmp(module, "JPEG", 4) && strncmp(module, "Fax", 3))) return;
  p->is_doubtful = true;
  ctiff_note_error(picture, module, format, arguments);
}

static CTIFFStatus unsupported(CTIFFPicture *p, const char *reason) {
  snprintf(p->message, sizeof p->message, "%s", reason);
  return CTIFF_UNSUPPORTED;
}

// MARK: Bytes in memory

static tmsize_t read_bytes(thandle_t handle, void *buffer, tmsize_t size) {
  CTIFFPicture *p = handle;
  uint64_t left = p->position < p->count ? p->count - p->position : 0;
  if (size < 0) return 0;
  if ((uint64_t)size < left) left = (uint64_t)size;
  memcpy(buffer, p->bytes + p->position, left);
  p->position += left;
  return (tmsize_t)left;
}

static tmsize_t write_nothing(thandle_t handle, void *buffer, tmsize_t size) {
  (void)handle, (void)buffer, (void)size;
  return -1;
}

static toff_t seek_bytes(thandle_t handle, toff_t offset, int whence) {
  CTIFFPicture *p = handle;
  p->position = offset + (whence == SEEK_CUR ? p->position : whence == SEEK_END ? p->count : 0);
  return p->position;
}

static toff_t count_bytes(thandle_t handle) { return ((CTIFFPicture *)handle)->count; }

// Avoids a copy of each strip.
static int map_bytes(thandle_t handle, void **base, toff_t *size) {
  CTIFFPicture *p = handle;
  *base = (void *)p->bytes;
  *size = p->count;
  return 1;
}

static void unmap_bytes(thandle_t handle, void *base, toff_t size) {
  (void)handle, (void)base, (void)size;
}

static int close_nothing(thandle_t handle) {
  (void)handle;
  return 0;
}

// MARK: The directory

static uint16_t field(CTIFFPicture *p, uint32_t tag) {
  uint16_t value = 0;
  libtiff.TIFFGetFieldDefaulted(p->tiff, tag, &value);
  return value;
}

static CTIFFStatus read_alpha(CTIFFPicture *p) {
  const uint16_t colours = p->photometric == RGB ? 3 : 1;
  bool is_plain = p->photometric <= RGB;
  uint16_t count = 0, *kinds = NULL;
  if (p->explains_samples) libtiff.TIFFGetFieldDefaulted(p->tiff, EXTRA_SAMPLES, &count, &kinds);
  else if (is_plain && p->samples == colours + 1) p->alpha = colours;
  for (uint16_t i = 0; i < count && kinds && !p->alpha; i++) {
    if (kinds[i] != ASSOCIATED_ALPHA && kinds[i] != STRAIGHT_ALPHA) continue;
    if (!is_plain) return unsupported(p, "transparency in other colours than RGB and grey");
    if (count > p->samples) return CTIFF_DAMAGED;
    p->alpha = (uint16_t)(p->samples - count + i);
    p->is_associated = kinds[i] == ASSOCIATED_ALPHA;
  }
  if (p->photometric < RGB && p->samples > (p->alpha ? 2 : 1) + (count == 1 && !p->alpha))
    return unsupported(p, "several channels that are no colours");
  return CTIFF_OK;
}

static CTIFFStatus read_samples(CTIFFPicture *p) {
  uint16_t format = field(p, SAMPLE_FORMAT);
  if (format != UNSIGNED_NUMBERS && format != UNDEFINED_NUMBERS)
    return unsupported(p, format == 3 ? "floating-point samples" : "signed or complex samples");
  p->bits = field(p, BITS);
  p->samples = field(p, SAMPLES);
  p->is_planar = p->samples > 1 && field(p, PLANES) == SEPARATE_PLANES;
  if (!libtiff.TIFFGetField(p->tiff, PHOTOMETRIC, &p->photometric))
    p->photometric = p->samples < 3 ? BLACK_IS_ZERO : RGB;
  if (ctiff_is_converted_here(p) && p->samples < ctiff_colour_count(p))
    return unsupported(p, p->photometric == RGB ? "RGB with fewer samples" : "fewer samples than colours");
  if (p->photometric == SEPARATED && field(p, INK_SET) != CMYK)
    return unsupported(p, "inks other than CMYK");
  if (p->samples > 16) return unsupported(p, "more than 16 samples a pixel");
  if (p->photometric == PALETTE && ctiff_is_converted_here(p)
      && !libtiff.TIFFGetField(p->tiff, COLOR_MAP, p->palette, p->palette + 1, p->palette + 2))
    return CTIFF_DAMAGED;
  return read_alpha(p);
}

// Reads the layout of strips or tiles. A tile may be larger than the image, within limits.
static CTIFFStatus read_pieces(CTIFFPicture *p) {
  const uint32_t largest_tile = 1 << 26;
  p->is_tiled = libtiff.TIFFIsTiled(p->tiff);
  if (p->is_tiled) {
    libtiff.TIFFGetField(p->tiff, TILE_WIDTH, &p->piece_width);
    libtiff.TIFFGetField(p->tiff, TILE_LENGTH, &p->piece_height);
  } else {
    p->piece_width = p->info.width;
    libtiff.TIFFGetFieldDefaulted(p->tiff, ROWS_PER_STRIP, &p->piece_height);
    if (p->piece_height > p->info.height) p->piece_height = p->info.height;
  }
  if (!p->piece_width || !p->piece_height) return CTIFF_DAMAGED;
  bool is_huge = p->is_tiled && p->piece_height > largest_tile / p->piece_width;
  return is_huge ? unsupported(p, "tiles of over 67,108,864 pixels") : CTIFF_OK;
}

static CTIFFStatus read_directory(CTIFFPicture *p) {
  uint16_t orientation = 0;
  if (libtiff.TIFFGetField(p->tiff, ORIENTATION, &orientation)) p->info.orientation = orientation;
  uint32_t xmp_size = 0;
  void *xmp = NULL;
  if (libtiff.TIFFGetField(p->tiff, XMP, &xmp_size, &xmp)) {
    p->info.xmp = xmp;
    p->info.xmp_size = xmp_size;
  }
  if (!libtiff.TIFFGetField(p->tiff, WIDTH, &p->info.width)
      || !libtiff.TIFFGetField(p->tiff, LENGTH, &p->info.height) || !p->info.width
      || !p->info.height)
    return CTIFF_DAMAGED;
  uint16_t compression = field(p, COMPRESSION);
  if (!libtiff.TIFFIsCODECConfigured(compression)) {
    snprintf(p->message, sizeof p->message, "compression %u", compression);
    return CTIFF_UNSUPPORTED;
  }
  CTIFFStatus status = read_samples(p);
  if (status == CTIFF_OK) status = read_pieces(p);
  char reason[1024] = "";
  bool is_asked = status == CTIFF_OK && !ctiff_is_converted_here(p);
  if (is_asked && !libtiff.TIFFRGBAImageOK(p->tiff, reason)) {
    const char *sorry = "Sorry, can not handle ";
    return unsupported(p, strncmp(reason, sorry, strlen(sorry)) ? reason : reason + strlen(sorry));
  }
  // The caller applies the orientation, as libtiff would apply only some of the eight, and those in part.
  libtiff.TIFFSetField(p->tiff, ORIENTATION, 1);
  return status;
}

CTIFFStatus ctiff_open(
    const uint8_t *bytes, size_t count, uint64_t directory, bool explains_samples,
    CTIFFPicture **picture) {
  *picture = NULL;
  if (ctiff_load()) return CTIFF_NO_LIBRARY;
  CTIFFPicture *p = calloc(1, sizeof *p);
  if (!p) return CTIFF_NO_MEMORY;
  *picture = p;
  p->bytes = bytes;
  p->count = count;
  p->explains_samples = explains_samples;
  p->tiff = libtiff.TIFFClientOpen(
      "", "r", p, read_bytes, write_nothing, seek_bytes, close_nothing, count_bytes, map_bytes,
      unmap_bytes);
  if (!p->tiff || !libtiff.TIFFSetSubDirectory(p->tiff, directory)) return CTIFF_DAMAGED;
  return read_directory(p);
}

void ctiff_close(CTIFFPicture *p) {
  if (p->tiff) libtiff.TIFFClose(p->tiff);
  free(p);
}

CTIFFInfo ctiff_info(const CTIFFPicture *p) { return p->info; }

const char *ctiff_message(const CTIFFPicture *p) { return p->message; }
