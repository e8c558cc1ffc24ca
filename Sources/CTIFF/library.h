// Pointers to libtiff's functions, which are looked up at run time, as declared in tiffio.h since 4.0.
#ifndef CTIFF_LIBRARY_H
#define CTIFF_LIBRARY_H

#include <stdarg.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct tiff TIFF;
typedef ssize_t tmsize_t;
typedef uint64_t toff_t;
typedef void *thandle_t;
typedef tmsize_t (*TIFFReadWriteProc)(thandle_t, void *, tmsize_t);
typedef toff_t (*TIFFSeekProc)(thandle_t, toff_t, int);
typedef int (*TIFFCloseProc)(thandle_t);
typedef toff_t (*TIFFSizeProc)(thandle_t);
typedef int (*TIFFMapFileProc)(thandle_t, void **, toff_t *);
typedef void (*TIFFUnmapFileProc)(thandle_t, void *, toff_t);
typedef void (*TIFFErrorHandler)(const char *, const char *, va_list);
typedef void (*TIFFErrorHandlerExt)(thandle_t, const char *, const char *, va_list);

#define FUNCTIONS(X) \
  X(const char *, TIFFGetVersion, (void)) \
  X(TIFFErrorHandler, TIFFSetErrorHandler, (TIFFErrorHandler)) \
  X(TIFFErrorHandler, TIFFSetWarningHandler, (TIFFErrorHandler)) \
  X(TIFFErrorHandlerExt, TIFFSetErrorHandlerExt, (TIFFErrorHandlerExt)) \
  X(TIFFErrorHandlerExt, TIFFSetWarningHandlerExt, (TIFFErrorHandlerExt)) \
  X(TIFF *, TIFFClientOpen, \
    (const char *, const char *, thandle_t, TIFFReadWriteProc, TIFFReadWriteProc, TIFFSeekProc, \
     TIFFCloseProc, TIFFSizeProc, TIFFMapFileProc, TIFFUnmapFileProc)) \
  X(void, TIFFClose, (TIFF *)) \
  X(int, TIFFGetField, (TIFF *, uint32_t, ...)) \
  X(int, TIFFGetFieldDefaulted, (TIFF *, uint32_t, ...)) \
  X(int, TIFFSetField, (TIFF *, uint32_t, ...)) \
  X(int, TIFFSetSubDirectory, (TIFF *, uint64_t)) \
  X(int, TIFFIsCODECConfigured, (uint16_t)) \
  X(int, TIFFIsTiled, (TIFF *)) \
  X(tmsize_t, TIFFTileSize, (TIFF *)) \
  X(tmsize_t, TIFFStripSize, (TIFF *)) \
  X(uint32_t, TIFFComputeTile, (TIFF *, uint32_t, uint32_t, uint32_t, uint16_t)) \
  X(uint32_t, TIFFComputeStrip, (TIFF *, uint32_t, uint16_t)) \
  X(tmsize_t, TIFFReadEncodedTile, (TIFF *, uint32_t, void *, tmsize_t)) \
  X(tmsize_t, TIFFReadEncodedStrip, (TIFF *, uint32_t, void *, tmsize_t)) \
  X(int, TIFFRGBAImageOK, (TIFF *, char[1024])) \
  X(int, TIFFReadRGBATileExt, (TIFF *, uint32_t, uint32_t, uint32_t *, int)) \
  X(int, TIFFReadRGBAStripExt, (TIFF *, uint32_t, uint32_t *, int))

typedef struct {
#define DECLARE(result, name, parameters) result(*name) parameters;
  FUNCTIONS(DECLARE)
#undef DECLARE
} tiff_library;

// Set by ctiff_load.
extern tiff_library libtiff;

#endif
