// Drawing to SVG or PNG with Cairo, which is loaded for the first drawing, and lines of text with Pango, which is
// loaded for the first of these.
//
// Cairo depends on two dozen shared objects, which every caption would load if Cairo were linked. So the
// library is opened by name, and the few functions used here are declared here; neither its headers nor the
// library is needed to build.
#ifndef CCAIRO_H
#define CCAIRO_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct CCairoDrawing CCairoDrawing;

// Loads Cairo on the first call; returns NULL, or the reason why it cannot be loaded.
const char *_Nullable ccairo_load(void);

// Returns Cairo's version, such as "1.16.0"; valid only once it is loaded.
const char *ccairo_version(void);

typedef enum { CCAIRO_SVG, CCAIRO_PNG } CCairoFormat;

// Creates a drawing of `width` by `height` units: points of an SVG, or `scale` pixels each of a PNG. Returns
// NULL if memory runs out or Cairo is not loaded.
CCairoDrawing *_Nullable ccairo_begin(
    CCairoFormat format, double width, double height, double scale);

// Finishes a drawing: `bytes` is then its file, valid until the drawing is freed. Returns NULL, or the reason
// for the failure.
const char *_Nullable ccairo_end(
    CCairoDrawing *drawing, const uint8_t *_Nullable *_Nonnull bytes, size_t *count);

void ccairo_free(CCairoDrawing *drawing);

void ccairo_move_to(CCairoDrawing *drawing, double x, double y);
void ccairo_line_to(CCairoDrawing *drawing, double x, double y);
void ccairo_close_path(CCairoDrawing *drawing);
void ccairo_rectangle(CCairoDrawing *drawing, double x, double y, double width, double height);
// Adds a full circle as a path of its own.
void ccairo_circle(CCairoDrawing *drawing, double x, double y, double radius);

void ccairo_set_color(CCairoDrawing *drawing, double red, double green, double blue, double alpha);
void ccairo_set_line_width(CCairoDrawing *drawing, double width);
// Sets dashes of `on` units with gaps of `off`; an `off` of 0 gives a solid line.
void ccairo_set_dash(CCairoDrawing *drawing, double on, double off);
// Both clear the path.
void ccairo_stroke(CCairoDrawing *drawing);
void ccairo_fill(CCairoDrawing *drawing);

// Draws an image with its top left corner at (x, y), one unit per pixel: `width * height` RGB triples, row by
// row.
void ccairo_image(
    CCairoDrawing *drawing, double x, double y, const uint8_t *rgb, int width, int height);

// Clips what follows to a rectangle, until `ccairo_unclip`.
void ccairo_clip(CCairoDrawing *drawing, double x, double y, double width, double height);
void ccairo_unclip(CCairoDrawing *drawing);

void ccairo_set_font(CCairoDrawing *drawing, double size, int is_bold);
double ccairo_text_width(CCairoDrawing *drawing, const char *text);
// Draws `text` with the start of its baseline at (x, y).
void ccairo_show_text(CCairoDrawing *drawing, double x, double y, const char *text);

// Loads Pango, which lays out lines of any script, on the first call; returns NULL, or the reason why it cannot
// be loaded.
const char *_Nullable ccairo_load_text(void);

// Returns Pango's version; valid only once it is loaded.
const char *ccairo_text_version(void);

typedef struct { double x, y; } CCairoPoint;

typedef struct {
  // In units of the drawing.
  double width, height;
  // True if the text was too long, and ends in an ellipsis.
  int is_cut;
  // The number of characters that no installed font has; boxes with their numbers stand for them.
  int missing_glyph_count;
} CCairoParagraph;

// Lays out a text in at most `line_count` lines, between words where that is possible, with the script's own
// direction and shapes; a longer text ends in an ellipsis. Draws it with its top left corner at `place`, unless
// that is NULL. Returns zeros if Pango is not loaded.
CCairoParagraph ccairo_paragraph(
    CCairoDrawing *drawing, const char *text, double width, int line_count, double size, int is_bold,
    const CCairoPoint *_Nullable place);

#pragma clang assume_nonnull end

#endif
