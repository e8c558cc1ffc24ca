#include "CStemmer.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

// The declarations of libstemmer.h used here, unchanged in libstemmer since 2006.
struct sb_stemmer;
#define FUNCTIONS(X) \
  X(struct sb_stemmer *, sb_stemmer_new, (const char *, const char *)) \
  X(void, sb_stemmer_delete, (struct sb_stemmer *)) \
  X(const unsigned char *, sb_stemmer_stem, (struct sb_stemmer *, const unsigned char *, int)) \
  X(int, sb_stemmer_length, (struct sb_stemmer *))

// The functions found, and the reason if some are missing; written once, under `once`.
static struct {
#define DECLARE(result, name, parameters) result(*name) parameters;
  FUNCTIONS(DECLARE)
} library;
static char failure[300];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void note_failure(void) {
  const char *reason = dlerror();
  if (!failure[0]) snprintf(failure, sizeof failure, "%s", reason ? reason : "unknown reason");
}

static void load(void) {
  // Debian has named it 0d since 2009; others use the name of the project's own makefile.
  const char *const names[] = {"libstemmer.so.0d", "libstemmer.so.0", "libstemmer.so.2"};
  void *handle = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names && !handle; i++)
    handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    note_failure();
    return;
  }
#define FIND(result, name, parameters) \
  if (!(*(void **)&library.name = dlsym(handle, #name))) note_failure();
  FUNCTIONS(FIND)
}

const char *cstemmer_load(void) {
  pthread_once(&once, load);
  return failure[0] ? failure : NULL;
}

struct CStemmer {
  struct sb_stemmer *stemmer;
};

CStemmer *cstemmer_begin(void) {
  if (cstemmer_load()) return NULL;
  CStemmer *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  self->stemmer = library.sb_stemmer_new("english", "UTF_8");
  if (self->stemmer) return self;
  free(self);
  return NULL;
}

const uint8_t *cstemmer_stem(
    CStemmer *self, const uint8_t *word, size_t count, size_t *stem_count) {
  if (count > INT_MAX) return NULL;
  const unsigned char *stem = library.sb_stemmer_stem(self->stemmer, word, (int)count);
  if (!stem) return NULL;
  *stem_count = (size_t)library.sb_stemmer_length(self->stemmer);
  return stem;
}

void cstemmer_end(CStemmer *self) {
  library.sb_stemmer_delete(self->stemmer);
  free(self);
}
