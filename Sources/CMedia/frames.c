#include "video.h"

// A decoder reports too large frames only as not decodable.
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
