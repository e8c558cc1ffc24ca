// The English stemmer of Snowball ("Porter2"), by libstemmer, which is loaded for the first word.
//
// Only METEOR needs it. So the library is opened by name, and the few functions used here are declared here;
// neither its headers nor the library is needed to build.
#ifndef CSTEMMER_H
#define CSTEMMER_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Loads libstemmer on the first call; returns NULL, or the reason why it cannot be loaded.
const char *_Nullable cstemmer_load(void);

// A stemmer, to be used by one thread at a time.
typedef struct CStemmer CStemmer;

// Returns NULL if memory runs out, or if the library is not loaded or has no English.
CStemmer *_Nullable cstemmer_begin(void);

// Stems `count` bytes of lower-case UTF-8. Returns the stem, which is valid until the next call, and sets
// `stem_count`; NULL if memory runs out.
const uint8_t *_Nullable cstemmer_stem(
    CStemmer *stemmer, const uint8_t *word, size_t count, size_t *stem_count);

void cstemmer_end(CStemmer *stemmer);

#pragma clang assume_nonnull end

#endif
