// A library that is opened by name with the first call that needs it.
#ifndef CCAIRO_LIBRARY_H
#define CCAIRO_LIBRARY_H

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#define LIBRARY_DECLARE(result, name, parameters) result(*name) parameters;
#define LIBRARY_FIND(result, name, parameters) \
  *(void **)&library.name = dlsym(handle, #name); \
  if (!library.name && !failure[0]) note_failure();

// Defines `library`, whose members are the FUNCTIONS(X) of the file, and the function `loader`, which opens it once and
// returns the reason if it, or one of them, is missing. The libraries that it depends on are searched, too.
#define LIBRARY(loader, file) \
  static struct { \
    FUNCTIONS(LIBRARY_DECLARE) \
  } library; \
  static char failure[300]; \
  static pthread_once_t once = PTHREAD_ONCE_INIT; \
  static void note_failure(void) { \
    const char *reason = dlerror(); \
    snprintf(failure, sizeof failure, "%s", reason ? reason : "unknown reason"); \
  } \
  static void load(void) { \
    void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL); \
    if (!handle) { \
      note_failure(); \
      return; \
    } \
    FUNCTIONS(LIBRARY_FIND) \
  } \
  const char *loader(void) { \
    pthread_once(&once, load); \
    return failure[0] ? failure : NULL; \
  }

#endif
