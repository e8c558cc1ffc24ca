// The part of FFmpeg that Cutline uses: one video stream, packet by packet, frame by frame.
//
// FFmpeg is opened by name with the first clip, so that captioning a JPEG does not load its 144 shared
// objects. It gets a descriptor, never a path: no protocol, playlist or reference in a file can make it open
// anything else. Times are in seconds from the start of the clip.
#ifndef CMEDIA_H
#define CMEDIA_H

#include <stdbool.h>
#include <stdint.h>

#define CMEDIA_NO_TIME (-1e300)

typedef enum {
  CMEDIA_OK = 0,
  // The end of the stream, or no frame yet.
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
  // The bytes in memory, or else an open file; both stay the caller's.
  const uint8_t *memory;
  int descriptor;
  // The range of bytes to read, such as a member of an archive.
  int64_t offset, length;
  // FFmpeg's name of the format; NULL to let FFmpeg detect it.
  const char *format;
  int64_t maximum_pixels;
  // On the monotonic clock, in nanoseconds; 0 for none.
  int64_t deadline;
  // The index of the only stream to open, and of one to ignore; -1 for none.
  int stream, left_out_stream;
  // True for a still image: full range if not stated, composited over white, and checked for rows that the
  // decoder skips.
  bool is_still;
} CMediaSettings;

typedef struct {
  int width, height;
  // The orientation of frames, in the numbers of EXIF.
  int orientation;
  // Negative if not stated.
  double duration;
  // 0 if not stated.
  double frame_rate;
  // The number of frames by which decoding runs ahead of presentation.
  int delay;
  // True if the duration is an estimate from file size and bit rate.
  bool is_duration_guessed;
  // True if timestamps may be reset within the file, so that its duration is known only after reading all of
  // it.
  bool clock_may_jump;
  const char *container, *codec;
} CMediaInfo;

typedef struct {
  // CMEDIA_NO_TIME if not stated.
  double presented, decoded;
  // 0 if not stated.
  double duration;
  bool is_key;
  int size;
} CMediaPacketInfo;

typedef struct CMediaVideo CMediaVideo;
typedef struct CMediaPacket CMediaPacket;

// Loads FFmpeg on the first call; returns NULL, or the reason why it cannot be used.
const char *cmedia_load(void);
// Returns the version, such as "59.27.100"; valid only once it is loaded.
const char *cmedia_version(void);

// Opens the default video stream, else the largest. FFmpeg's message for an error is written to `reason`,
// which must hold 128 bytes.
CMediaStatus cmedia_open(CMediaSettings settings, CMediaVideo **video, char *reason);
void cmedia_close(CMediaVideo *video);
CMediaInfo cmedia_info(const CMediaVideo *video);
// Returns true if the index, in formats where it is reliable, lists frames beyond the end of the file.
bool cmedia_lists_missing_frames(const CMediaVideo *video);
// Sets the deadline, as in the settings.
void cmedia_set_deadline(CMediaVideo *video, int64_t deadline);

// Reads the next packet of the stream in decoding order; the caller frees it.
CMediaStatus cmedia_read(CMediaVideo *video, CMediaPacket **packet, CMediaPacketInfo *info);
void cmedia_free_packet(CMediaPacket *packet);
// Seeks to the last key frame before `time`, if the format allows it, and flushes the decoder.
CMediaStatus cmedia_seek(CMediaVideo *video, double time);
// Seeks back to the beginning; some formats must be reopened for that.
CMediaStatus cmedia_rewind(CMediaVideo *video);
// Returns the decoding time of the last key frame before `time`, if the file has an index of key frames.
double cmedia_indexed_key_frame(const CMediaVideo *video, double time);

// Sends a packet, which stays the caller's, to the decoder; NULL ends the stream. The frame of an `is_spare`
// packet is decoded only if others are predicted from it.
CMediaStatus cmedia_send(CMediaVideo *video, CMediaPacket *packet, bool is_spare);
// Receives the next decoded frame, which replaces the last; CMEDIA_AGAIN if another packet is needed.
CMediaStatus cmedia_receive(CMediaVideo *video, double *time);
// Keeps the received frame until the next call, and releases the frame kept before.
void cmedia_keep(CMediaVideo *video);
// Flushes the decoder, before packets that do not continue the previous ones.
void cmedia_flush(CMediaVideo *video);

typedef struct {
  int width, height;
  bool is_damaged;
  // For a still image, the number of rows that the decoder wrote completely.
  int filled_rows;
  // CMEDIA_PQ or CMEDIA_HLG; 0 for SDR.
  int hdr_transfer;
  // The size of the buffer for the conversion to RGB in bytes; larger than the pixels, which are stored at
  // its start.
  int64_t rgb_size;
} CMediaFrameInfo;

CMediaFrameInfo cmedia_kept_info(const CMediaVideo *video);
// Writes the kept frame as rows of 8-bit RGB in its own size, HDR tone-mapped; rows that a still image's
// decoder skipped are white.
CMediaStatus cmedia_kept_rgb(CMediaVideo *video, uint8_t *pixels);
// Writes the received frame in 8-bit greyscale, resized to `width` by `height`.
CMediaStatus cmedia_thumbnail(CMediaVideo *video, int width, int height, uint8_t *pixels);

// MARK: HDR

// Transfer functions in the numbers of H.273, which FFmpeg's AVCOL_TRC uses, too.
enum { CMEDIA_PQ = 16, CMEDIA_HLG = 18 };

// Tone-maps `count` HDR pixels, 16-bit RGB in full range, to 8-bit sRGB with white at 203 cd/m² (ITU-R
// BT.2408).
//
// `transfer` is one of the above; `primaries` are in the numbers of H.273: 1 (BT.709), 11 or 12 (P3), else
// BT.2020. `out` may begin where `rgb` does. No library needs to be loaded.
void cmedia_tone_map(const uint16_t *rgb, int64_t count, int transfer, int primaries, uint8_t *out);

#endif
