#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>  // needs the configuration that jpeglib.h includes

#define STRING_OF(x) #x
#define EXPANDED_STRING_OF(x) STRING_OF(x)

// The state that libjpeg's callbacks need; cinfo comes first, so that a j_common_ptr is a Decoder.
typedef struct {
  struct jpeg_decompress_struct cinfo;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  uint32_t scan_limit;
  CJPEGReport report;
} Decoder;

static void note(Decoder *decoder) {
  if (decoder->report.message[0]) return;
  char text[JMSG_LENGTH_MAX];
  decoder->errors.format_message((j_common_ptr)&decoder->cinfo, text);
  snprintf(decoder->report.message, sizeof decoder->report.message, "%s", text);
}

static void on_error(j_common_ptr cinfo) {
  Decoder *decoder = (Decoder *)cinfo;
  decoder->report.message[0] = 0;  // the fatal error replaces an earlier warning
  note(decoder);
  decoder->report.outcome =
      cinfo->err->msg_code == JERR_OUT_OF_MEMORY ? CJPEG_OUT_OF_MEMORY : CJPEG_BROKEN;
  longjmp(decoder->escape, 1);
}

// Returns true if the data of the first scan ended before the first row.
static int is_blank(const Decoder *decoder) {
  const struct jpeg_decompress_struct *cinfo = &decoder->cinfo;
  return cinfo->unread_marker == JPEG_EOI && cinfo->input_scan_number <= 1
      && cinfo->input_iMCU_row == 0;
}

// Keeps the first warning that means lost pixels; garbage between markers and the like are ignored.
static void on_message(j_common_ptr cinfo, int level) {
  Decoder *decoder = (Decoder *)cinfo;
  if (level < 0 && cinfo->err->msg_code == JWRN_HIT_MARKER && is_blank(decoder))
    decoder->report.is_blank = 1;
  if (level >= 0 || decoder->report.is_truncated) return;
  switch (cinfo->err->msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
      note(decoder);
      break;
    default:
      break;
  }
}

static void on_output(j_common_ptr cinfo) { (void)cinfo; }

static void on_progress(j_common_ptr cinfo) {
  Decoder *decoder = (Decoder *)cinfo;
  if ((uint32_t)decoder->cinfo.input_scan_number <= decoder->scan_limit) return;
  decoder->report.outcome = CJPEG_TOO_MANY_SCANS;
  longjmp(decoder->escape, 1);
}

static void start_source(j_decompress_ptr cinfo) { (void)cinfo; }

// The input is exhausted: records the position, then inserts an end marker.
static boolean refill_source(j_decompress_ptr cinfo) {
  static const JOCTET end_of_image[] = {0xFF, JPEG_EOI};
  Decoder *decoder = (Decoder *)cinfo;
  if (!decoder->report.is_truncated) {
    decoder->report.is_truncated = 1;
    decoder->report.rows_before_end = cinfo->output_scanline;
  }
  cinfo->src->next_input_byte = end_of_image;
  cinfo->src->bytes_in_buffer = sizeof end_of_image;
  return TRUE;
}

static void skip_source(j_decompress_ptr cinfo, long count) {
  while (count > (long)cinfo->src->bytes_in_buffer) {
    count -= (long)cinfo->src->bytes_in_buffer;
    refill_source(cinfo);
  }
  if (count <= 0) return;
  cinfo->src->next_input_byte += count;
  cinfo->src->bytes_in_buffer -= (size_t)count;
}

static void catch_errors(Decoder *decoder) {
  decoder->cinfo.err = jpeg_std_error(&decoder->errors);
  decoder->errors.error_exit = on_error;
  decoder->errors.emit_message = on_message;
  decoder->errors.output_message = on_output;
}

static void connect(Decoder *decoder, const uint8_t *bytes, size_t count) {
  decoder->source.next_input_byte = bytes;
  decoder->source.bytes_in_buffer = count;
  decoder->source.init_source = start_source;
  decoder->source.fill_input_buffer = refill_source;
  decoder->source.skip_input_data = skip_source;
  decoder->source.resync_to_restart = jpeg_resync_to_restart;
  decoder->source.term_source = start_source;
  decoder->cinfo.src = &decoder->source;
  decoder->progress.progress_monitor = on_progress;
  decoder->cinfo.progress = &decoder->progress;
}

static void refuse(Decoder *decoder, const char *message) {
  snprintf(decoder->report.message, sizeof decoder->report.message, "%s", message);
  decoder->report.outcome = CJPEG_BROKEN;
  longjmp(decoder->escape, 1);
}

// Returns x / 255, rounded, for x in 0...255 * 255.
static inline uint8_t divided_by_255(unsigned x) {
  x += 128;
  return (uint8_t)((x + (x >> 8)) >> 8);
}

// Adobe's CMYK is inverted: 255 means no ink. So RGB is each colour's light times that of black.
static void write_rgb(uint8_t *rgb, const uint8_t *cmyk, size_t width) {
  for (size_t x = 0; x < width; ++x, rgb += 3, cmyk += 4) {
    unsigned light = cmyk[3];
    for (int c = 0; c < 3; ++c) {
      rgb[c] = (uint8_t)(light - divided_by_255((255u - cmyk[c]) * light));
    }
  }
}

static void read_rows(Decoder *decoder, uint8_t *pixels) {
  j_decompress_ptr cinfo = &decoder->cinfo;
  size_t width = cinfo->output_width;
  JSAMPARRAY cmyk = NULL;
  if (cinfo->out_color_space == JCS_CMYK) {
    cmyk = cinfo->mem->alloc_sarray(
        (j_common_ptr)cinfo, JPOOL_IMAGE, (JDIMENSION)(width * 4), 1);
  }
  while (cinfo->output_scanline < cinfo->output_height) {
    uint8_t *row = pixels + (size_t)cinfo->output_scanline * width * 3;
    JSAMPROW rgb = row;
    jpeg_read_scanlines(cinfo, cmyk ? cmyk : &rgb, 1);
    if (cmyk) write_rgb(row, cmyk[0], width);
    decoder->report.rows = cinfo->output_scanline;
  }
}

static void decode(Decoder *decoder, const CJPEGRequest *request, uint8_t *pixels) {
  j_decompress_ptr cinfo = &decoder->cinfo;
  while (jpeg_read_header(cinfo, FALSE) == JPEG_HEADER_TABLES_ONLY) {
  }
  if (cinfo->image_width != request->width || cinfo->image_height != request->height) {
    refuse(decoder, "the picture has more than one size");
  }
  int is_cmyk = cinfo->num_components == 4;
  cinfo->out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
  cinfo->scale_num = 1;
  cinfo->scale_denom = request->scale;
  jpeg_start_decompress(cinfo);
  if (cinfo->output_width != (request->width + request->scale - 1) / request->scale ||
      cinfo->output_height != (request->height + request->scale - 1) / request->scale) {
    refuse(decoder, "the picture cannot be decoded at this scale");
  }
  read_rows(decoder, pixels);
  jpeg_finish_decompress(cinfo);
}

// A separate function, as local variables changed after setjmp are undefined after longjmp.
static void decode_guarded(
    Decoder *decoder, const uint8_t *bytes, size_t count, const CJPEGRequest *request,
    uint8_t *pixels) {
  if (setjmp(decoder->escape)) return;
  jpeg_create_decompress(&decoder->cinfo);
  connect(decoder, bytes, count);
  decode(decoder, request, pixels);
}

CJPEGReport cjpeg_decode(
    const uint8_t *bytes, size_t count, const CJPEGRequest *request, uint8_t *pixels) {
  Decoder decoder;
  memset(&decoder, 0, sizeof decoder);
  decoder.scan_limit = request->scan_limit;
  catch_errors(&decoder);
  decode_guarded(&decoder, bytes, count, request, pixels);
  jpeg_destroy_decompress(&decoder.cinfo);

  size_t stride = (size_t)((request->width + request->scale - 1) / request->scale) * 3;
  size_t height = (request->height + request->scale - 1) / request->scale;
  memset(pixels + decoder.report.rows * stride, 0, (height - decoder.report.rows) * stride);
  return decoder.report;
}

const char *cjpeg_version(void) { return EXPANDED_STRING_OF(LIBJPEG_TURBO_VERSION); }
