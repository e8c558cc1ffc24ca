#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

// Everything libjpeg's callbacks must reach; cinfo comes first, so a j_common_ptr is an Encoder.
typedef struct {
  struct jpeg_compress_struct cinfo;
  struct jpeg_error_mgr errors;
  jmp_buf escape;
  unsigned char *bytes;
  unsigned long count;
} Encoder;

static void on_error(j_common_ptr cinfo) { longjmp(((Encoder *)cinfo)->escape, 1); }

static void on_message(j_common_ptr cinfo, int level) {
  (void)cinfo;
  (void)level;
}

static void on_output(j_common_ptr cinfo) { (void)cinfo; }

static void encode(
    Encoder *encoder, const uint8_t *pixels, uint32_t width, uint32_t height, int quality) {
  j_compress_ptr cinfo = &encoder->cinfo;
  jpeg_mem_dest(cinfo, &encoder->bytes, &encoder->count);
  cinfo->image_width = width;
  cinfo->image_height = height;
  cinfo->input_components = 3;
  cinfo->in_color_space = JCS_RGB;
  jpeg_set_defaults(cinfo);
  jpeg_set_quality(cinfo, quality, TRUE);
  // Small things are told apart by their colour, which subsampling would smear.
  for (int c = 0; c < 3; ++c) {
    cinfo->comp_info[c].h_samp_factor = 1;
    cinfo->comp_info[c].v_samp_factor = 1;
  }
  jpeg_start_compress(cinfo, TRUE);
  while (cinfo->next_scanline < height) {
    JSAMPROW row = (JSAMPROW)(pixels + (size_t)cinfo->next_scanline * width * 3);
    jpeg_write_scanlines(cinfo, &row, 1);
  }
  jpeg_finish_compress(cinfo);
}

// A function of its own: what it changes after setjmp must not be local to it.
static int encode_guarded(
    Encoder *encoder, const uint8_t *pixels, uint32_t width, uint32_t height, int quality) {
  if (setjmp(encoder->escape)) return 0;
  jpeg_create_compress(&encoder->cinfo);
  encode(encoder, pixels, width, height, quality);
  return 1;
}

size_t cjpeg_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, int quality, uint8_t **bytes) {
  Encoder encoder;
  memset(&encoder, 0, sizeof encoder);
  encoder.cinfo.err = jpeg_std_error(&encoder.errors);
  encoder.errors.error_exit = on_error;
  encoder.errors.emit_message = on_message;
  encoder.errors.output_message = on_output;
  int is_complete = encode_guarded(&encoder, pixels, width, height, quality);
  jpeg_destroy_compress(&encoder.cinfo);
  if (!is_complete) {
    free(encoder.bytes);
    encoder.bytes = NULL;
    encoder.count = 0;
  }
  *bytes = encoder.bytes;
  return encoder.count;
}
