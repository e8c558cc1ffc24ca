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

// The clip starts with its first stream, as in the ffmpeg program.
int64_t cmedia_start(const CMediaVideo *v) {
  int64_t start = v->format->start_time;
  if (start == AV_NOPTS_VALUE) return 0;
  if (cmedia_clock_may_jump(v)) {
    // Only the selected streams count, as other programs of a broadcast may begin earlier.
    int64_t first = INT64_MAX;
    for (int i = 0; i < 2; i++) {
      const AVStream *stream = i ? v->sound : v->stream;
      if (!stream || stream->start_time == AV_NOPTS_VALUE) continue;
      int64_t time = ffmpeg.av_rescale_q(stream->start_time, stream->time_base, AV_TIME_BASE_Q);
      if (time < first) first = time;
    }
    if (first > start && first != INT64_MAX) start = first;
  }
  return ffmpeg.av_rescale_q(start, AV_TIME_BASE_Q, v->stream->time_base);
}

double cmedia_seconds(const CMediaVideo *v, int64_t time) {
  if (time == AV_NOPTS_VALUE) return CMEDIA_NO_TIME;
  // Converted before subtracting, as integers could overflow in a hostile file.
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
    // In a clip this may affect only a few frames.
    case AVERROR_PATCHWELCOME:
    case AVERROR(ENOSYS): return v->is_still ? CMEDIA_NO_DECODER : CMEDIA_DAMAGED;
    default: return CMEDIA_DAMAGED;
  }
}

// MARK: File properties

// Returns the EXIF orientation for a display matrix, which maps stored to displayed positions: the signs and
// zeros distinguish the eight orientations.
static int orientation_of(const int32_t *m) {
  if (!m) return 1;
  int64_t a = m[0], b = m[1], c = m[3], d = m[4];
  bool is_straight = llabs(a) + llabs(d) >= llabs(b) + llabs(c);
  if (is_straight) return d >= 0 ? (a >= 0 ? 1 : 2) : (a >= 0 ? 4 : 3);
  return b > 0 ? (c > 0 ? 5 : 6) : (c > 0 ? 8 : 7);
}

const void *cmedia_side_data(const AVStream *stream, enum AVPacketSideDataType type, size_t size) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 16, 100)
  const AVPacketSideData *data = stream->codecpar->coded_side_data;
  int count = stream->codecpar->nb_coded_side_data;
#else
  const AVPacketSideData *data = stream->side_data;
  int count = stream->nb_side_data;
#endif
  for (int i = 0; i < count; i++)
    if (data[i].type == type && data[i].size >= size) return data[i].data;
  return NULL;
}

// Returns true if FFmpeg computes a wrong duration for the format: for GIF and animated PNG it ignores frames
// with a duration of 0, although their packets have one; for NUT it leaves out the last frame.
static bool counts_wrongly(const char *container) {
  return !strcmp(container, "gif") || !strcmp(container, "apng") || !strcmp(container, "nut");
}

CMediaInfo cmedia_info(const CMediaVideo *v) {
  CMediaInfo info = {
      .width = v->stream->codecpar->width,
      .height = v->stream->codecpar->height,
      .orientation = orientation_of(cmedia_side_data(v->stream, AV_PKT_DATA_DISPLAYMATRIX, 36)),
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
      v->format->duration_estimation_method == AVFMT_DURATION_FROM_BITRATE
      || counts_wrongly(info.container);
  info.delay = v->stream->codecpar->video_delay;
  info.clock_may_jump = cmedia_clock_may_jump(v);
  return info;
}

bool cmedia_lists_missing_frames(const CMediaVideo *v) {
  // In other formats the index is a hint for seeking, and may be wrong.
  if (strncmp(v->format->iformat->name, "mov,", 4)) return false;
  int count = ffmpeg.avformat_index_get_entries_count(v->stream);
  for (int i = 0; i < count; i++) {
    const AVIndexEntry *entry = ffmpeg.avformat_index_get_entry(v->stream, i);
    if (entry && entry->pos > v->end - v->begin - entry->size) return true;
  }
  return false;
}

// MARK: Packets

// Attaches the current palette to each packet, so that it can be decoded without the ones before.
static bool add_palette(CMediaVideo *v, AVPacket *packet) {
  for (int i = 0; i < packet->side_data_elems; i++) {
    const AVPacketSideData *data = &packet->side_data[i];
    if (data->type != AV_PKT_DATA_PALETTE || data->size != AVPALETTE_SIZE) continue;
    memcpy(v->palette, data->data, AVPALETTE_SIZE);
    v->has_palette = true;
    return true;
  }
  if (!v->has_palette) return true;
  uint8_t *copy = ffmpeg.av_packet_new_side_data(packet, AV_PKT_DATA_PALETTE, AVPALETTE_SIZE);
  if (copy) memcpy(copy, v->palette, AVPALETTE_SIZE);
  return copy;
}

// Reads the next packet of the video stream.
static int read_packet(CMediaVideo *v, AVPacket *packet) {
  for (;;) {
    int code = cmedia_is_late(v) ? AVERROR_EXIT : ffmpeg.av_read_frame(v->format, packet);
    if (code < 0) return code;
    bool is_picture = packet->stream_index == v->stream->index;
    if (is_picture || (v->sound && packet->stream_index == v->sound->index))
      cmedia_follow_clock(v, packet);
    if (is_picture) return add_palette(v, packet) ? 0 : AVERROR(ENOMEM);
    ffmpeg.av_packet_unref(packet);
  }
}

CMediaStatus cmedia_read(CMediaVideo *v, CMediaPacket **result, CMediaPacketInfo *info) {
  AVPacket *packet = ffmpeg.av_packet_alloc();
  if (!packet) return CMEDIA_NO_MEMORY;
  int code = read_packet(v, packet);
  if (code < 0) {
    ffmpeg.av_packet_free(&packet);
    return cmedia_status(v, code);
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

// Returns true if decoding depends on earlier parts of the file: a clock that may be reset, or a palette.
static bool must_be_read_in_order(const CMediaVideo *v) {
  return cmedia_clock_may_jump(v) || v->has_palette || v->stream->codecpar->format == AV_PIX_FMT_PAL8;
}

CMediaStatus cmedia_seek(CMediaVideo *v, double time) {
  if (must_be_read_in_order(v)) return CMEDIA_DAMAGED;
  int64_t target = cmedia_ticks(v, time);
  int code = ffmpeg.avformat_seek_file(
      v->format, v->stream->index, INT64_MIN, target, target, AVSEEK_FLAG_BACKWARD);
  if (code < 0) return cmedia_status(v, code);
  cmedia_start_clock(v);
  cmedia_flush(v);
  return CMEDIA_OK;
}

double cmedia_indexed_key_frame(const CMediaVideo *v, double time) {
  if (must_be_read_in_order(v)) return CMEDIA_NO_TIME;
  int index =
      ffmpeg.av_index_search_timestamp(v->stream, cmedia_ticks(v, time), AVSEEK_FLAG_BACKWARD);
  const AVIndexEntry *entry =
      index < 0 ? NULL : ffmpeg.avformat_index_get_entry(v->stream, index);
  return entry ? cmedia_seconds(v, entry->timestamp) : CMEDIA_NO_TIME;
}
