// An open clip, shared by the files in this folder.
#ifndef CMEDIA_VIDEO_H
#define CMEDIA_VIDEO_H

#include "CMedia.h"
#include "library.h"

// The expected decoding times of the next packets, in microseconds of the file's time; AV_NOPTS_VALUE if
// unknown.
typedef struct {
  // The shift that compensates for the discontinuities so far.
  int64_t shift;
  // The decoding time of the previous packet of any stream.
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
  // The errno of a failed read; 0 if there was none.
  int read_error;
  // NULL if FFmpeg detects the format.
  const AVInputFormat *input;
  AVFormatContext *format;
  AVIOContext *io;
  AVStream *stream;
  // The audio stream, read for its timestamps if those of the video depend on it; else NULL.
  AVStream *sound;
  CMediaClock clock;
  // The palette of the last packet, in formats that send it only when it changes.
  uint8_t palette[AVPALETTE_SIZE];
  bool has_palette;
  AVCodecContext *codec;
  // Finds the size of frames if it is stated nowhere else.
  AVCodecParserContext *parser;
  AVFrame *frame, *kept;
  struct SwsContext *to_rgb, *to_grey;
};

// Returns true if the deadline has passed.
bool cmedia_is_late(const CMediaVideo *v);
// Converts an FFmpeg error code to a status.
CMediaStatus cmedia_status(const CMediaVideo *v, int code);
// Converts a time in the stream's time base to seconds.
double cmedia_seconds(const CMediaVideo *v, int64_t time);
// Converts seconds to the stream's time base.
int64_t cmedia_ticks(const CMediaVideo *v, double time);
// Returns side data of a stream of at least `size` bytes; NULL if there is none.
const void *cmedia_side_data(const AVStream *stream, enum AVPacketSideDataType type, size_t size);
// Returns the start of the clip in the stream's time base.
int64_t cmedia_start(const CMediaVideo *v);
// Resets the clock, before the first packet or after a seek.
void cmedia_start_clock(CMediaVideo *v);
// Returns true if the format allows timestamps to be reset within the file.
bool cmedia_clock_may_jump(const CMediaVideo *v);
// Corrects the timestamps of the next video or audio packet.
void cmedia_follow_clock(CMediaVideo *v, AVPacket *packet);

// Makes the decoder of a still image write into frames in which skipped rows can be detected.
void cmedia_watch_still(CMediaVideo *v);
// Returns true if the decoder wrote into a row of a frame.
bool cmedia_is_row_filled(const AVFrame *frame, int row);
int cmedia_filled_rows(const AVFrame *frame);
// Implements cmedia_kept_rgb for a still image.
CMediaStatus cmedia_still_rgb(CMediaVideo *v, uint8_t *pixels);

#endif
