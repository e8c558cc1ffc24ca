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

enum {
  SOURCE, WEIGHTS, BIAS, DESTINATION, SCRATCH,
  // The scales of 8-bit numbers, which version 3 reads when it computes.
  SOURCE_SCALE, WEIGHT_SCALES, DESTINATION_SCALE,
  SLOTS
};

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
  /// The number of the packed layout; 0 until it is asked for.
  uint64_t layout;
  const char *implementation;
  /// The bias of 8-bit numbers, which the plan owns; null if the caller passes one. In version 2 its unit is that of
  /// the sums. In version 3 the scales follow it: of the source, of the destination, and of the weights.
  float *bias;
  int64_t bias_count;
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

/// The types of the numbers of a convolution.
typedef struct {
  dnnl_data_type_t source, weights, bias, destination;
} ck_map_types;

// Functions shared by the files that build plans (plan.c, plan_convolution.c).

/// Returns an empty plan, as whose call oneDNN is called until `ck_set_call(NULL)`; null without memory.
ck_plan *ck_plan_begin(ck_context *context);
dnnl_data_type_t ck_data_type(ck_type type);
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
/// Describes a convolution's maps and weights, and the weights in the layout that the caller has.
bool ck_describe_convolution(const ck_convolution *c, ck_map_types types, ck_description *d,
                             dnnl_memory_desc_t *plain);
bool ck_create_convolution(dnnl_primitive_desc_t *description, dnnl_engine_t engine,
                           ck_description *d, bool has_bias, bool trains,
                           const_dnnl_primitive_attr_t attributes);
/// Adds the arguments of a forward convolution whose description is complete, and creates its primitive.
bool ck_plan_finish_convolution(ck_plan *plan, dnnl_memory_desc_t *bias);
/// Adds an activation, with its result times `scale`, to the operations after a product. Version 3 knows no scale.
void ck_append_activation(dnnl_post_ops_t after, ck_activation activation, float scale);
