// Decompression of gzip and of the compressed members of zip archives, with zlib.
#ifndef CINFLATE_H
#define CINFLATE_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct CInflate CInflate;

typedef enum {
  // Gzip, possibly several files one after the other, as `cat` joins them; checksums are compared.
  CINFLATE_GZIP,
  // Deflate without any header, as in zip archives.
  CINFLATE_RAW
} CInflateForm;

typedef enum {
  // There is room in the output for more, but the input is used up.
  CINFLATE_NEEDS_INPUT,
  // The output is full.
  CINFLATE_FULL,
  // The data is complete; what is left of the input does not belong to it.
  CINFLATE_END,
  CINFLATE_DAMAGED,
  CINFLATE_NO_MEMORY
} CInflateStatus;

// Returns NULL if memory runs out.
CInflate *_Nullable cinflate_begin(CInflateForm form);

// Decompresses from `input` into `output` as much as possible, and subtracts from both counts what was used.
CInflateStatus cinflate_next(
    CInflate *inflate, const uint8_t *input, size_t *input_count, uint8_t *output,
    size_t *output_count);

// Returns zlib's message for the damage.
const char *cinflate_problem(CInflate *inflate);

void cinflate_end(CInflate *inflate);

// Returns the CRC-32 of `count` bytes, which zip archives state.
uint32_t cinflate_checksum(const uint8_t *bytes, size_t count);

#pragma clang assume_nonnull end

#endif
