#include "video.h"

#include <string.h>

// A decoder that finds frames too large says only that it cannot decode them.
static bool is_too_large(CMediaVideo *v, const AVPacket *packet) {
  AVCodecParserContext *parser = v->parser;
  if (!parser || !packet) return false;
  uint8_t *data;
  int size;
  parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
  ffmpeg.av_parser_parse2(
      parser, v->codec, &data, &size, packet->data, packet->size, packet->pts, packet->dts, -1);
  return parser->width > 0 && parser->height > v->maximum_pixels / parser->width;
}

CMediaStatus cmedia_send(CMediaVideo *v, CMediaPacket *packet, bool is_spare) {
  if (is_too_large(v, (AVPacket *)packet)) return CMEDIA_TOO_LARGE;
  v->codec->skip_frame = is_spare ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
  int code = ffmpeg.avcodec_send_packet(v->codec, (AVPacket *)packet);
  return code < 0 ? cmedia_status(v, code) : CMEDIA_OK;
}

CMediaStatus cmedia_receive(CMediaVideo *v, double *time) {
  if (cmedia_is_late(v)) return CMEDIA_TIMEOUT;
  int code = ffmpeg.avcodec_receive_frame(v->codec, v->frame);
  if (code < 0) return cmedia_status(v, code);
  *time = cmedia_seconds(v, v->frame->best_effort_timestamp);
  return CMEDIA_OK;
}

void cmedia_keep(CMediaVideo *v) {
  ffmpeg.av_frame_unref(v->kept);
  ffmpeg.av_frame_move_ref(v->kept, v->frame);
}

void cmedia_flush(CMediaVideo *v) { ffmpeg.avcodec_flush_buffers(v->codec); }

// swscale leaves out what does not fill a vector, unless a row has room for it.
static int padded_row(int width) { return 3 * ((width + 31) & ~31); }

CMediaFrameInfo cmedia_kept_info(const CMediaVideo *v) {
  return (CMediaFrameInfo){
      .width = v->kept->width,
      .height = v->kept->height,
      .is_damaged = (v->kept->flags & AV_FRAME_FLAG_CORRUPT) || v->kept->decode_error_flags,
      .filled_rows = v->is_still ? cmedia_filled_rows(v->kept) : v->kept->height,
      .rgb_size = (int64_t)padded_row(v->kept->width) * v->kept->height + 64,
  };
}

// As the ffmpeg program does: the matrix and range that the frame names, else BT.601, limited.
static struct SwsContext *converter(
    struct SwsContext *cached, const AVFrame *frame, int width, int height,
    enum AVPixelFormat format, int flags) {
  struct SwsContext *sws = ffmpeg.sws_getCachedContext(
      cached, frame->width, frame->height, frame->format, width, height, format, flags, NULL, NULL,
      NULL);
  if (!sws) return NULL;
  const int *matrix = ffmpeg.sws_getCoefficients(frame->colorspace);
  ffmpeg.sws_setColorspaceDetails(
      sws, matrix, frame->color_range == AVCOL_RANGE_JPEG, ffmpeg.sws_getCoefficients(SWS_CS_DEFAULT),
      format == AV_PIX_FMT_GRAY8, 0, 1 << 16, 1 << 16);
  return sws;
}

static CMediaStatus convert(
    struct SwsContext *sws, const AVFrame *frame, int height, int row_size, uint8_t *pixels) {
  if (!sws) return CMEDIA_DAMAGED;
  uint8_t *planes[4] = {pixels};
  int strides[4] = {row_size};
  int rows = ffmpeg.sws_scale(
      sws, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height, planes, strides);
  return rows == height ? CMEDIA_OK : CMEDIA_DAMAGED;
}

CMediaStatus cmedia_kept_rgb(CMediaVideo *v, uint8_t *pixels) {
  if (v->is_still) return cmedia_still_rgb(v, pixels);
  AVFrame *f = v->kept;
  v->to_rgb = converter(v->to_rgb, f, f->width, f->height, AV_PIX_FMT_RGB24, SWS_BICUBIC);
  int row = 3 * f->width, padded = padded_row(f->width);
  CMediaStatus status = convert(v->to_rgb, f, f->height, padded, pixels);
  if (padded > row)
    for (int y = 1; y < f->height; y++)
      memmove(pixels + (int64_t)y * row, pixels + (int64_t)y * padded, (size_t)row);
  return status;
}

CMediaStatus cmedia_thumbnail(CMediaVideo *v, int width, int height, uint8_t *pixels) {
  v->to_grey = converter(v->to_grey, v->frame, width, height, AV_PIX_FMT_GRAY8, SWS_AREA);
  return convert(v->to_grey, v->frame, height, width, pixels);
}
