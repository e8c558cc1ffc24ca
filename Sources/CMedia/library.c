#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "CMedia.h"

// Written once, under `once`.
ffmpeg_library ffmpeg;
static char failure[300];
static char version[32];
static pthread_once_t once = PTHREAD_ONCE_INIT;

#define TEXT(x) #x
#define EXPANDED(x) TEXT(x)
// Exactly the version of the headers, as others have different structure layouts.
#define NAME(library, major) "lib" library ".so." EXPANDED(major)

static void note(const char *reason) {
  if (!failure[0]) snprintf(failure, sizeof failure, "%s", reason ? reason : "unknown reason");
}

static void *open_library(const char *name) {
  void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (!handle) note(dlerror());
  return handle;
}

static void load(void) {
  void *handle;
#define FIND(name) \
  if (handle && !(*(void **)&ffmpeg.name = dlsym(handle, #name))) note(dlerror());
  // In this order, as each depends on the ones before.
  handle = open_library(NAME("avutil", LIBAVUTIL_VERSION_MAJOR));
  AVUTIL(FIND)
  handle = open_library(NAME("avcodec", LIBAVCODEC_VERSION_MAJOR));
  AVCODEC(FIND)
  handle = open_library(NAME("avformat", LIBAVFORMAT_VERSION_MAJOR));
  AVFORMAT(FIND)
  handle = open_library(NAME("swscale", LIBSWSCALE_VERSION_MAJOR));
  SWSCALE(FIND)
#undef FIND
  if (failure[0]) return;
  ffmpeg.av_log_set_level(AV_LOG_QUIET);
  // FFmpeg converts dates in a file with the C library, which reads the time zone on first use. That is done
  // here, as a sandbox may forbid it later.
  tzset();
  unsigned number = ffmpeg.avformat_version();
  snprintf(version, sizeof version, "%u.%u.%u", number >> 16, number >> 8 & 255, number & 255);
}

const char *cmedia_load(void) {
  pthread_once(&once, load);
  return failure[0] ? failure : NULL;
}

const char *cmedia_version(void) { return version; }
