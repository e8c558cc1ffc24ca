// FFmpeg as far as Cutline needs it: one video stream, packet by packet, frame by frame.
//
// FFmpeg is opened by name when the first clip is, so that captioning a JPEG does not pay for its 144
// shared objects. It is given a descriptor, never a name: no protocol, no playlist and no reference in
// a file can make it open anything else. Times are in seconds from the start of the clip.
#ifndef CMEDIA_H
#define CMEDIA_H

#include <stdbool.h>
#include <stdint.h>

#define CMEDIA_NO_TIME (-1e300)

typedef enum {
  CMEDIA_OK = 0,
  // Nothing more, or nothing yet.
  CMEDIA_END,
  CMEDIA_AGAIN,
  CMEDIA_NOT_MEDIA,
  CMEDIA_NO_VIDEO,
  CMEDIA_NO_DECODER,
  CMEDIA_TOO_LARGE,
  CMEDIA_DAMAGED,
  CMEDIA_TIMEOUT,
  CMEDIA_NO_MEMORY,
  CMEDIA_UNREADABLE,
  CMEDIA_NO_LIBRARY,
} CMediaStatus;

typedef struct {
  // Where the bytes are: in memory, which stays the caller's, or else in an open file, which does, too.
  const uint8_t *memory;
  int descriptor;
  // Those that count, such as a member of an archive.
  int64_t offset, length;
  // FFmpeg's name of the format, where it is known; else NULL, and FFmpeg finds out.
  const char *format;
  int64_t maximum_pixels;
  // On the monotonic clock, in nanoseconds; 0 is never.
  int64_t deadline;
  // The one stream that is opened, and one that is not: -1 for none.
  int stream, left_out_stream;
  // Whether it is a still picture: of full range where it does not say, laid over white, and watched for what
  // the decoder leaves out.
  bool is_still;
} CMediaSettings;

typedef struct {
  int width, height;
  // How to turn frames upright, in the numbers of EXIF.
  int orientation;
  // Below 0 where the file does not say.
  double duration;
  // 0 where the file does not say.
  double frame_rate;
  // By how many frames decoding runs ahead of showing.
  int delay;
  // Whether the duration is no more than a guess from size and bit rate.
  bool is_duration_guessed;
  // Whether the clock may be set anew on the way: then only reading all of it tells the duration.
  bool clock_may_jump;
  const char *container, *codec;
} CMediaInfo;

typedef struct {
  // CMEDIA_NO_TIME where the file does not say.
  double presented, decoded;
  // 0 where the file does not say.
  double duration;
  bool is_key;
  int size;
} CMediaPacketInfo;

typedef struct CMediaVideo CMediaVideo;
typedef struct CMediaPacket CMediaPacket;

// Loads FFmpeg, once; NULL, or why it cannot be used.
const char *cmedia_load(void);
// Such as "59.27.100"; only after it was loaded.
const char *cmedia_version(void);

// Opens the stream of moving pictures that is marked as default, else the largest. A reason of FFmpeg's is put into `reason`, which has room for 128 bytes.
CMediaStatus cmedia_open(CMediaSettings settings, CMediaVideo **video, char *reason);
void cmedia_close(CMediaVideo *video);
CMediaInfo cmedia_info(const CMediaVideo *video);
// Whether its table of frames, where it has a trustworthy one, names some that lie behind the end of the file.
bool cmedia_lists_missing_frames(const CMediaVideo *video);
// As in the settings.
void cmedia_set_deadline(CMediaVideo *video, int64_t deadline);

// The next packet of the stream, in the order of decoding; the caller owns it.
CMediaStatus cmedia_read(CMediaVideo *video, CMediaPacket **packet, CMediaPacketInfo *info);
void cmedia_free_packet(CMediaPacket *packet);
// Goes on reading at the last key frame before `time`, where the format allows that. What was decoded before
// is forgotten.
CMediaStatus cmedia_seek(CMediaVideo *video, double time);
// Goes on reading at the beginning: some formats can only be opened anew for that.
CMediaStatus cmedia_rewind(CMediaVideo *video);
// When the last key frame before `time` is decoded, where the file has a list of them.
double cmedia_indexed_key_frame(const CMediaVideo *video, double time);

// Decodes a packet, which stays the caller's; NULL is the end of the stream. If `is_spare`, nobody wants the
// frame, and it is decoded only if others need it.
CMediaStatus cmedia_send(CMediaVideo *video, CMediaPacket *packet, bool is_spare);
// The next decoded frame takes the place of the one before; AGAIN asks for another packet.
CMediaStatus cmedia_receive(CMediaVideo *video, double *time);
// Puts the frame aside, where it stays until the next call: what it was before is forgotten.
void cmedia_keep(CMediaVideo *video);
// Forgets what was sent, as before packets that do not follow on the ones before.
void cmedia_flush(CMediaVideo *video);

typedef struct {
  int width, height;
  bool is_damaged;
  // Of a still picture: the rows that the decoder wrote to their end.
  int filled_rows;
  // CMEDIA_PQ or CMEDIA_HLG; 0 of standard range.
  int hdr_transfer;
  // Bytes that conversion to RGB needs room for: more than the pixels, which then come first.
  int64_t rgb_size;
} CMediaFrameInfo;

CMediaFrameInfo cmedia_kept_info(const CMediaVideo *video);
// The frame that was kept, as rows of 8-bit RGB of its own size, HDR tone-mapped; of a still picture, unfilled rows
// are white.
CMediaStatus cmedia_kept_rgb(CMediaVideo *video, uint8_t *pixels);
// The frame that was received, scaled down to 8-bit grey.
CMediaStatus cmedia_thumbnail(CMediaVideo *video, int width, int height, uint8_t *pixels);

// MARK: HDR

// How light is coded, in the numbers of H.273, which files and FFmpeg's AVCOL_TRC have, too.
enum { CMEDIA_PQ = 16, CMEDIA_HLG = 18 };

// Makes `count` pixels of HDR, 16-bit RGB in full range, 8-bit sRGB with white at 203 cd/m² (ITU-R BT.2408).
//
// `transfer` is one of the above, `primaries` are in the numbers of H.273: 1 (BT.709), 11 or 12 (P3), else BT.2020.
// `out` may begin where `rgb` does. Needs no library.
void cmedia_tone_map(const uint16_t *rgb, int64_t count, int transfer, int primaries, uint8_t *out);

#endif
