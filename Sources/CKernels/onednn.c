#include "CKernels.h"
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
  dnnl_primitive_desc_t description;
  dnnl_primitive_t primitive;
  dnnl_memory_t memories[SLOTS];
  int arguments[SLOTS];
  size_t scratch_bytes;
  /// The weights as the user has them, and as the primitive wants them.
  dnnl_memory_desc_t plain, packed;
  bool needs_packing;
  const char *implementation;
};

int ck_onednn_version(void) {
  const dnnl_version_t *version = dnnl_version();
  return version->major * 10000 + version->minor * 100 + version->patch;
}

ck_context *ck_context_create(void) {
  ck_context *context = calloc(1, sizeof *context);
  if (!context) return NULL;
  if (dnnl_engine_create(&context->engine, dnnl_cpu, 0) == dnnl_success &&
      dnnl_stream_create(&context->stream, context->engine, dnnl_stream_default_flags) ==
          dnnl_success)
    return context;
  ck_context_destroy(context);
  return NULL;
}

void ck_context_destroy(ck_context *context) {
  if (context->stream) dnnl_stream_destroy(context->stream);
  if (context->engine) dnnl_engine_destroy(context->engine);
  free(context->scratch);
  free(context);
}

// MARK: Descriptors

static dnnl_data_type_t data_type(ck_type type) {
  return type == CK_BFLOAT16 ? dnnl_bf16 : dnnl_f32;
}

/// What is fused behind a product: a sum with what the destination holds, then an activation.
typedef struct {
  bool adds_destination;
  ck_activation activation;
} ck_fusion;

static bool make_attributes(dnnl_primitive_attr_t *attributes, ck_fusion fusion) {
  if (dnnl_primitive_attr_create(attributes) != dnnl_success) return false;
  dnnl_primitive_attr_set_scratchpad_mode(*attributes, dnnl_scratchpad_mode_user);
  dnnl_post_ops_t after;
  if (dnnl_post_ops_create(&after) != dnnl_success) return false;
  bool clips = fusion.activation == CK_RELU6;
  dnnl_alg_kind_t kind = clips ? dnnl_eltwise_clip : dnnl_eltwise_relu;
  float upper = clips ? 6 : 0;
#if DNNL_VERSION_MAJOR >= 3
  if (fusion.adds_destination) dnnl_post_ops_append_sum(after, 1, 0, dnnl_data_type_undef);
  if (fusion.activation != CK_LINEAR) dnnl_post_ops_append_eltwise(after, kind, 0, upper);
#else
  if (fusion.adds_destination) dnnl_post_ops_append_sum(after, 1);
  if (fusion.activation != CK_LINEAR) dnnl_post_ops_append_eltwise(after, 1, kind, 0, upper);
#endif
  bool done = dnnl_primitive_attr_set_post_ops(*attributes, after) == dnnl_success;
  dnnl_post_ops_destroy(after);
  return done;
}

typedef struct {
  dnnl_memory_desc_t source, weights, bias, destination;
  dnnl_dims_t strides, dilations, low, high;
} ck_description;

static bool describe_convolution(const ck_convolution *c, ck_description *d,
                                 dnnl_memory_desc_t *plain) {
  dnnl_data_type_t type = data_type(c->type);
  dnnl_dims_t source = {c->batch, c->channels, c->height, c->width};
  dnnl_dims_t destination = {c->batch, c->out_channels, c->out_height, c->out_width};
  dnnl_dims_t bias = {c->out_channels};
  bool grouped = c->groups > 1;
  dnnl_dims_t weights = {c->out_channels, c->channels, c->kernel_height, c->kernel_width};
  dnnl_dims_t in_groups = {c->groups, c->out_channels / c->groups, c->channels / c->groups,
                           c->kernel_height, c->kernel_width};
  dnnl_dim_t *shape = grouped ? in_groups : weights;
  int rank = grouped ? 5 : 4;
  d->strides[0] = d->strides[1] = c->stride;
  d->dilations[0] = d->dilations[1] = 0;
  d->low[0] = c->pad_top, d->low[1] = c->pad_left;
  d->high[0] = c->pad_bottom, d->high[1] = c->pad_right;
  return DESCRIBE(d->source, 4, source, type, dnnl_nhwc) &&
         DESCRIBE(d->destination, 4, destination, type, dnnl_nhwc) &&
         DESCRIBE(d->weights, rank, shape, type, dnnl_format_tag_any) &&
         DESCRIBE(*plain, rank, shape, type, grouped ? dnnl_goihw : dnnl_oihw) &&
         DESCRIBE(d->bias, 1, bias, type, dnnl_a);
}

static bool create_forward(dnnl_primitive_desc_t *description, dnnl_engine_t engine,
                           ck_description *d, bool has_bias, bool trains,
                           const_dnnl_primitive_attr_t attributes) {
  dnnl_prop_kind_t kind = trains ? dnnl_forward_training : dnnl_forward_inference;
#if DNNL_VERSION_MAJOR >= 3
  return dnnl_convolution_forward_primitive_desc_create(
             description, engine, kind, dnnl_convolution_direct, d->source, d->weights,
             has_bias ? d->bias : NULL, d->destination, d->strides, d->dilations, d->low, d->high,
             attributes) == dnnl_success;
#else
  dnnl_convolution_desc_t operation;
  return dnnl_dilated_convolution_forward_desc_init(
             &operation, kind, dnnl_convolution_direct, &d->source, &d->weights,
             has_bias ? &d->bias : NULL, &d->destination, d->strides, d->dilations, d->low,
             d->high) == dnnl_success &&
         dnnl_primitive_desc_create(description, &operation, attributes, engine, NULL) ==
             dnnl_success;
#endif
}

static bool create_backward(dnnl_primitive_desc_t *description, dnnl_engine_t engine,
                            ck_description *d, bool has_bias, bool to_source,
                            const_dnnl_primitive_attr_t attributes, dnnl_primitive_desc_t hint) {
#if DNNL_VERSION_MAJOR >= 3
  dnnl_status_t status =
      to_source ? dnnl_convolution_backward_data_primitive_desc_create(
                      description, engine, dnnl_convolution_direct, d->source, d->weights,
                      d->destination, d->strides, d->dilations, d->low, d->high, hint, attributes)
                : dnnl_convolution_backward_weights_primitive_desc_create(
                      description, engine, dnnl_convolution_direct, d->source, d->weights,
                      has_bias ? d->bias : NULL, d->destination, d->strides, d->dilations, d->low,
                      d->high, hint, attributes);
  return status == dnnl_success;
#else
  dnnl_convolution_desc_t operation;
  dnnl_status_t status =
      to_source ? dnnl_dilated_convolution_backward_data_desc_init(
                      &operation, dnnl_convolution_direct, &d->source, &d->weights,
                      &d->destination, d->strides, d->dilations, d->low, d->high)
                : dnnl_dilated_convolution_backward_weights_desc_init(
                      &operation, dnnl_convolution_direct, &d->source, &d->weights,
                      has_bias ? &d->bias : NULL, &d->destination, d->strides, d->dilations,
                      d->low, d->high);
  return status == dnnl_success && dnnl_primitive_desc_create(description, &operation, attributes,
                                                              engine, hint) == dnnl_success;
#endif
}

// MARK: Plans

static const uint64_t HASH_START = 0xcbf29ce484222325u;

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t count) {
  const uint8_t *byte = bytes;
  for (size_t i = 0; i < count; i++) hash = (hash ^ byte[i]) * 0x100000001b3u;
  return hash;
}

static bool add_memory(ck_plan *plan, int slot, int argument, dnnl_query_t query) {
  plan->arguments[slot] = argument;
#if DNNL_VERSION_MAJOR >= 3
  const_dnnl_memory_desc_t md = dnnl_primitive_desc_query_md(plan->description, query, 0);
#else
  const dnnl_memory_desc_t *md = dnnl_primitive_desc_query_md(plan->description, query, 0);
#endif
  return md && dnnl_memory_create(&plan->memories[slot], md, plan->context->engine,
                                  DNNL_MEMORY_NONE) == dnnl_success;
}

static bool finish_plan(ck_plan *plan, dnnl_query_t weights, bool packs) {
  if (dnnl_primitive_create(&plan->primitive, plan->description) != dnnl_success) return false;
#if DNNL_VERSION_MAJOR >= 3
  const_dnnl_memory_desc_t wanted = dnnl_primitive_desc_query_md(plan->description, weights, 0);
  const_dnnl_memory_desc_t scratch =
      dnnl_primitive_desc_query_md(plan->description, dnnl_query_scratchpad_md, 0);
  if (dnnl_memory_desc_clone(&plan->packed, wanted) != dnnl_success) return false;
#else
  plan->packed = *dnnl_primitive_desc_query_md(plan->description, weights, 0);
  const dnnl_memory_desc_t *scratch =
      dnnl_primitive_desc_query_md(plan->description, dnnl_query_scratchpad_md, 0);
#endif
  plan->needs_packing = packs && !dnnl_memory_desc_equal(MD(plan->packed), MD(plan->plain));
  plan->scratch_bytes = scratch ? dnnl_memory_desc_get_size(scratch) : 0;
  if (plan->scratch_bytes > 0 &&
      !add_memory(plan, SCRATCH, DNNL_ARG_SCRATCHPAD, dnnl_query_scratchpad_md))
    return false;
  dnnl_primitive_desc_query(plan->description, dnnl_query_impl_info_str, 0, &plan->implementation);
  return true;
}

static bool add_plain_memory(ck_plan *plan, int slot, int argument, dnnl_memory_desc_t *md) {
  plan->arguments[slot] = argument;
  return dnnl_memory_create(&plan->memories[slot], MD(*md), plan->context->engine,
                            DNNL_MEMORY_NONE) == dnnl_success;
}

static bool build_forward(ck_plan *plan, const ck_convolution *c, ck_description *d) {
  dnnl_primitive_attr_t attributes = NULL;
  if (!make_attributes(&attributes, (ck_fusion){c->adds_destination, c->activation})) return false;
  bool built = create_forward(&plan->description, plan->context->engine, d, c->has_bias, false,
                              attributes);
  dnnl_primitive_attr_destroy(attributes);
  return built && add_memory(plan, SOURCE, DNNL_ARG_SRC, dnnl_query_src_md) &&
         add_memory(plan, WEIGHTS, DNNL_ARG_WEIGHTS, dnnl_query_weights_md) &&
         add_memory(plan, DESTINATION, DNNL_ARG_DST, dnnl_query_dst_md) &&
         (!c->has_bias || add_plain_memory(plan, BIAS, DNNL_ARG_BIAS, &d->bias)) &&
         finish_plan(plan, dnnl_query_weights_md, true);
}

static bool build_gradient(ck_plan *plan, const ck_convolution *c, bool to_source,
                           ck_description *d) {
  dnnl_engine_t engine = plan->context->engine;
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_primitive_desc_t hint = NULL;
  if (!make_attributes(&attributes, (ck_fusion){0})) return false;
  bool built = create_forward(&hint, engine, d, c->has_bias, true, attributes) &&
               create_backward(&plan->description, engine, d, c->has_bias, to_source, attributes,
                               hint);
  if (hint) dnnl_primitive_desc_destroy(hint);
  dnnl_primitive_attr_destroy(attributes);
  if (!built || !add_memory(plan, DESTINATION, DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md))
    return false;
  if (to_source)
    return add_memory(plan, SOURCE, DNNL_ARG_DIFF_SRC, dnnl_query_diff_src_md) &&
           add_memory(plan, WEIGHTS, DNNL_ARG_WEIGHTS, dnnl_query_weights_md) &&
           finish_plan(plan, dnnl_query_weights_md, true);
  return add_memory(plan, SOURCE, DNNL_ARG_SRC, dnnl_query_src_md) &&
         add_memory(plan, WEIGHTS, DNNL_ARG_DIFF_WEIGHTS, dnnl_query_diff_weights_md) &&
         (!c->has_bias || add_plain_memory(plan, BIAS, DNNL_ARG_DIFF_BIAS, &d->bias)) &&
         finish_plan(plan, dnnl_query_diff_weights_md, true);
}

static void forget(ck_description *d) {
  FORGET(d->source);
  FORGET(d->weights);
  FORGET(d->bias);
  FORGET(d->destination);
}

ck_plan *ck_plan_convolution(ck_context *context, const ck_convolution *shape,
                             ck_direction direction) {
  ck_plan *plan = calloc(1, sizeof *plan);
  if (!plan) return NULL;
  plan->context = context;
  ck_description description;
  memset(&description, 0, sizeof description);
  bool built = describe_convolution(shape, &description, &plan->plain) &&
               (direction == CK_FORWARD
                    ? build_forward(plan, shape, &description)
                    : build_gradient(plan, shape, direction == CK_TO_SOURCE, &description));
  forget(&description);
  if (built) return plan;
  ck_plan_destroy(plan);
  return NULL;
}

static bool describe_matrix(dnnl_memory_desc_t *md, int64_t rows, int64_t columns, bool transposed,
                            dnnl_data_type_t type) {
  dnnl_dims_t shape = {rows, columns};
  dnnl_dims_t strides = {transposed ? 1 : columns, transposed ? rows : 1};
  return DESCRIBE_STRIDED(*md, 2, shape, type, strides);
}

static bool describe_product(const ck_product *p, ck_description *d, dnnl_memory_desc_t *plain) {
  dnnl_data_type_t type = data_type(p->type);
  dnnl_dims_t bias = {1, p->columns}, right = {p->inner, p->columns};
  return describe_matrix(&d->source, p->rows, p->inner, p->transpose_left, type) &&
         describe_matrix(plain, p->inner, p->columns, p->transpose_right, type) &&
         (p->packs_right
              ? DESCRIBE(d->weights, 2, right, type, dnnl_format_tag_any)
              : describe_matrix(&d->weights, p->inner, p->columns, p->transpose_right, type)) &&
         describe_matrix(&d->destination, p->rows, p->columns, false, type) &&
         DESCRIBE(d->bias, 2, bias, type, dnnl_ab);
}

static bool build_product(ck_plan *plan, const ck_product *p, ck_description *d) {
  dnnl_engine_t engine = plan->context->engine;
  dnnl_primitive_attr_t attributes = NULL;
  if (!make_attributes(&attributes, (ck_fusion){.adds_destination = p->adds_destination}))
    return false;
#if DNNL_VERSION_MAJOR >= 3
  bool built = dnnl_matmul_primitive_desc_create(&plan->description, engine, d->source, d->weights,
                                                 p->has_bias ? d->bias : NULL, d->destination,
                                                 attributes) == dnnl_success;
#else
  dnnl_matmul_desc_t operation;
  bool built = dnnl_matmul_desc_init(&operation, &d->source, &d->weights,
                                     p->has_bias ? &d->bias : NULL,
                                     &d->destination) == dnnl_success &&
               dnnl_primitive_desc_create(&plan->description, &operation, attributes, engine,
                                          NULL) == dnnl_success;
#endif
  dnnl_primitive_attr_destroy(attributes);
  return built && add_memory(plan, SOURCE, DNNL_ARG_SRC, dnnl_query_src_md) &&
         add_memory(plan, WEIGHTS, DNNL_ARG_WEIGHTS, dnnl_query_weights_md) &&
         add_memory(plan, DESTINATION, DNNL_ARG_DST, dnnl_query_dst_md) &&
         (!p->has_bias || add_plain_memory(plan, BIAS, DNNL_ARG_BIAS, &d->bias)) &&
         finish_plan(plan, dnnl_query_weights_md, p->packs_right);
}

ck_plan *ck_plan_product(ck_context *context, const ck_product *shape) {
  ck_plan *plan = calloc(1, sizeof *plan);
  if (!plan) return NULL;
  plan->context = context;
  ck_description description;
  memset(&description, 0, sizeof description);
  bool built = describe_product(shape, &description, &plan->plain) &&
               build_product(plan, shape, &description);
  forget(&description);
  if (built) return plan;
  ck_plan_destroy(plan);
  return NULL;
}

void ck_plan_destroy(ck_plan *plan) {
  for (int slot = 0; slot < SLOTS; slot++)
    if (plan->memories[slot]) dnnl_memory_destroy(plan->memories[slot]);
  if (plan->primitive) dnnl_primitive_destroy(plan->primitive);
  if (plan->description) dnnl_primitive_desc_destroy(plan->description);
  FORGET(plan->plain);
  FORGET(plan->packed);
  free(plan);
}

// MARK: Weights in the library's layout

size_t ck_plan_packed_bytes(const ck_plan *plan) {
  return plan->needs_packing ? dnnl_memory_desc_get_size(MD(plan->packed)) : 0;
}

// The plain layout counts too: a square matrix packs differently when it is read transposed.
uint64_t ck_plan_packed_layout(const ck_plan *plan) {
#if DNNL_VERSION_MAJOR < 3
  uint64_t hash = hash_bytes(HASH_START, &plan->plain, sizeof plan->plain);
  return hash_bytes(hash, &plan->packed, sizeof plan->packed);
#else
#if DNNL_VERSION_MAJOR > 3 || DNNL_VERSION_MINOR > 3
  uint8_t blobs[2][4096];
  size_t plain = sizeof blobs[0], packed = sizeof blobs[1];
  if (dnnl_memory_desc_get_blob(blobs[0], &plain, plan->plain) == dnnl_success &&
      dnnl_memory_desc_get_blob(blobs[1], &packed, plan->packed) == dnnl_success)
    return hash_bytes(hash_bytes(HASH_START, blobs[0], plain), blobs[1], packed);
#endif
  // Without a description to compare, the plan is the only one that reads this layout.
  return hash_bytes(HASH_START, &plan, sizeof plan);
#endif
}

static bool reorder(ck_plan *plan, dnnl_memory_desc_t *from, const void *source,
                    dnnl_memory_desc_t *to, void *destination) {
  ck_context *context = plan->context;
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_t primitive = NULL;
  dnnl_memory_t a = NULL, b = NULL;
  bool done = dnnl_reorder_primitive_desc_create(&description, MD(*from), context->engine, MD(*to),
                                                 context->engine, NULL) == dnnl_success &&
              dnnl_primitive_create(&primitive, description) == dnnl_success &&
              dnnl_memory_create(&a, MD(*from), context->engine, (void *)source) == dnnl_success &&
              dnnl_memory_create(&b, MD(*to), context->engine, destination) == dnnl_success;
  if (done) {
    dnnl_exec_arg_t arguments[2] = {{DNNL_ARG_FROM, a}, {DNNL_ARG_TO, b}};
    done = dnnl_primitive_execute(primitive, context->stream, 2, arguments) == dnnl_success &&
           dnnl_stream_wait(context->stream) == dnnl_success;
  }
  if (a) dnnl_memory_destroy(a);
  if (b) dnnl_memory_destroy(b);
  if (primitive) dnnl_primitive_destroy(primitive);
  if (description) dnnl_primitive_desc_destroy(description);
  return done;
}

bool ck_plan_pack(ck_plan *plan, const void *plain, void *packed) {
  return reorder(plan, &plan->plain, plain, &plan->packed, packed);
}

bool ck_plan_unpack(ck_plan *plan, const void *packed, void *plain) {
  return reorder(plan, &plan->packed, packed, &plan->plain, plain);
}

const char *ck_plan_implementation(const ck_plan *plan) {
  return plan->implementation ? plan->implementation : "unknown";
}

bool ck_plan_run(ck_plan *plan, void *source, void *weights, void *bias, void *destination) {
  ck_context *context = plan->context;
  if (context->scratch_bytes < plan->scratch_bytes) {
    free(context->scratch);
    context->scratch = aligned_alloc(4096, (plan->scratch_bytes + 4095) / 4096 * 4096);
    context->scratch_bytes = context->scratch ? plan->scratch_bytes : 0;
    if (!context->scratch) return false;
  }
  void *handles[SLOTS] = {source, weights, bias, destination, context->scratch};
  dnnl_exec_arg_t arguments[SLOTS];
  int count = 0;
  for (int slot = 0; slot < SLOTS; slot++) {
    if (!plan->memories[slot]) continue;
    if (dnnl_memory_set_data_handle(plan->memories[slot], handles[slot]) != dnnl_success)
      return false;
    arguments[count++] = (dnnl_exec_arg_t){plan->arguments[slot], plan->memories[slot]};
  }
  return dnnl_primitive_execute(plan->primitive, context->stream, count, arguments) ==
             dnnl_success &&
         dnnl_stream_wait(context->stream) == dnnl_success;
}
