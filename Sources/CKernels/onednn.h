#pragma once
#include "CKernels.h"
#include "openmp.h"
#include <dnnl.h>
#include <stdlib.h>
#include <string.h>

// One source for both APIs of oneDNN: version 2 (Debian 12) describes an operation in a struct
// and then creates a primitive descriptor from it; version 3 creates the descriptor directly, and
// memory descriptors became opaque handles.
#if DNNL_VERSION_MAJOR >= 3
#define MD(m) (m)
#define DESCRIBE(md, rank, dims, type, tag) \
  (dnnl_memory_desc_create_with_tag(&(md), rank, dims, type, tag) == dnnl_success)
#define DESCRIBE_STRIDED(md, rank, dims, type, strides) \
  (dnnl_memory_desc_create_with_strides(&(md), rank, dims, type, strides) == dnnl_success)
#define FORGET(md) do { if (md) dnnl_memory_desc_destroy(md); } while (0)
#else
#define MD(m) (&(m))
#define DESCRIBE(md, rank, dims, type, tag) \
  (dnnl_memory_desc_init_by_tag(&(md), rank, dims, type, tag) == dnnl_success)
#define DESCRIBE_STRIDED(md, rank, dims, type, strides) \
  (dnnl_memory_desc_init_by_strides(&(md), rank, dims, type, strides) == dnnl_success)
#define FORGET(md) ((void)(md))
#endif

enum { SOURCE, WEIGHTS, BIAS, DESTINATION, SCRATCH, SLOTS };

struct ck_context {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  void *scratch;
  size_t scratch_bytes;
};

struct ck_plan {
  ck_context *context;
  /// The unique number of the plan; its address is not unique, because a later plan may have it, too.
  uint64_t number;
  dnnl_primitive_desc_t description;
  dnnl_primitive_t primitive;
  dnnl_memory_t memories[SLOTS];
  int arguments[SLOTS];
  size_t scratch_bytes;
  /// The layout of the weights that the caller has, and the one that the primitive reads.
  dnnl_memory_desc_t plain, packed;
  bool needs_packing;
  const char *implementation;
  /// The properties of its calls.
  ck_call call;
};

/// The operations fused with a product: the sum with the destination, then an activation.
typedef struct {
  bool adds_destination;
  ck_activation activation;
} ck_fusion;

/// The geometry of an operation, as oneDNN describes it.
typedef struct {
  dnnl_memory_desc_t source, weights, bias, destination;
  dnnl_dims_t strides, dilations, low, high;
} ck_description;

// Functions shared by the files that build plans (plan.c).

dnnl_data_type_t ck_data_type(ck_type type);
/// Returns a number that no other plan of any context has, because contexts share packed weights.
uint64_t ck_next_plan_number(void);
/// Creates attributes with the fused operations, and with scratch memory that the plan supplies; the caller destroys
/// them.
bool ck_attributes(dnnl_primitive_attr_t *attributes, ck_fusion fusion);
/// Adds an argument to the plan, in the layout that its description requires.
bool ck_plan_add(ck_plan *plan, int slot, int argument, dnnl_query_t query);
/// Adds an argument to the plan, in the given layout.
bool ck_plan_add_plain(ck_plan *plan, int slot, int argument, dnnl_memory_desc_t *md);
/// Creates the primitive from the complete description.
bool ck_plan_finish(ck_plan *plan, dnnl_query_t weights, bool packs);
void ck_forget(ck_description *d);
