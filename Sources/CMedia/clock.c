// Correction of timestamp discontinuities, as in recordings that were joined, stopped and resumed, or whose
// clock was reset.
//
// Timestamps continue as in the ffmpeg program (5.1, with its default -dts_delta_threshold of 10 s and
// -dts_error_threshold of 30 h): the video and the audio stream that it would select are followed in file
// order, and a discontinuity in either shifts both.
#include "video.h"

#include <limits.h>

// In microseconds.
static const int64_t longest_gap = 10 * (int64_t)AV_TIME_BASE;
static const int64_t longest_step_back = AV_TIME_BASE / 10;
// The maximum distance between decoding and presentation; a larger one is an error in the file.
static const int64_t longest_wait = 60 * (int64_t)AV_TIME_BASE;
static const int64_t largest_error = 30 * 3600 * (int64_t)AV_TIME_BASE;

void cmedia_start_clock(CMediaVideo *v) {
  // The ffmpeg program, in contrast, begins with hours of nothing if the earliest timestamp comes after a
  // discontinuity.
  int64_t start = cmedia_clock_may_jump(v) && v->format->start_time != AV_NOPTS_VALUE
      ? ffmpeg.av_rescale_q(cmedia_start(v), v->stream->time_base, AV_TIME_BASE_Q) : AV_NOPTS_VALUE;
  v->clock = (CMediaClock){
      .last = start, .next_picture = AV_NOPTS_VALUE, .next_sound = AV_NOPTS_VALUE};
}

bool cmedia_clock_may_jump(const CMediaVideo *v) {
  return v->format->iformat->flags & AVFMT_TS_DISCONT;
}

// Returns AV_NOPTS_VALUE if either time is unknown or the sum overflows.
static int64_t sum(int64_t a, int64_t b) {
  int64_t result;
  if (a == AV_NOPTS_VALUE || b == AV_NOPTS_VALUE || __builtin_add_overflow(a, b, &result))
    return AV_NOPTS_VALUE;
  return result;
}

static int64_t microseconds(int64_t time, AVRational base) {
  return time == AV_NOPTS_VALUE ? time : ffmpeg.av_rescale_q(time, base, AV_TIME_BASE_Q);
}

// Returns true if two known times are more than `limit` apart.
static bool is_far_apart(int64_t a, int64_t b, int64_t limit) {
  int64_t difference;
  if (a == AV_NOPTS_VALUE || b == AV_NOPTS_VALUE) return false;
  return __builtin_sub_overflow(a, b, &difference) || difference > limit || difference < -limit;
}

// Returns the duration of a packet; AV_NOPTS_VALUE if unknown.
static int64_t length(const CMediaVideo *v, const AVPacket *packet, AVRational base) {
  if (packet->duration > 0) return microseconds(packet->duration, base);
  AVRational rate = packet->stream_index == v->stream->index ? v->codec->framerate : (AVRational){0, 1};
  if (rate.num <= 0 || rate.den <= 0) return AV_NOPTS_VALUE;
  return (int64_t)(AV_TIME_BASE / av_q2d(rate));
}

// Returns true if `time` is discontinuous with `next`, the time expected in its stream, or else with `last`,
// that of the previous packet of any stream.
static bool is_jump(int64_t time, int64_t next, int64_t last) {
  bool is_known = next != AV_NOPTS_VALUE;
  int64_t expected = is_known ? next : last, difference;
  if (expected == AV_NOPTS_VALUE) return false;
  if (__builtin_sub_overflow(time, expected, &difference)) return true;
  return difference > longest_gap || difference < -(is_known ? longest_step_back : longest_gap);
}

static void follow_jumps(CMediaVideo *v, AVPacket *packet, AVRational base, int64_t *next) {
  CMediaClock *clock = &v->clock;
  int64_t time = sum(microseconds(packet->dts, base), clock->shift);
  if (time != AV_NOPTS_VALUE && is_jump(time, *next, clock->last)) {
    int64_t expected = *next != AV_NOPTS_VALUE ? *next : clock->last;
    int64_t shift;
    if (!__builtin_sub_overflow(expected, time, &shift) && sum(clock->shift, shift) != AV_NOPTS_VALUE) {
      clock->shift += shift;
      time = expected;
    }
  }
  int64_t ticks = ffmpeg.av_rescale_q(clock->shift, AV_TIME_BASE_Q, base);
  bool is_odd = is_far_apart(microseconds(packet->pts, base), microseconds(packet->dts, base), longest_wait);
  packet->dts = sum(packet->dts, ticks);
  packet->pts = is_odd ? AV_NOPTS_VALUE : sum(packet->pts, ticks);
  if (time != AV_NOPTS_VALUE) clock->last = time;
  *next = sum(time != AV_NOPTS_VALUE ? time : *next, length(v, packet, base));
}

// In other formats, a time that is off by more than 30 hours is an error, and the packet follows the previous
// one.
static void leave_out_errors(CMediaVideo *v, AVPacket *packet, AVRational base, int64_t *next) {
  int64_t time = microseconds(packet->dts, base);
  if (is_far_apart(time, *next, largest_error)) {
    time = *next;
    packet->dts = ffmpeg.av_rescale_q(time, AV_TIME_BASE_Q, base);
  }
  if (is_far_apart(microseconds(packet->pts, base), *next, largest_error)) packet->pts = AV_NOPTS_VALUE;
  *next = sum(time != AV_NOPTS_VALUE ? time : *next, length(v, packet, base));
}

void cmedia_follow_clock(CMediaVideo *v, AVPacket *packet) {
  bool is_picture = packet->stream_index == v->stream->index;
  AVRational base = (is_picture ? v->stream : v->sound)->time_base;
  int64_t *next = is_picture ? &v->clock.next_picture : &v->clock.next_sound;
  if (cmedia_clock_may_jump(v)) follow_jumps(v, packet, base, next);
  else leave_out_errors(v, packet, base, next);
}
