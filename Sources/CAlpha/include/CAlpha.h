// Alpha compositing over white, shared by all image decoders.
#ifndef CALPHA_H
#define CALPHA_H

#include <stdbool.h>
#include <stdint.h>

// Returns a colour in 0...255 with `alpha` in 0...255 composited over white, rounded as Pillow does.
//
// A premultiplied colour already contains its alpha, so only the white is added.
static inline uint8_t calpha_over_white(uint32_t colour, uint32_t alpha, bool is_premultiplied) {
  if (is_premultiplied) {
    uint32_t sum = colour + 255 - alpha;
    return sum > 255 ? 255 : (uint8_t)sum;
  }
  uint32_t sum = colour * alpha + 255 * (255 - alpha) + 128;
  return (uint8_t)((sum + (sum >> 8)) >> 8);
}

#endif
