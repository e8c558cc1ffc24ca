#include "video.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

// MARK: Time

bool cmedia_is_late(const CMediaVideo *v) {
  if (!v->deadline) return false;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec > v->deadline;
}

// The clip starts when its first stream does, as in the ffmpeg program.
int64_t cmedia_start(const CMediaVideo *v) {
  int64_t start = v->format->start_time;
  if (start == AV_NOPTS_VALUE) return 0;
  return ffmpeg.av_rescale_q(start, AV_TIME_BASE_Q, v->stream->time_base);
}

double cmedia_seconds(const CMediaVideo *v, int64_t time) {
  if (time == AV_NOPTS_VALUE) return CMEDIA_NO_TIME;
  // Not by subtracting first, which could overflow in a hostile file.
  return ((double)time - (double)cmedia_start(v)) * av_q2d(v->stream->time_base);
}

int64_t cmedia_ticks(const CMediaVideo *v, double time) {
  double value = time / av_q2d(v->stream->time_base) + (double)cmedia_start(v);
  return value >= 9e18 ? INT64_MAX : value <= -9e18 ? INT64_MIN : (int64_t)value;
}

CMediaStatus cmedia_status(const CMediaVideo *v, int code) {
  if (v->read_error) return CMEDIA_UNREADABLE;
  switch (code) {
    case AVERROR_EXIT: return CMEDIA_TIMEOUT;
    case AVERROR_EOF: return CMEDIA_END;
    case AVERROR(EAGAIN): return CMEDIA_AGAIN;
    case AVERROR(ENOMEM): return CMEDIA_NO_MEMORY;
    // A clip may have it in a few frames only.
    case AVERROR_PATCHWELCOME:
    case AVERROR(ENOSYS): return v->is_still ? CMEDIA_NO_DECODER : CMEDIA_DAMAGED;
    default: return CMEDIA_DAMAGED;
  }
}

// MARK: What the file says

// The matrix takes stored to shown places: its signs and zeros tell the eight ways to turn a picture.
static int orientation_of(const int32_t *m) {
  if (!m) return 1;
  int64_t a = m[0], b = m[1], c = m[3], d = m[4];
  bool is_straight = llabs(a) + llabs(d) >= llabs(b) + llabs(c);
  if (is_straight) return d >= 0 ? (a >= 0 ? 1 : 2) : (a >= 0 ? 4 : 3);
  return b > 0 ? (c > 0 ? 5 : 6) : (c > 0 ? 8 : 7);
}

static const int32_t *display_matrix(const AVStream *stream) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 16, 100)
  const AVCodecParameters *p = stream->codecpar;
  for (int i = 0; i < p->nb_coded_side_data; i++) {
    const AVPacketSideData *data = &p->coded_side_data[i];
    if (data->type == AV_PKT_DATA_DISPLAYMATRIX && data->size >= 36) return (int32_t *)data->data;
  }
#else
  for (int i = 0; i < stream->nb_side_data; i++) {
    const AVPacketSideData *data = &stream->side_data[i];
    if (data->type == AV_PKT_DATA_DISPLAYMATRIX && data->size >= 36) return (int32_t *)data->data;
  }
#endif
  return NULL;
}

CMediaInfo cmedia_info(const CMediaVideo *v) {
  CMediaInfo info = {
      .width = v->stream->codecpar->width,
      .height = v->stream->codecpar->height,
      .orientation = orientation_of(display_matrix(v->stream)),
      .duration = -1,
      .container = v->format->iformat->name,
      .codec = ffmpeg.avcodec_get_name(v->stream->codecpar->codec_id),
  };
  AVRational rate = ffmpeg.av_guess_frame_rate(v->format, v->stream, NULL);
  if (rate.num > 0 && rate.den > 0) info.frame_rate = av_q2d(rate);
  if (v->stream->duration > 0) {
    int64_t first = v->stream->start_time == AV_NOPTS_VALUE ? cmedia_start(v) : v->stream->start_time;
    info.duration = cmedia_seconds(v, first) + (double)v->stream->duration * av_q2d(v->stream->time_base);
  } else if (v->format->duration > 0) {
    info.duration = (double)v->format->duration / AV_TIME_BASE;
  }
  info.is_duration_guessed =
      v->format->duration_estimation_method == AVFMT_DURATION_FROM_BITRATE;
  return info;
}

bool cmedia_lists_missing_frames(const CMediaVideo *v) {
  // Elsewhere the list is a hint for seeking, made by somebody who may have been wrong.
  if (strncmp(v->format->iformat->name, "mov,", 4)) return false;
  int count = ffmpeg.avformat_index_get_entries_count(v->stream);
  for (int i = 0; i < count; i++) {
    const AVIndexEntry *entry = ffmpeg.avformat_index_get_entry(v->stream, i);
    if (entry && entry->pos > v->end - v->begin - entry->size) return true;
  }
  return false;
}

// MARK: Packets

CMediaStatus cmedia_read(CMediaVideo *v, CMediaPacket **result, CMediaPacketInfo *info) {
  AVPacket *packet = ffmpeg.av_packet_alloc();
  if (!packet) return CMEDIA_NO_MEMORY;
  for (;;) {
    int code = cmedia_is_late(v) ? AVERROR_EXIT : ffmpeg.av_read_frame(v->format, packet);
    if (code < 0) {
      ffmpeg.av_packet_free(&packet);
      return cmedia_status(v, code);
    }
    if (packet->stream_index == v->stream->index) break;
    ffmpeg.av_packet_free(&packet);
    packet = ffmpeg.av_packet_alloc();
    if (!packet) return CMEDIA_NO_MEMORY;
  }
  *info = (CMediaPacketInfo){
      .presented = cmedia_seconds(v, packet->pts),
      .decoded = cmedia_seconds(v, packet->dts),
      .duration = (double)packet->duration * av_q2d(v->stream->time_base),
      .is_key = packet->flags & AV_PKT_FLAG_KEY,
      .size = packet->size,
  };
  *result = (CMediaPacket *)packet;
  return CMEDIA_OK;
}

void cmedia_free_packet(CMediaPacket *packet) {
  AVPacket *p = (AVPacket *)packet;
  ffmpeg.av_packet_free(&p);
}

CMediaStatus cmedia_seek(CMediaVideo *v, double time) {
  int64_t target = cmedia_ticks(v, time);
  int code = ffmpeg.avformat_seek_file(
      v->format, v->stream->index, INT64_MIN, target, target, AVSEEK_FLAG_BACKWARD);
  if (code < 0) return cmedia_status(v, code);
  cmedia_flush(v);
  return CMEDIA_OK;
}

double cmedia_indexed_key_frame(const CMediaVideo *v, double time) {
  int index =
      ffmpeg.av_index_search_timestamp(v->stream, cmedia_ticks(v, time), AVSEEK_FLAG_BACKWARD);
  const AVIndexEntry *entry =
      index < 0 ? NULL : ffmpeg.avformat_index_get_entry(v->stream, index);
  return entry ? cmedia_seconds(v, entry->timestamp) : CMEDIA_NO_TIME;
}
