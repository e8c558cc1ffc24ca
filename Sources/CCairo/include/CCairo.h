// A drawing, as SVG or PNG, through Cairo, which is loaded when the first one is begun.
//
// Cairo brings two dozen shared objects along; linked, every caption would pay for loading them. So the
// library is opened by name, and the few functions used here are declared here: neither its headers nor
// the library itself is needed to build.
#ifndef CCAIRO_H
#define CCAIRO_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct CCairoDrawing CCairoDrawing;

// Loads Cairo, if that has not been done; returns NULL if it is there, else why it is not.
const char *_Nullable ccairo_load(void);

// Cairo's version, such as "1.16.0"; only once it is loaded.
const char *ccairo_version(void);

typedef enum { CCAIRO_SVG, CCAIRO_PNG } CCairoFormat;

// Begins a drawing of `width` by `height` units: points of an SVG, or `scale` pixels each of a PNG.
// Returns NULL if there is no memory, or Cairo has not been loaded.
CCairoDrawing *_Nullable ccairo_begin(
    CCairoFormat format, double width, double height, double scale);

// Ends a drawing: `bytes` is then its file, valid until it is freed. Returns NULL, or what went wrong.
const char *_Nullable ccairo_end(
    CCairoDrawing *drawing, const uint8_t *_Nullable *_Nonnull bytes, size_t *count);

void ccairo_free(CCairoDrawing *drawing);

void ccairo_move_to(CCairoDrawing *drawing, double x, double y);
void ccairo_line_to(CCairoDrawing *drawing, double x, double y);
void ccairo_close_path(CCairoDrawing *drawing);
void ccairo_rectangle(CCairoDrawing *drawing, double x, double y, double width, double height);
// A whole circle, as a path of its own.
void ccairo_circle(CCairoDrawing *drawing, double x, double y, double radius);

void ccairo_set_color(CCairoDrawing *drawing, double red, double green, double blue, double alpha);
void ccairo_set_line_width(CCairoDrawing *drawing, double width);
// Strokes of `on` units with gaps of `off`; an `off` of 0 is a line without gaps.
void ccairo_set_dash(CCairoDrawing *drawing, double on, double off);
// Both leave no path.
void ccairo_stroke(CCairoDrawing *drawing);
void ccairo_fill(CCairoDrawing *drawing);

// Puts a picture with its upper left corner at (x, y), a unit for each pixel: `width * height` triples of
// red, green and blue, row by row.
void ccairo_image(
    CCairoDrawing *drawing, double x, double y, const uint8_t *rgb, int width, int height);

// Confines what follows to a rectangle, until `ccairo_unclip`.
void ccairo_clip(CCairoDrawing *drawing, double x, double y, double width, double height);
void ccairo_unclip(CCairoDrawing *drawing);

void ccairo_set_font(CCairoDrawing *drawing, double size, int is_bold);
double ccairo_text_width(CCairoDrawing *drawing, const char *text);
// Writes `text` from (x, y) on, the start of its baseline.
void ccairo_show_text(CCairoDrawing *drawing, double x, double y, const char *text);

#pragma clang assume_nonnull end

#endif
