#include "Drawing.h"
#include "Library.h"

#include <stdlib.h>
#include <string.h>

// The declarations of cairo.h and cairo-svg.h used here, unchanged in Cairo since 1.2.
typedef struct cairo_font_options cairo_font_options_t;
typedef struct {
  double x_bearing, y_bearing, width, height, x_advance, y_advance;
} cairo_text_extents_t;
typedef int cairo_status_t;
typedef cairo_status_t (*cairo_write_t)(void *closure, const unsigned char *data, unsigned length);
enum { STATUS_SUCCESS = 0, STATUS_WRITE_ERROR = 11 };
enum { HINT_STYLE_NONE = 1, HINT_METRICS_OFF = 1 };
enum { FORMAT_RGB24 = 1, FONT_SLANT_NORMAL = 0, FONT_WEIGHT_NORMAL = 0, LINE_JOIN_ROUND = 1 };

#define FUNCTIONS(X) \
  X(const char *, cairo_version_string, (void)) \
  X(const char *, cairo_status_to_string, (cairo_status_t)) \
  X(cairo_surface_t *, cairo_svg_surface_create_for_stream, (cairo_write_t, void *, double, double)) \
  X(cairo_surface_t *, cairo_image_surface_create, (int, int, int)) \
  X(unsigned char *, cairo_image_surface_get_data, (cairo_surface_t *)) \
  X(int, cairo_image_surface_get_stride, (cairo_surface_t *)) \
  X(void, cairo_surface_mark_dirty, (cairo_surface_t *)) \
  X(cairo_status_t, cairo_surface_write_to_png_stream, (cairo_surface_t *, cairo_write_t, void *)) \
  X(cairo_status_t, cairo_surface_status, (cairo_surface_t *)) \
  X(void, cairo_surface_finish, (cairo_surface_t *)) \
  X(void, cairo_surface_destroy, (cairo_surface_t *)) \
  X(cairo_t *, cairo_create, (cairo_surface_t *)) \
  X(void, cairo_destroy, (cairo_t *)) \
  X(cairo_status_t, cairo_status, (cairo_t *)) \
  X(void, cairo_save, (cairo_t *)) \
  X(void, cairo_restore, (cairo_t *)) \
  X(void, cairo_scale, (cairo_t *, double, double)) \
  X(void, cairo_move_to, (cairo_t *, double, double)) \
  X(void, cairo_line_to, (cairo_t *, double, double)) \
  X(void, cairo_close_path, (cairo_t *)) \
  X(void, cairo_new_path, (cairo_t *)) \
  X(void, cairo_new_sub_path, (cairo_t *)) \
  X(void, cairo_rectangle, (cairo_t *, double, double, double, double)) \
  X(void, cairo_arc, (cairo_t *, double, double, double, double, double)) \
  X(void, cairo_set_source_rgba, (cairo_t *, double, double, double, double)) \
  X(void, cairo_set_source_surface, (cairo_t *, cairo_surface_t *, double, double)) \
  X(void, cairo_set_line_width, (cairo_t *, double)) \
  X(void, cairo_set_line_join, (cairo_t *, int)) \
  X(void, cairo_set_dash, (cairo_t *, const double *, int, double)) \
  X(void, cairo_stroke, (cairo_t *)) \
  X(void, cairo_fill, (cairo_t *)) \
  X(void, cairo_clip, (cairo_t *)) \
  X(cairo_font_options_t *, cairo_font_options_create, (void)) \
  X(void, cairo_font_options_destroy, (cairo_font_options_t *)) \
  X(void, cairo_font_options_set_hint_style, (cairo_font_options_t *, int)) \
  X(void, cairo_font_options_set_hint_metrics, (cairo_font_options_t *, int)) \
  X(void, cairo_set_font_options, (cairo_t *, const cairo_font_options_t *)) \
  X(void, cairo_select_font_face, (cairo_t *, const char *, int, int)) \
  X(void, cairo_set_font_size, (cairo_t *, double)) \
  X(void, cairo_text_extents, (cairo_t *, const char *, cairo_text_extents_t *)) \
  X(void, cairo_show_text, (cairo_t *, const char *))

LIBRARY(ccairo_load, "libcairo.so.2")

const char *ccairo_version(void) { return library.cairo_version_string(); }

// Appends Cairo's output to the drawing's buffer.
static cairo_status_t append(void *closure, const unsigned char *data, unsigned length) {
  CCairoDrawing *drawing = closure;
  if (drawing->capacity - drawing->count < length) {
    size_t capacity = 2 * drawing->capacity + length;
    uint8_t *bytes = realloc(drawing->bytes, capacity);
    if (!bytes) return STATUS_WRITE_ERROR;
    drawing->bytes = bytes;
    drawing->capacity = capacity;
  }
  memcpy(drawing->bytes + drawing->count, data, length);
  drawing->count += length;
  return STATUS_SUCCESS;
}

CCairoDrawing *ccairo_begin(CCairoFormat format, double width, double height, double scale) {
  if (ccairo_load()) return NULL;
  CCairoDrawing *drawing = calloc(1, sizeof *drawing);
  if (!drawing) return NULL;
  drawing->format = format;
  drawing->surface =
      format == CCAIRO_SVG
          ? library.cairo_svg_surface_create_for_stream(append, drawing, width, height)
          : library.cairo_image_surface_create(
                FORMAT_RGB24, (int)(width * scale), (int)(height * scale));
  drawing->context = library.cairo_create(drawing->surface);
  if (format == CCAIRO_PNG) library.cairo_scale(drawing->context, scale, scale);
  library.cairo_set_line_join(drawing->context, LINE_JOIN_ROUND);
  // Fonts are cached: with the defaults, texts of a PNG depend on whether an SVG was drawn before.
  cairo_font_options_t *options = library.cairo_font_options_create();
  library.cairo_font_options_set_hint_style(options, HINT_STYLE_NONE);
  library.cairo_font_options_set_hint_metrics(options, HINT_METRICS_OFF);
  library.cairo_set_font_options(drawing->context, options);
  library.cairo_font_options_destroy(options);
  return drawing;
}

const char *ccairo_end(CCairoDrawing *drawing, const uint8_t **bytes, size_t *count) {
  // Cairo keeps the first error, and ignores all later calls.
  cairo_status_t status = library.cairo_status(drawing->context);
  if (!status && drawing->format == CCAIRO_PNG) {
    status = library.cairo_surface_write_to_png_stream(drawing->surface, append, drawing);
  }
  library.cairo_surface_finish(drawing->surface);
  if (!status) status = library.cairo_surface_status(drawing->surface);
  *bytes = drawing->bytes;
  *count = drawing->count;
  return status ? library.cairo_status_to_string(status) : NULL;
}

void ccairo_free(CCairoDrawing *drawing) {
  library.cairo_destroy(drawing->context);
  library.cairo_surface_destroy(drawing->surface);
  free(drawing->bytes);
  free(drawing);
}

void ccairo_move_to(CCairoDrawing *drawing, double x, double y) {
  library.cairo_move_to(drawing->context, x, y);
}

void ccairo_line_to(CCairoDrawing *drawing, double x, double y) {
  library.cairo_line_to(drawing->context, x, y);
}

void ccairo_close_path(CCairoDrawing *drawing) { library.cairo_close_path(drawing->context); }

void ccairo_rectangle(CCairoDrawing *drawing, double x, double y, double width, double height) {
  library.cairo_rectangle(drawing->context, x, y, width, height);
}

void ccairo_circle(CCairoDrawing *drawing, double x, double y, double radius) {
  library.cairo_new_sub_path(drawing->context);
  library.cairo_arc(drawing->context, x, y, radius, 0, 6.283185307179586);
}

void ccairo_set_color(CCairoDrawing *drawing, double red, double green, double blue, double alpha) {
  library.cairo_set_source_rgba(drawing->context, red, green, blue, alpha);
}

void ccairo_set_line_width(CCairoDrawing *drawing, double width) {
  library.cairo_set_line_width(drawing->context, width);
}

void ccairo_set_dash(CCairoDrawing *drawing, double on, double off) {
  const double dashes[] = {on, off};
  library.cairo_set_dash(drawing->context, dashes, off > 0 ? 2 : 0, 0);
}

void ccairo_stroke(CCairoDrawing *drawing) { library.cairo_stroke(drawing->context); }

void ccairo_fill(CCairoDrawing *drawing) { library.cairo_fill(drawing->context); }

void ccairo_image(
    CCairoDrawing *drawing, double x, double y, const uint8_t *rgb, int width, int height) {
  cairo_surface_t *picture = library.cairo_image_surface_create(FORMAT_RGB24, width, height);
  unsigned char *data = library.cairo_image_surface_get_data(picture);
  for (int row = 0; data && row < height; row++) {
    uint32_t *line = (uint32_t *)(data + (size_t)row * library.cairo_image_surface_get_stride(picture));
    for (int column = 0; column < width; column++, rgb += 3) {
      line[column] = (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
    }
  }
  library.cairo_surface_mark_dirty(picture);
  // A failed allocation of the image becomes the drawing's error here.
  library.cairo_set_source_surface(drawing->context, picture, x, y);
  library.cairo_rectangle(drawing->context, x, y, width, height);
  library.cairo_fill(drawing->context);
  library.cairo_surface_destroy(picture);
}

void ccairo_clip(CCairoDrawing *drawing, double x, double y, double width, double height) {
  library.cairo_save(drawing->context);
  library.cairo_new_path(drawing->context);
  library.cairo_rectangle(drawing->context, x, y, width, height);
  library.cairo_clip(drawing->context);
}

void ccairo_unclip(CCairoDrawing *drawing) { library.cairo_restore(drawing->context); }

void ccairo_set_font(CCairoDrawing *drawing, double size, int is_bold) {
  library.cairo_select_font_face(
      drawing->context, "sans-serif", FONT_SLANT_NORMAL, FONT_WEIGHT_NORMAL + (is_bold != 0));
  library.cairo_set_font_size(drawing->context, size);
}

double ccairo_text_width(CCairoDrawing *drawing, const char *text) {
  cairo_text_extents_t extents;
  memset(&extents, 0, sizeof extents);
  library.cairo_text_extents(drawing->context, text, &extents);
  return extents.x_advance;
}

void ccairo_show_text(CCairoDrawing *drawing, double x, double y, const char *text) {
  library.cairo_move_to(drawing->context, x, y);
  library.cairo_show_text(drawing->context, text);
  library.cairo_new_path(drawing->context);
}
