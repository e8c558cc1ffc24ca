// Still images: rows that FFmpeg's decoders skip, properties that they do not state, and alpha.

#include <stdlib.h>
#include <string.h>

#include "video.h"
#include "CAlpha.h"

// MARK: Filled rows

// Returns a random word for each row, with which it is filled; no decoder would write the same.
static uint64_t noise(int row) {
  uint64_t x = (uint64_t)row + 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  return (x ^ (x >> 27)) * 0x94D049BB133111EBu;
}

// Returns the size in bytes of a row in the first plane; all other planes are written along with it.
static int row_size(const AVFrame *frame) {
  const AVPixFmtDescriptor *format = ffmpeg.av_pix_fmt_desc_get(frame->format);
  if (!format || format->flags & AV_PIX_FMT_FLAG_BITSTREAM) return (frame->width + 7) / 8;
  return frame->width * format->comp[0].step;
}

static uint8_t *row_of(const AVFrame *frame, int row) {
  return frame->data[0] + (ptrdiff_t)row * frame->linesize[0];
}

static int get_buffer(AVCodecContext *codec, AVFrame *frame, int flags) {
  int code = ffmpeg.avcodec_default_get_buffer2(codec, frame, flags);
  if (code < 0) return code;
  int size = row_size(frame);
  for (int y = 0; y < frame->height; y++) {
    uint64_t word = noise(y);
    uint8_t *row = row_of(frame, y);
    for (int x = 0; x < size; x += 8) memcpy(row + x, &word, (size_t)(size - x < 8 ? size - x : 8));
  }
  return 0;
}

void cmedia_watch_still(CMediaVideo *v) { v->codec->get_buffer2 = get_buffer; }

bool cmedia_is_row_filled(const AVFrame *frame, int row) {
  int size = row_size(frame);
  uint64_t word = noise(row);
  for (int x = 0; x < size; x += 8)
    if (memcmp(row_of(frame, row) + x, &word, (size_t)(size - x < 8 ? size - x : 8))) return true;
  return false;
}

// Returns true if the row was written to its end.
static bool is_row_complete(const AVFrame *frame, int row) {
  int size = row_size(frame), last = (size - 1) / 8 * 8;
  uint64_t word = noise(row);
  return memcmp(row_of(frame, row) + last, &word, (size_t)(size - last));
}

int cmedia_filled_rows(const AVFrame *frame) {
  int count = 0;
  for (int y = 0; y < frame->height; y++)
    count += cmedia_is_row_filled(frame, y) && is_row_complete(frame, y);
  return count;
}

// MARK: Colours

// Returns a padded row size in bytes: swscale skips the last pixels of a row that fill no whole vector,
// unless the row has room for one.
static int padded_row(int width) { return 4 * ((width + 31) & ~31); }

// Unlike clips, still images of all formats are in full range unless stated otherwise.
static CMediaStatus convert(CMediaVideo *v, enum AVPixelFormat format, uint8_t *pixels, int stride) {
  const AVFrame *f = v->kept;
  v->to_rgb = ffmpeg.sws_getCachedContext(
      v->to_rgb, f->width, f->height, f->format, f->width, f->height, format, SWS_BICUBIC, NULL,
      NULL, NULL);
  if (!v->to_rgb) return CMEDIA_NO_MEMORY;
  ffmpeg.sws_setColorspaceDetails(
      v->to_rgb, ffmpeg.sws_getCoefficients(f->colorspace), f->color_range != AVCOL_RANGE_MPEG,
      ffmpeg.sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
  int rows = ffmpeg.sws_scale(
      v->to_rgb, (const uint8_t *const *)f->data, f->linesize, 0, f->height, (uint8_t *[4]){pixels},
      (int[4]){stride});
  return rows == f->height ? CMEDIA_OK : CMEDIA_DAMAGED;
}

CMediaStatus cmedia_still_rgb(CMediaVideo *v, uint8_t *pixels) {
  const AVFrame *f = v->kept;
  int stride = padded_row(f->width);
  uint8_t *rgba = malloc((size_t)stride * f->height + 64);
  if (!rgba) return CMEDIA_NO_MEMORY;
  CMediaStatus status = convert(v, AV_PIX_FMT_RGBA, rgba, stride);
  for (int y = 0; y < f->height && status == CMEDIA_OK; y++) {
    const uint8_t *pixel = rgba + (ptrdiff_t)y * stride;
    bool is_filled = cmedia_is_row_filled(f, y);
    for (int x = 0; x < f->width; x++, pixel += 4)
      for (int channel = 0; channel < 3; channel++)
        *pixels++ = is_filled ? calpha_over_white(pixel[channel], pixel[3], false) : 255;
  }
  free(rgba);
  return status;
}
