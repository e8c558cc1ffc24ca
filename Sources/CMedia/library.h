// Pointers to FFmpeg's functions, which are looked up at run time.
#ifndef CMEDIA_LIBRARY_H
#define CMEDIA_LIBRARY_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/dovi_meta.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

// The functions by library, in the order of loading.
#define AVUTIL(X) \
  X(av_log_set_level) X(av_strerror) X(av_malloc) X(av_free) X(av_frame_alloc) X(av_frame_free) \
  X(av_frame_unref) X(av_frame_move_ref) X(av_dict_set) X(av_dict_free) X(av_opt_set_int) \
  X(av_frame_get_side_data) X(av_rescale_q) X(av_pix_fmt_desc_get)
#define AVCODEC(X) \
  X(av_packet_alloc) X(av_packet_free) X(av_packet_unref) X(av_packet_new_side_data) \
  X(avcodec_find_decoder) X(avcodec_alloc_context3) \
  X(avcodec_free_context) X(avcodec_parameters_to_context) X(avcodec_open2) X(avcodec_send_packet) \
  X(avcodec_receive_frame) X(avcodec_flush_buffers) X(avcodec_get_name) X(av_parser_init) \
  X(av_parser_parse2) X(av_parser_close) X(avcodec_default_get_buffer2)
#define AVFORMAT(X) \
  X(avformat_version) X(avformat_alloc_context) X(av_find_input_format) X(avformat_open_input) \
  X(avformat_close_input) \
  X(avformat_find_stream_info) X(av_find_best_stream) X(av_read_frame) X(avformat_seek_file) \
  X(avio_alloc_context) X(avio_context_free) X(av_index_search_timestamp) \
  X(avformat_index_get_entry) X(avformat_index_get_entries_count) X(av_guess_frame_rate)
#define SWSCALE(X) \
  X(sws_getCachedContext) X(sws_freeContext) X(sws_scale) X(sws_getCoefficients) \
  X(sws_setColorspaceDetails)

typedef struct {
#define DECLARE(name) __typeof__(&name) name;
  AVUTIL(DECLARE) AVCODEC(DECLARE) AVFORMAT(DECLARE) SWSCALE(DECLARE)
#undef DECLARE
} ffmpeg_library;

// Set by cmedia_load.
extern ffmpeg_library ffmpeg;

#endif
