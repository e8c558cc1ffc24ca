#include "Drawing.h"
#include "Library.h"

// The declarations of pango.h and pangocairo.h used here, unchanged in Pango since 1.20.
typedef struct pango_layout PangoLayout;
typedef struct pango_font PangoFontDescription;
enum { PANGO_UNITS = 1024, PANGO_WEIGHT_BOLD_VALUE = 700, WRAP_WORD_CHAR = 2, ELLIPSIZE_END = 3 };

#define FUNCTIONS(X) \
  X(const char *, pango_version_string, (void)) \
  X(PangoLayout *, pango_cairo_create_layout, (cairo_t *)) \
  X(void, pango_cairo_show_layout, (cairo_t *, PangoLayout *)) \
  X(PangoFontDescription *, pango_font_description_new, (void)) \
  X(void, pango_font_description_free, (PangoFontDescription *)) \
  X(void, pango_font_description_set_family, (PangoFontDescription *, const char *)) \
  X(void, pango_font_description_set_weight, (PangoFontDescription *, int)) \
  X(void, pango_font_description_set_absolute_size, (PangoFontDescription *, double)) \
  X(void, pango_layout_set_font_description, (PangoLayout *, const PangoFontDescription *)) \
  X(void, pango_layout_set_text, (PangoLayout *, const char *, int)) \
  X(void, pango_layout_set_width, (PangoLayout *, int)) \
  X(void, pango_layout_set_height, (PangoLayout *, int)) \
  X(void, pango_layout_set_wrap, (PangoLayout *, int)) \
  X(void, pango_layout_set_ellipsize, (PangoLayout *, int)) \
  X(void, pango_layout_get_size, (PangoLayout *, int *, int *)) \
  X(int, pango_layout_is_ellipsized, (PangoLayout *)) \
  X(int, pango_layout_get_unknown_glyphs_count, (PangoLayout *)) \
  X(void, g_object_unref, (void *)) \
  X(void, cairo_move_to, (cairo_t *, double, double)) \
  X(void, cairo_new_path, (cairo_t *))

// The Cairo that draws is among the libraries that Pango depends on.
LIBRARY(ccairo_load_text, "libpangocairo-1.0.so.0")

const char *ccairo_text_version(void) { return library.pango_version_string(); }

CCairoParagraph ccairo_paragraph(
    CCairoDrawing *drawing, const char *text, double width, int line_count, double size, int is_bold,
    const CCairoPoint *place) {
  CCairoParagraph extents = {0};
  if (ccairo_load_text()) return extents;
  PangoLayout *layout = library.pango_cairo_create_layout(drawing->context);
  PangoFontDescription *font = library.pango_font_description_new();
  library.pango_font_description_set_family(font, "sans-serif");
  if (is_bold) library.pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD_VALUE);
  library.pango_font_description_set_absolute_size(font, size * PANGO_UNITS);
  library.pango_layout_set_font_description(layout, font);
  library.pango_font_description_free(font);
  library.pango_layout_set_text(layout, text, -1);
  library.pango_layout_set_width(layout, (int)(width * PANGO_UNITS));
  library.pango_layout_set_wrap(layout, WRAP_WORD_CHAR);
  // A negative height is a number of lines.
  library.pango_layout_set_height(layout, -line_count);
  library.pango_layout_set_ellipsize(layout, ELLIPSIZE_END);
  int pango_width, pango_height;
  library.pango_layout_get_size(layout, &pango_width, &pango_height);
  extents.width = (double)pango_width / PANGO_UNITS;
  extents.height = (double)pango_height / PANGO_UNITS;
  extents.is_cut = library.pango_layout_is_ellipsized(layout);
  extents.missing_glyph_count = library.pango_layout_get_unknown_glyphs_count(layout);
  if (place) {
    library.cairo_move_to(drawing->context, place->x, place->y);
    library.pango_cairo_show_layout(drawing->context, layout);
    library.cairo_new_path(drawing->context);
  }
  library.g_object_unref(layout);
  return extents;
}
