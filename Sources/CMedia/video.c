#include "CMedia.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "library.h"

// Playlists and formats that name other files are not among them.
static const char formats[] =
    "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,ogg,gif,asf,tiff_pipe,bmp_pipe";

struct CMediaVideo {
  const uint8_t *memory;
  int descriptor;
  int64_t begin, end, position;
  int64_t deadline;
  // Why reading failed, if it was the system that said so.
  int read_error;
  AVFormatContext *format;
  AVIOContext *io;
  AVStream *stream;
  AVCodecContext *codec;
  AVFrame *frame, *kept;
  struct SwsContext *to_rgb, *to_grey;
};

// MARK: Reading from the descriptor

static bool is_late(const CMediaVideo *v) {
  if (!v->deadline) return false;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec > v->deadline;
}

static int read_bytes(void *context, uint8_t *buffer, int size) {
  CMediaVideo *v = context;
  if (is_late(v)) return AVERROR_EXIT;
  int64_t left = v->end - v->position;
  if (left <= 0) return AVERROR_EOF;
  if (left > size) left = size;
  ssize_t count = left;
  if (v->memory) memcpy(buffer, v->memory + v->position, (size_t)left);
  else do count = pread(v->descriptor, buffer, (size_t)left, v->position);
  while (count < 0 && errno == EINTR);
  if (count < 0) {
    v->read_error = errno;
    return AVERROR(errno);
  }
  v->position += count;
  return count ? (int)count : AVERROR_EOF;
}

static int64_t seek_bytes(void *context, int64_t offset, int whence) {
  CMediaVideo *v = context;
  int64_t target;
  switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE: return v->end - v->begin;
    case SEEK_SET: target = v->begin; break;
    case SEEK_CUR: target = v->position; break;
    case SEEK_END: target = v->end; break;
    default: return AVERROR(EINVAL);
  }
  if (__builtin_add_overflow(target, offset, &target) || target < v->begin || target > v->end)
    return AVERROR(EINVAL);
  v->position = target;
  return target - v->begin;
}

// What a file refers to stays closed.
static int refuse_to_open(
    AVFormatContext *format, AVIOContext **io, const char *url, int flags, AVDictionary **options) {
  (void)format, (void)io, (void)url, (void)flags, (void)options;
  return AVERROR(EACCES);
}

// MARK: Opening

static CMediaStatus status_of(const CMediaVideo *v, int code) {
  if (v->read_error) return CMEDIA_UNREADABLE;
  switch (code) {
    case AVERROR_EXIT: return CMEDIA_TIMEOUT;
    case AVERROR_EOF: return CMEDIA_END;
    case AVERROR(EAGAIN): return CMEDIA_AGAIN;
    case AVERROR(ENOMEM): return CMEDIA_NO_MEMORY;
    default: return CMEDIA_DAMAGED;
  }
}

static CMediaStatus failed(CMediaVideo *v, int code, CMediaStatus status, char *reason) {
  ffmpeg.av_strerror(v->read_error ? AVERROR(v->read_error) : code, reason, 128);
  CMediaStatus known = status_of(v, code);
  return known == CMEDIA_DAMAGED || known == CMEDIA_END || known == CMEDIA_AGAIN ? status : known;
}

static CMediaStatus open_format(CMediaVideo *v, char *reason) {
  const int buffer_size = 1 << 16;
  uint8_t *buffer = ffmpeg.av_malloc((size_t)buffer_size);
  if (!buffer) return CMEDIA_NO_MEMORY;
  v->io = ffmpeg.avio_alloc_context(buffer, buffer_size, 0, v, read_bytes, NULL, seek_bytes);
  v->format = ffmpeg.avformat_alloc_context();
  if (!v->io || !v->format) {
    if (!v->io) ffmpeg.av_free(buffer);
    return CMEDIA_NO_MEMORY;
  }
  v->format->pb = v->io;
  v->format->io_open = refuse_to_open;
  v->format->flags |= AVFMT_FLAG_CUSTOM_IO;
  v->format->max_streams = 64;
  v->format->probesize = 5000000;
  AVDictionary *options = NULL;
  ffmpeg.av_dict_set(&options, "format_whitelist", formats, 0);
  // On failure the format is freed, too.
  int code = ffmpeg.avformat_open_input(&v->format, "", NULL, &options);
  ffmpeg.av_dict_free(&options);
  if (code < 0) return failed(v, code, CMEDIA_NOT_MEDIA, reason);
  code = ffmpeg.avformat_find_stream_info(v->format, NULL);
  return code < 0 ? failed(v, code, CMEDIA_DAMAGED, reason) : CMEDIA_OK;
}

// The first stream of moving pictures that is not the cover of an album.
static AVStream *find_stream(AVFormatContext *format) {
  for (unsigned i = 0; i < format->nb_streams; i++) {
    AVStream *stream = format->streams[i];
    if (stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO
        && !(stream->disposition & AV_DISPOSITION_ATTACHED_PIC))
      return stream;
  }
  return NULL;
}

static CMediaStatus open_codec(CMediaVideo *v, CMediaSettings settings, char *reason) {
  const AVCodec *decoder = NULL;
  int code = ffmpeg.av_find_best_stream(
      v->format, AVMEDIA_TYPE_VIDEO, v->stream->index, -1, &decoder, 0);
  if (code < 0 || !decoder) return CMEDIA_NO_DECODER;
  v->codec = ffmpeg.avcodec_alloc_context3(decoder);
  if (!v->codec) return CMEDIA_NO_MEMORY;
  code = ffmpeg.avcodec_parameters_to_context(v->codec, v->stream->codecpar);
  if (code < 0) return failed(v, code, CMEDIA_DAMAGED, reason);
  v->codec->pkt_timebase = v->stream->time_base;
  v->codec->thread_count = settings.thread_count;
  v->codec->max_pixels = settings.maximum_pixels;
  code = ffmpeg.avcodec_open2(v->codec, decoder, NULL);
  return code < 0 ? failed(v, code, CMEDIA_NO_DECODER, reason) : CMEDIA_OK;
}

static CMediaStatus open_stream(CMediaVideo *v, char *reason) {
  CMediaStatus status = open_format(v, reason);
  if (status) return status;
  v->stream = find_stream(v->format);
  if (!v->stream) return CMEDIA_NO_VIDEO;
  for (unsigned i = 0; i < v->format->nb_streams; i++)
    if (v->format->streams[i] != v->stream) v->format->streams[i]->discard = AVDISCARD_ALL;
  return CMEDIA_OK;
}

static void close_stream(CMediaVideo *v) {
  ffmpeg.avformat_close_input(&v->format);
  if (v->io) ffmpeg.av_free(v->io->buffer);
  ffmpeg.avio_context_free(&v->io);
}

static CMediaStatus open_video(CMediaVideo *v, CMediaSettings settings, char *reason) {
  CMediaStatus status = open_stream(v, reason);
  if (status) return status;
  AVCodecParameters *p = v->stream->codecpar;
  if (p->width > 0 && p->height > settings.maximum_pixels / p->width) return CMEDIA_TOO_LARGE;
  status = open_codec(v, settings, reason);
  if (status) return status;
  v->frame = ffmpeg.av_frame_alloc();
  v->kept = ffmpeg.av_frame_alloc();
  return v->frame && v->kept ? CMEDIA_OK : CMEDIA_NO_MEMORY;
}

CMediaStatus cmedia_open(CMediaSettings settings, CMediaVideo **video, char *reason) {
  reason[0] = 0;
  if (cmedia_load()) return CMEDIA_NO_LIBRARY;
  CMediaVideo *v = calloc(1, sizeof *v);
  if (!v) return CMEDIA_NO_MEMORY;
  v->memory = settings.memory;
  v->descriptor = settings.descriptor;
  v->begin = v->position = settings.offset;
  v->end = settings.offset + settings.length;
  v->deadline = settings.deadline;
  CMediaStatus status = open_video(v, settings, reason);
  if (status) {
    cmedia_close(v);
    return status;
  }
  *video = v;
  return CMEDIA_OK;
}

void cmedia_close(CMediaVideo *v) {
  ffmpeg.sws_freeContext(v->to_rgb);
  ffmpeg.sws_freeContext(v->to_grey);
  ffmpeg.av_frame_free(&v->frame);
  ffmpeg.av_frame_free(&v->kept);
  ffmpeg.avcodec_free_context(&v->codec);
  close_stream(v);
  free(v);
}

void cmedia_set_deadline(CMediaVideo *v, int64_t deadline) { v->deadline = deadline; }

// MARK: What the file says

// The clip starts when its first stream does, as in the ffmpeg program.
static int64_t start(const CMediaVideo *v) {
  int64_t start = v->format->start_time;
  if (start == AV_NOPTS_VALUE) return 0;
  return ffmpeg.av_rescale_q(start, AV_TIME_BASE_Q, v->stream->time_base);
}

static double seconds(const CMediaVideo *v, int64_t time) {
  if (time == AV_NOPTS_VALUE) return CMEDIA_NO_TIME;
  // Not by subtracting first, which could overflow in a hostile file.
  return ((double)time - (double)start(v)) * av_q2d(v->stream->time_base);
}

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
    int64_t first = v->stream->start_time == AV_NOPTS_VALUE ? start(v) : v->stream->start_time;
    info.duration = seconds(v, first) + (double)v->stream->duration * av_q2d(v->stream->time_base);
  } else if (v->format->duration > 0) {
    info.duration = (double)v->format->duration / AV_TIME_BASE;
  }
  info.is_duration_guessed =
      v->format->duration_estimation_method == AVFMT_DURATION_FROM_BITRATE;
  return info;
}

// MARK: Packets

CMediaStatus cmedia_read(CMediaVideo *v, CMediaPacket **result, CMediaPacketInfo *info) {
  AVPacket *packet = ffmpeg.av_packet_alloc();
  if (!packet) return CMEDIA_NO_MEMORY;
  for (;;) {
    int code = is_late(v) ? AVERROR_EXIT : ffmpeg.av_read_frame(v->format, packet);
    if (code < 0) {
      ffmpeg.av_packet_free(&packet);
      return status_of(v, code);
    }
    if (packet->stream_index == v->stream->index) break;
    ffmpeg.av_packet_free(&packet);
    packet = ffmpeg.av_packet_alloc();
    if (!packet) return CMEDIA_NO_MEMORY;
  }
  *info = (CMediaPacketInfo){
      .presented = seconds(v, packet->pts),
      .decoded = seconds(v, packet->dts),
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

static int64_t ticks(const CMediaVideo *v, double time) {
  double value = time / av_q2d(v->stream->time_base) + (double)start(v);
  return value >= 9e18 ? INT64_MAX : value <= -9e18 ? INT64_MIN : (int64_t)value;
}

CMediaStatus cmedia_seek(CMediaVideo *v, double time) {
  int64_t target = ticks(v, time);
  int code = ffmpeg.avformat_seek_file(
      v->format, v->stream->index, INT64_MIN, target, target, AVSEEK_FLAG_BACKWARD);
  if (code < 0) return status_of(v, code);
  cmedia_flush(v);
  return CMEDIA_OK;
}

CMediaStatus cmedia_rewind(CMediaVideo *v) {
  char reason[128];
  int stream = v->stream->index;
  close_stream(v);
  v->position = v->begin;
  CMediaStatus status = open_stream(v, reason);
  if (status) return status;
  if (v->stream->index != stream) return CMEDIA_DAMAGED;
  cmedia_flush(v);
  return CMEDIA_OK;
}

double cmedia_indexed_key_frame(const CMediaVideo *v, double time) {
  int index =
      ffmpeg.av_index_search_timestamp(v->stream, ticks(v, time), AVSEEK_FLAG_BACKWARD);
  const AVIndexEntry *entry =
      index < 0 ? NULL : ffmpeg.avformat_index_get_entry(v->stream, index);
  return entry ? seconds(v, entry->timestamp) : CMEDIA_NO_TIME;
}

// MARK: Frames

CMediaStatus cmedia_send(CMediaVideo *v, CMediaPacket *packet, bool is_spare) {
  v->codec->skip_frame = is_spare ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
  int code = ffmpeg.avcodec_send_packet(v->codec, (AVPacket *)packet);
  return code < 0 ? status_of(v, code) : CMEDIA_OK;
}

CMediaStatus cmedia_receive(CMediaVideo *v, double *time) {
  if (is_late(v)) return CMEDIA_TIMEOUT;
  int code = ffmpeg.avcodec_receive_frame(v->codec, v->frame);
  if (code < 0) return status_of(v, code);
  *time = seconds(v, v->frame->best_effort_timestamp);
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
