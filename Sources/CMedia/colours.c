// Conversion of frames to 8-bit RGB or greyscale.
#include "video.h"
#include "CAlpha.h"

#include <string.h>

// MARK: Colour properties

// Returns the HDR transfer function; 0 for SDR. Some decoders do not pass on the one stated by the container.
static int hdr_transfer(const CMediaVideo *v, const AVFrame *frame) {
  enum AVColorTransferCharacteristic said = frame->color_trc;
  if (said == AVCOL_TRC_UNSPECIFIED || said == AVCOL_TRC_RESERVED0)
    said = v->stream->codecpar->color_trc;
  return said == AVCOL_TRC_SMPTE2084 ? CMEDIA_PQ : said == AVCOL_TRC_ARIB_STD_B67 ? CMEDIA_HLG : 0;
}

static int primaries(const CMediaVideo *v, const AVFrame *frame) {
  enum AVColorPrimaries said = frame->color_primaries;
  if (said == AVCOL_PRI_UNSPECIFIED || said == AVCOL_PRI_RESERVED0)
    said = v->stream->codecpar->color_primaries;
  return (int)said;
}

static bool is_rgb(const AVFrame *frame) {
  const AVPixFmtDescriptor *format = ffmpeg.av_pix_fmt_desc_get(frame->format);
  return format && format->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL);
}

static bool has_alpha(const AVFrame *frame) {
  const AVPixFmtDescriptor *format = ffmpeg.av_pix_fmt_desc_get(frame->format);
  return format && format->flags & AV_PIX_FMT_FLAG_ALPHA;
}

// Returns the matrix in the numbers of H.273; AVCOL_SPC_NB if it is not supported.
static int matrix(const CMediaVideo *v, const AVFrame *frame) {
  // swscale converts RGB of more than 8 bits through a matrix and back, which must be the same one.
  if (is_rgb(frame)) return SWS_CS_DEFAULT;
  switch (frame->colorspace) {
    case AVCOL_SPC_CHROMA_DERIVED_NCL:
      return primaries(v, frame) == AVCOL_PRI_BT2020 ? AVCOL_SPC_BT2020_NCL
          : primaries(v, frame) == AVCOL_PRI_BT709 ? AVCOL_SPC_BT709 : SWS_CS_DEFAULT;
    case AVCOL_SPC_SMPTE2085: case AVCOL_SPC_CHROMA_DERIVED_CL: case AVCOL_SPC_ICTCP:
      return AVCOL_SPC_NB;
    case AVCOL_SPC_UNSPECIFIED: case AVCOL_SPC_RESERVED: case AVCOL_SPC_RGB:
      return hdr_transfer(v, frame) ? AVCOL_SPC_BT2020_NCL : SWS_CS_DEFAULT;
    default: return frame->colorspace;
  }
}

// MARK: Conversion

// Returns the format to which swscale converts a frame; formats other than RGB24 need a second step.
static enum AVPixelFormat first_form(const CMediaVideo *v, const AVFrame *frame) {
  if (matrix(v, frame) == AVCOL_SPC_YCGCO) return AV_PIX_FMT_AYUV64LE;
  if (hdr_transfer(v, frame)) return AV_PIX_FMT_RGB48;
  // An animated image is shown on a white page; a video has its own background.
  if (has_alpha(frame) && !strcmp(v->format->iformat->name, "apng")) return AV_PIX_FMT_RGBA;
  return AV_PIX_FMT_RGB24;
}

static int bytes_per_pixel(enum AVPixelFormat form) {
  switch (form) {
    case AV_PIX_FMT_AYUV64LE: return 8;
    case AV_PIX_FMT_RGB48: return 6;
    case AV_PIX_FMT_RGBA: return 4;
    default: return 3;
  }
}

// Returns a padded row size in bytes: swscale skips the last pixels of a row that fill no whole vector,
// unless the row has room for one.
static int64_t padded_row(int width, enum AVPixelFormat form) {
  return (int64_t)bytes_per_pixel(form) * ((width + 31) & ~31);
}

CMediaFrameInfo cmedia_kept_info(const CMediaVideo *v) {
  const AVFrame *f = v->kept;
  return (CMediaFrameInfo){
      .width = f->width,
      .height = f->height,
      .is_damaged = (f->flags & AV_FRAME_FLAG_CORRUPT) || f->decode_error_flags,
      .filled_rows = v->is_still ? cmedia_filled_rows(f) : f->height,
      .hdr_transfer = hdr_transfer(v, f),
      .rgb_size = padded_row(f->width, first_form(v, f)) * f->height + 64,
  };
}

// As in the ffmpeg program, the matrix and range are those of the frame, else BT.601 in limited range.
static struct SwsContext *converter(
    const CMediaVideo *v, struct SwsContext *cached, const AVFrame *frame, int width, int height,
    enum AVPixelFormat format, int flags) {
  struct SwsContext *sws = ffmpeg.sws_getCachedContext(
      cached, frame->width, frame->height, frame->format, width, height, format, flags, NULL, NULL,
      NULL);
  if (!sws) return NULL;
  bool is_full = frame->color_range == AVCOL_RANGE_JPEG;
  ffmpeg.sws_setColorspaceDetails(
      sws, ffmpeg.sws_getCoefficients(matrix(v, frame)), is_full,
      ffmpeg.sws_getCoefficients(SWS_CS_DEFAULT),
      format == AV_PIX_FMT_GRAY8 || (format == AV_PIX_FMT_AYUV64LE && is_full), 0, 1 << 16, 1 << 16);
  return sws;
}

static CMediaStatus convert(
    struct SwsContext *sws, const AVFrame *frame, int height, int64_t row_size, uint8_t *pixels) {
  if (!sws) return CMEDIA_DAMAGED;
  uint8_t *planes[4] = {pixels};
  int strides[4] = {(int)row_size};
  int rows = ffmpeg.sws_scale(
      sws, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height, planes, strides);
  return rows == height ? CMEDIA_OK : CMEDIA_DAMAGED;
}

static uint16_t clamped(float x) { return x <= 0 ? 0 : x >= 65535 ? 65535 : (uint16_t)(x + 0.5f); }

// Converts Y, Cg and Co (H.273, 8), stored after an alpha value, to RGB in place.
static void turn_to_rgb(uint16_t *pixels, int count, bool is_full) {
  // swscale extends 8 bits by zeros.
  const float black = is_full ? 0 : 16 << 8, gain = 65535 / ((is_full ? 255 : 219) * 256.f);
  const float colour_gain = 65535 / ((is_full ? 255 : 224) * 256.f);
  uint16_t *rgb = pixels;
  for (int i = 0; i < count; i++, pixels += 4, rgb += 3) {
    float y = gain * (pixels[1] - black);
    float cg = colour_gain * (pixels[2] - 32768.f), co = colour_gain * (pixels[3] - 32768.f);
    rgb[0] = clamped(y - cg + co);
    rgb[1] = clamped(y + cg);
    rgb[2] = clamped(y - cg - co);
  }
}

static void lay_over_white(const uint8_t *rgba, int count, uint8_t *rgb) {
  for (int i = 0; i < count; i++, rgba += 4, rgb += 3)
    for (int c = 0; c < 3; c++) rgb[c] = calpha_over_white(rgba[c], rgba[3], false);
}

// Converts a row of the first format to 8-bit RGB; if both overlap, `rgb` must not begin after `row`.
static void finish_row(const CMediaVideo *v, enum AVPixelFormat form, uint8_t *row, uint8_t *rgb) {
  const AVFrame *f = v->kept;
  int width = f->width, transfer = hdr_transfer(v, f);
  // Rows of such formats begin at multiples of 64 bytes in memory aligned for any type.
  uint16_t *wide = (uint16_t *)(void *)row;
  if (form == AV_PIX_FMT_RGB24) memmove(rgb, row, (size_t)(3 * width));
  if (form == AV_PIX_FMT_RGBA) lay_over_white(row, width, rgb);
  if (form == AV_PIX_FMT_AYUV64LE) turn_to_rgb(wide, width, f->color_range == AVCOL_RANGE_JPEG);
  if (bytes_per_pixel(form) < 6) return;
  if (transfer) cmedia_tone_map(wide, width, transfer, primaries(v, f), rgb);
  else for (int i = 0; i < 3 * width; i++) rgb[i] = (uint8_t)((wide[i] * 255u + 32767) / 65535);
}

CMediaStatus cmedia_kept_rgb(CMediaVideo *v, uint8_t *pixels) {
  if (v->is_still) return cmedia_still_rgb(v, pixels);
  const AVFrame *f = v->kept;
  if (matrix(v, f) == AVCOL_SPC_NB) return CMEDIA_NO_DECODER;
  enum AVPixelFormat form = first_form(v, f);
  int64_t row = 3 * (int64_t)f->width, padded = padded_row(f->width, form);
  v->to_rgb = converter(v, v->to_rgb, f, f->width, f->height, form, SWS_BICUBIC);
  CMediaStatus status = convert(v->to_rgb, f, f->height, padded, pixels);
  if (status) return status;
  for (int y = 0; y < f->height; y++) finish_row(v, form, pixels + y * padded, pixels + y * row);
  return CMEDIA_OK;
}

CMediaStatus cmedia_thumbnail(CMediaVideo *v, int width, int height, uint8_t *pixels) {
  v->to_grey = converter(v, v->to_grey, v->frame, width, height, AV_PIX_FMT_GRAY8, SWS_AREA);
  return convert(v->to_grey, v->frame, height, width, pixels);
}
