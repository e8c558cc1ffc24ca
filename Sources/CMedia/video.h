// An open clip, as the files here share it.
#ifndef CMEDIA_VIDEO_H
#define CMEDIA_VIDEO_H

#include "CMedia.h"
#include "library.h"

// When the next packets should be decoded, in microseconds of the file's time; AV_NOPTS_VALUE where unknown.
typedef struct {
  // What jumps so far are made up for with.
  int64_t shift;
  // When the packet before was decoded, whichever stream it was of.
  int64_t last;
  int64_t next_picture, next_sound;
} CMediaClock;

struct CMediaVideo {
  const uint8_t *memory;
  int descriptor;
  int64_t begin, end, position;
  int64_t deadline;
  int64_t maximum_pixels;
  bool is_still;
  // As in the settings.
  int wanted_stream, left_out_stream;
  // Why reading failed, if it was the system that said so.
  int read_error;
  // NULL where FFmpeg finds out itself.
  const AVInputFormat *input;
  AVFormatContext *format;
  AVIOContext *io;
  AVStream *stream;
  // Read for its times, where those of the pictures hang on it; else NULL.
  AVStream *sound;
  CMediaClock clock;
  // Of the packet read last, in formats that send it only when it changes.
  uint8_t palette[AVPALETTE_SIZE];
  bool has_palette;
  AVCodecContext *codec;
  // Tells the size of frames where nothing else does.
  AVCodecParserContext *parser;
  AVFrame *frame, *kept;
  struct SwsContext *to_rgb, *to_grey;
};

// Whether the time is up.
bool cmedia_is_late(const CMediaVideo *v);
// What a code of FFmpeg's means.
CMediaStatus cmedia_status(const CMediaVideo *v, int code);
// A time of the stream's in seconds.
double cmedia_seconds(const CMediaVideo *v, int64_t time);
// And the other way round.
int64_t cmedia_ticks(const CMediaVideo *v, double time);
// What a stream says of itself besides, of at least `size` bytes; else NULL.
const void *cmedia_side_data(const AVStream *stream, enum AVPacketSideDataType type, size_t size);
// In the stream's time base.
int64_t cmedia_start(const CMediaVideo *v);
// Knows nothing of times yet, as before the first packet, or after a seek.
void cmedia_start_clock(CMediaVideo *v);
// Whether the format is one whose clock may be set anew on the way.
bool cmedia_clock_may_jump(const CMediaVideo *v);
// Corrects the times of the next packet of the pictures or the sound.
void cmedia_follow_clock(CMediaVideo *v, AVPacket *packet);

// Makes the decoder of a still picture write into frames that show what it leaves out.
void cmedia_watch_still(CMediaVideo *v);
// Whether a row of a frame was written into since.
bool cmedia_is_row_filled(const AVFrame *frame, int row);
int cmedia_filled_rows(const AVFrame *frame);
// cmedia_kept_rgb of a still picture.
CMediaStatus cmedia_still_rgb(CMediaVideo *v, uint8_t *pixels);

#endif
