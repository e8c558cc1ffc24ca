// Transparent colours over a white ground, for all decoders of pictures alike.
#ifndef CALPHA_H
#define CALPHA_H

#include <stdbool.h>
#include <stdint.h>

// A colour in 0...255 that covers white by `alpha` in 0...255, rounded as Pillow rounds it.
//
// Of a premultiplied colour, which contains its alpha already, the white is only added.
static inline uint8_t calpha_over_white(uint32_t colour, uint32_t alpha, bool is_premultiplied) {
  if (is_premultiplied) {
    uint32_t sum = colour + 255 - alpha;
    return sum > 255 ? 255 : (uint8_t)sum;
  }
  uint32_t sum = colour * alpha + 255 * (255 - alpha) + 128;
  return (uint8_t)((sum + (sum >> 8)) >> 8);
}

#endif
