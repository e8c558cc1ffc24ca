#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

// The state that libjpeg's callbacks need; cinfo comes first, so that a j_common_ptr is an Encoder.
typedef struct {
  struct jpeg_compress_struct cinfo;
  struct jpeg_error_mgr errors;
  jmp_buf escape;
  // Large enough from the start: libjpeg frees a buffer that it had to enlarge, but reports that only at the
  // end.
  unsigned char *bytes;
  unsigned long count;
} Encoder;

static void on_error(j_common_ptr cinfo) { longjmp(((Encoder *)cinfo)->escape, 1); }

static void on_message(j_common_ptr cinfo, int level) {
  (void)cinfo;
  (void)level;
}

static void write_rows(Encoder *encoder, const uint8_t *pixels) {
  struct jpeg_compress_struct *cinfo = &encoder->cinfo;
  while (cinfo->next_scanline < cinfo->image_height) {
    JSAMPROW row = (JSAMPROW)(pixels + (size_t)cinfo->next_scanline * cinfo->image_width * 3);
    jpeg_write_scanlines(cinfo, &row, 1);
  }
}

// A separate function, as local variables changed after setjmp are undefined after longjmp. Returns 1 on
// success and 0 on failure.
static int encode(
    Encoder *encoder, const uint8_t *pixels, uint32_t width, uint32_t height, int quality,
    int subsamples, int optimizes) {
  struct jpeg_compress_struct *cinfo = &encoder->cinfo;
  cinfo->err = jpeg_std_error(&encoder->errors);
  encoder->errors.error_exit = on_error;
  encoder->errors.emit_message = on_message;
  if (setjmp(encoder->escape)) return 0;
  jpeg_create_compress(cinfo);
  jpeg_mem_dest(cinfo, &encoder->bytes, &encoder->count);
  cinfo->image_width = width;
  cinfo->image_height = height;
  cinfo->input_components = 3;
  cinfo->in_color_space = JCS_RGB;
  jpeg_set_defaults(cinfo);
  jpeg_set_quality(cinfo, quality, TRUE);
  for (int c = 0; !subsamples && c < 3; c++)
    cinfo->comp_info[c].h_samp_factor = cinfo->comp_info[c].v_samp_factor = 1;
  cinfo->optimize_coding = optimizes ? TRUE : FALSE;
  jpeg_start_compress(cinfo, TRUE);
  write_rows(encoder, pixels);
  jpeg_finish_compress(cinfo);
  return 1;
}

uint8_t *cjpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int quality, int subsamples,
    int optimizes, size_t *count) {
  Encoder *encoder = calloc(1, sizeof *encoder);
  if (!encoder) return NULL;
  // TurboJPEG's bound for any image without chroma subsampling.
  encoder->count = ((size_t)width + 16) * ((size_t)height + 16) * 6 + 2048;
  encoder->bytes = malloc(encoder->count);
  if (!encoder->bytes) {
    free(encoder);
    return NULL;
  }
  int went_well = encode(encoder, pixels, width, height, quality, subsamples, optimizes);
  uint8_t *bytes = encoder->bytes;
  *count = encoder->count;
  jpeg_destroy_compress(&encoder->cinfo);
  free(encoder);
  if (went_well) return bytes;
  free(bytes);
  return NULL;
}
