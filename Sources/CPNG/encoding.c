#include "CPNG.h"

#include <string.h>

#include <png.h>

// The simplified interface suffices for encoding, as it handles libpng's errors itself.
size_t cpng_encode(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t *bytes, size_t capacity) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = PNG_FORMAT_RGB;
  // Fast compression without filters: noise does not compress, and time matters more.
  image.flags = PNG_IMAGE_FLAG_FAST;
  png_alloc_size_t count = capacity;
  return png_image_write_to_memory(&image, bytes, &count, 0, pixels, 0, NULL) ? count : 0;
}

size_t cpng_largest_size(uint32_t width, uint32_t height) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = PNG_FORMAT_RGB;
  return PNG_IMAGE_PNG_SIZE_MAX(image);
}
