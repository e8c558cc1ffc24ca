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
  /// Its own, unlike its address, which a later plan may have too.
  uint64_t number;
  dnnl_primitive_desc_t description;
  dnnl_primitive_t primitive;
  dnnl_memory_t memories[SLOTS];
  int arguments[SLOTS];
  size_t scratch_bytes;
  /// The weights as the user has them, and as the primitive wants them.
  dnnl_memory_desc_t plain, packed;
  bool needs_packing;
  const char *implementation;
  /// What is known of running it.
  ck_call call;
};

/// What is fused behind a product: a sum with what the destination holds, then an activation.
typedef struct {
  bool adds_destination;
  ck_activation activation;
} ck_fusion;

/// The geometry of an operation, as oneDNN wants to hear it.
typedef struct {
  dnnl_memory_desc_t source, weights, bias, destination;
  dnnl_dims_t strides, dilations, low, high;
} ck_description;

// What the makers of plans share (plan.c).

dnnl_data_type_t ck_data_type(ck_type type);
/// A number that no other plan has, of any context: they share the weights that plans have packed.
uint64_t ck_next_plan_number(void);
/// Scratch memory of ours, and what is fused; to be destroyed by the caller.
bool ck_attributes(dnnl_primitive_attr_t *attributes, ck_fusion fusion);
/// Gives the plan an argument in the layout that its description asks for.
bool ck_plan_add(ck_plan *plan, int slot, int argument, dnnl_query_t query);
/// Gives the plan an argument in a layout of ours.
bool ck_plan_add_plain(ck_plan *plan, int slot, int argument, dnnl_memory_desc_t *md);
/// Creates the primitive, once the description stands.
bool ck_plan_finish(ck_plan *plan, dnnl_query_t weights, bool packs);
void ck_forget(ck_description *d);
