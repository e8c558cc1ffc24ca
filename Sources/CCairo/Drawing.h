// A drawing as the files of this module share it.
#ifndef CCAIRO_DRAWING_H
#define CCAIRO_DRAWING_H

#include "CCairo.h"

typedef struct cairo cairo_t;
typedef struct cairo_surface cairo_surface_t;

struct CCairoDrawing {
  CCairoFormat format;
  cairo_surface_t *surface;
  cairo_t *context;
  uint8_t *bytes;
  size_t count, capacity;
};

#endif
