// An open clip, as the files here share it.
#ifndef CMEDIA_VIDEO_H
#define CMEDIA_VIDEO_H

#include "CMedia.h"
#include "library.h"

struct CMediaVideo {
  const uint8_t *memory;
  int descriptor;
  int64_t begin, end, position;
  int64_t deadline;
  int64_t maximum_pixels;
  bool is_still;
  // Why reading failed, if it was the system that said so.
  int read_error;
  AVFormatContext *format;
  AVIOContext *io;
  AVStream *stream;
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
// In the stream's time base.
int64_t cmedia_start(const CMediaVideo *v);

// Makes the decoder of a still picture write into frames that show what it leaves out.
void cmedia_watch_still(CMediaVideo *v);
// Whether a row of a frame was written into since.
bool cmedia_is_row_filled(const AVFrame *frame, int row);
int cmedia_filled_rows(const AVFrame *frame);
// cmedia_kept_rgb of a still picture.
CMediaStatus cmedia_still_rgb(CMediaVideo *v, uint8_t *pixels);

#endif
