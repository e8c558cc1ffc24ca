#include "video.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The permitted formats, without playlists and formats that refer to other files.
static const char formats[] =
    "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,ogg,gif,asf,apng,mxf,dv,yuv4mpegpipe,ivf,h264,hevc,m4v,obu,rm,"
    "mjpeg,nut,wtv,"
    // Formats of still images.
    "bmp_pipe,j2k_pipe,qoi_pipe,sgi_pipe,sunrast_pipe,pcx_pipe";

// MARK: Reading

static int read_bytes(void *context, uint8_t *buffer, int size) {
  CMediaVideo *v = context;
  if (cmedia_is_late(v)) return AVERROR_EXIT;
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

// Refuses to open other files that a file refers to.
static int refuse_to_open(
    AVFormatContext *format, AVIOContext **io, const char *url, int flags, AVDictionary **options) {
  (void)format, (void)io, (void)url, (void)flags, (void)options;
  return AVERROR(EACCES);
}

// MARK: Opening

static CMediaStatus failed(CMediaVideo *v, int code, CMediaStatus status, char *reason) {
  ffmpeg.av_strerror(v->read_error ? AVERROR(v->read_error) : code, reason, 128);
  CMediaStatus known = cmedia_status(v, code);
  return known == CMEDIA_DAMAGED || known == CMEDIA_END || known == CMEDIA_AGAIN ? status : known;
}

// Returns the rank of a video stream, by descending weight: that it can be decoded, that it seems to have
// packets, that it is the default, and its size. Negative for album covers, which are not video.
static int64_t score(const AVStream *stream) {
  const AVCodecParameters *p = stream->codecpar;
  if (p->codec_type != AVMEDIA_TYPE_VIDEO || stream->disposition & AV_DISPOSITION_ATTACHED_PIC)
    return -1;
  int64_t pixels = p->width > 0 && p->height > 0 ? (int64_t)p->width * p->height : 0;
  const int64_t more = INT64_C(1) << 50;
  return (ffmpeg.avcodec_find_decoder(p->codec_id) ? 4 * more : 0)
      + (stream->event_flags & AVSTREAM_EVENT_FLAG_NEW_PACKETS ? 2 * more : 0)
      + (stream->disposition & AV_DISPOSITION_DEFAULT ? more : 0) + (pixels < more ? pixels : more - 1);
}

// Returns the best stream as av_find_best_stream does, but by pixels rather than bytes; the first of equal
// ones.
static AVStream *find_stream(const CMediaVideo *v) {
  AVStream *best = NULL;
  for (unsigned i = 0; i < v->format->nb_streams; i++) {
    AVStream *stream = v->format->streams[i];
    bool is_other = v->wanted_stream >= 0 && (int)i != v->wanted_stream;
    if (is_other || (int)i == v->left_out_stream) continue;
    if (score(stream) > (best ? score(best) : -1)) best = stream;
  }
  return best;
}

// Returns the audio stream of the video, if its timestamps reveal clock resets.
static AVStream *find_sound(const CMediaVideo *v) {
  if (!cmedia_clock_may_jump(v)) return NULL;
  int index = ffmpeg.av_find_best_stream(v->format, AVMEDIA_TYPE_AUDIO, -1, -1, NULL, 0);
  return index < 0 ? NULL : v->format->streams[index];
}

static bool is_too_large(const CMediaVideo *v) {
  if (!v->stream) return false;
  const AVCodecParameters *p = v->stream->codecpar;
  return p->width > 0 && p->height > v->maximum_pixels / p->width;
}

// Decodes frames to find properties that the file does not state; the limit on pixels applies there, too.
static int find_stream_info(CMediaVideo *v) {
  unsigned count = v->format->nb_streams;
  AVDictionary **options = calloc(count + 1, sizeof *options);
  if (!options) return AVERROR(ENOMEM);
  char limit[24];
  snprintf(limit, sizeof limit, "%" PRId64, v->maximum_pixels);
  for (unsigned i = 0; i < count; i++) ffmpeg.av_dict_set(&options[i], "max_pixels", limit, 0);
  int code = ffmpeg.avformat_find_stream_info(v->format, options);
  for (unsigned i = 0; i < count; i++) ffmpeg.av_dict_free(&options[i]);
  free(options);
  return code;
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
  // The format context is freed on failure, too.
  int code = ffmpeg.avformat_open_input(&v->format, "", v->input, &options);
  ffmpeg.av_dict_free(&options);
  if (code < 0) return failed(v, code, CMEDIA_NOT_MEDIA, reason);
  v->stream = find_stream(v);
  if (is_too_large(v)) return CMEDIA_TOO_LARGE;
  code = find_stream_info(v);
  return code < 0 ? failed(v, code, CMEDIA_DAMAGED, reason) : CMEDIA_OK;
}

static CMediaStatus open_codec(CMediaVideo *v, char *reason) {
  const AVCodec *decoder = NULL;
  int code = ffmpeg.av_find_best_stream(
      v->format, AVMEDIA_TYPE_VIDEO, v->stream->index, -1, &decoder, 0);
  if (code < 0 || !decoder) return CMEDIA_NO_DECODER;
  v->codec = ffmpeg.avcodec_alloc_context3(decoder);
  if (!v->codec) return CMEDIA_NO_MEMORY;
  code = ffmpeg.avcodec_parameters_to_context(v->codec, v->stream->codecpar);
  if (code < 0) return failed(v, code, CMEDIA_DAMAGED, reason);
  v->codec->pkt_timebase = v->stream->time_base;
  // With more threads, the result for a damaged clip would depend on their timing.
  v->codec->thread_count = 1;
  v->codec->max_pixels = v->maximum_pixels;
  if (v->is_still) cmedia_watch_still(v);
  code = ffmpeg.avcodec_open2(v->codec, decoder, NULL);
  return code < 0 ? failed(v, code, CMEDIA_NO_DECODER, reason) : CMEDIA_OK;
}

static CMediaStatus open_stream(CMediaVideo *v, char *reason) {
  CMediaStatus status = open_format(v, reason);
  if (status) return status;
  v->stream = find_stream(v);
  if (!v->stream) return CMEDIA_NO_VIDEO;
  v->sound = find_sound(v);
  for (unsigned i = 0; i < v->format->nb_streams; i++) {
    AVStream *stream = v->format->streams[i];
    if (stream != v->stream && stream != v->sound) stream->discard = AVDISCARD_ALL;
  }
  v->has_palette = false;
  cmedia_start_clock(v);
  return CMEDIA_OK;
}

static void close_stream(CMediaVideo *v) {
  ffmpeg.avformat_close_input(&v->format);
  if (v->io) ffmpeg.av_free(v->io->buffer);
  ffmpeg.avio_context_free(&v->io);
}

// Returns true if the colours are in Dolby's own space, which other decoders show as green and purple.
static bool needs_dolby(const AVStream *stream) {
  const AVDOVIDecoderConfigurationRecord *record =
      cmedia_side_data(stream, AV_PKT_DATA_DOVI_CONF, sizeof *record);
  return record && (record->dv_profile == 5 || record->dv_profile == 10)
      && record->dv_bl_signal_compatibility_id == 0;
}

static CMediaStatus open_video(CMediaVideo *v, char *reason) {
  CMediaStatus status = open_stream(v, reason);
  if (status) return status;
  if (needs_dolby(v->stream)) {
    snprintf(reason, 128, "Dolby Vision without a picture for other screens");
    return CMEDIA_NO_DECODER;
  }
  if (is_too_large(v)) return CMEDIA_TOO_LARGE;
  status = open_codec(v, reason);
  if (status) return status;
  if (v->stream->codecpar->width <= 0) v->parser = ffmpeg.av_parser_init(v->codec->codec_id);
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
  v->maximum_pixels = settings.maximum_pixels;
  v->is_still = settings.is_still;
  v->wanted_stream = settings.stream;
  v->left_out_stream = settings.left_out_stream;
  if (settings.format) v->input = ffmpeg.av_find_input_format(settings.format);
  CMediaStatus status = open_video(v, reason);
  if (status) {
    // Data that was cut off by the deadline looks damaged.
    if (cmedia_is_late(v)) status = CMEDIA_TIMEOUT;
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
  ffmpeg.av_parser_close(v->parser);
  close_stream(v);
  free(v);
}

void cmedia_set_deadline(CMediaVideo *v, int64_t deadline) { v->deadline = deadline; }

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
