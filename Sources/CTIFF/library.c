#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "CTIFF.h"

// Written once, under `once`.
tiff_library libtiff;
static char failure[300];
static char version[32];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void note_failure(void) {
  const char *reason = dlerror();
  if (!failure[0]) snprintf(failure, sizeof failure, "%s", reason ? reason : "unknown reason");
}

// Parses a text of the form "LIBTIFF, Version 4.5.0\nCopyright ...".
static void note_version(void) {
  const char *text = strstr(libtiff.TIFFGetVersion(), "Version ");
  if (text) sscanf(text, "Version %31[0-9.]", version);
}

void ctiff_note_error(void *picture, const char *module, const char *format, va_list arguments);
void ctiff_note_warning(void *picture, const char *module, const char *format, va_list arguments);

static void load(void) {
  // Both versions have all functions used here.
  void *handle = dlopen("libtiff.so.6", RTLD_NOW | RTLD_LOCAL);
  if (!handle) handle = dlopen("libtiff.so.5", RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    note_failure();
    return;
  }
#define FIND(result, name, parameters) \
  if (!(*(void **)&libtiff.name = dlsym(handle, #name))) note_failure();
  FUNCTIONS(FIND)
#undef FIND
  if (failure[0]) return;
  note_version();
  // Nothing is printed to standard error; relevant messages are kept with their picture.
  libtiff.TIFFSetErrorHandler(NULL);
  libtiff.TIFFSetWarningHandler(NULL);
  libtiff.TIFFSetErrorHandlerExt(ctiff_note_error);
  libtiff.TIFFSetWarningHandlerExt(ctiff_note_warning);
}

const char *ctiff_load(void) {
  pthread_once(&once, load);
  return failure[0] ? failure : NULL;
}

const char *ctiff_version(void) { return version; }
