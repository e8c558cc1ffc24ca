#include "onednn.h"

int ck_onednn_version(void) {
  const dnnl_version_t *version = dnnl_version();
  return version->major * 10000 + version->minor * 100 + version->patch;
}

#if defined(__x86_64__)
static bool has_instructions(dnnl_cpu_isa_t wanted) {
  return ((int)dnnl_get_effective_cpu_isa() & (int)wanted) == (int)wanted;
}

bool ck_multiplies_bfloat16(void) { return has_instructions(dnnl_cpu_isa_avx512_core); }
// Every processor with AMX has these instructions, too.
bool ck_multiplies_bfloat16_fast(void) { return has_instructions(dnnl_cpu_isa_avx512_core_bf16); }
bool ck_multiplies_int8_exactly(void) {
  return has_instructions(dnnl_cpu_isa_avx512_core_vnni) || has_instructions(dnnl_cpu_isa_avx2_vnni);
}
#else
bool ck_multiplies_bfloat16(void) { return true; }
bool ck_multiplies_bfloat16_fast(void) { return false; }
bool ck_multiplies_int8_exactly(void) { return true; }
#endif

ck_context *ck_context_create(void) {
  ck_context *context = calloc(1, sizeof *context);
  if (!context) return NULL;
  ck_find_openmp();
  ck_call call = {.has_barriers = true};
  ck_set_call(&call);
  bool made = dnnl_engine_create(&context->engine, dnnl_cpu, 0) == dnnl_success &&
              dnnl_stream_create(&context->stream, context->engine, dnnl_stream_default_flags) ==
                  dnnl_success;
  ck_set_call(NULL);
  if (made) return context;
  ck_context_destroy(context);
  return NULL;
}

void ck_context_destroy(ck_context *context) {
  if (context->stream) dnnl_stream_destroy(context->stream);
  if (context->engine) dnnl_engine_destroy(context->engine);
  free(context->scratch);
  free(context);
}

// MARK: Making a plan

uint64_t ck_unique_number(void) {
  static _Atomic uint64_t count;
  return count++;
}

ck_plan *ck_plan_begin(ck_context *context) {
  ck_plan *plan = calloc(1, sizeof *plan);
  if (!plan) return NULL;
  plan->context = context;
  plan->number = ck_unique_number();
  plan->call.has_barriers = true;
  ck_set_call(&plan->call);
  return plan;
}

dnnl_data_type_t ck_data_type(ck_type type) {
  switch (type) {
  case CK_FLOAT32: return dnnl_f32;
  case CK_BFLOAT16: return dnnl_bf16;
  case CK_INT8: return dnnl_s8;
  case CK_UINT8: return dnnl_u8;
  }
}

void ck_append_activation(dnnl_post_ops_t after, ck_activation activation, float scale) {
  static const struct {
    dnnl_alg_kind_t kind;
    float alpha, beta;
  } functions[] = {
      [CK_RELU] = {dnnl_eltwise_relu, 0, 0},
      [CK_RELU6] = {dnnl_eltwise_clip, 0, 6},
      [CK_SILU] = {dnnl_eltwise_swish, 1, 0},
      // From version 3 on x * max(0, min(1, alpha * x + beta)); before it these are fixed.
      [CK_HARD_SWISH] = {dnnl_eltwise_hardswish, 1.0f / 6, 0.5f},
      [CK_GELU] = {dnnl_eltwise_gelu_erf, 0, 0},
  };
  dnnl_alg_kind_t kind = functions[activation].kind;
  float alpha = functions[activation].alpha, beta = functions[activation].beta;
#if DNNL_VERSION_MAJOR >= 3
  (void)scale;
  if (activation != CK_LINEAR) dnnl_post_ops_append_eltwise(after, kind, alpha, beta);
#else
  if (activation != CK_LINEAR) dnnl_post_ops_append_eltwise(after, scale, kind, alpha, beta);
#endif
}

bool ck_attributes(dnnl_primitive_attr_t *attributes, ck_fusion fusion) {
  if (dnnl_primitive_attr_create(attributes) != dnnl_success) return false;
  dnnl_primitive_attr_set_scratchpad_mode(*attributes, dnnl_scratchpad_mode_user);
  dnnl_post_ops_t after;
  if (dnnl_post_ops_create(&after) != dnnl_success) return false;
#if DNNL_VERSION_MAJOR >= 3
  if (fusion.adds_destination) dnnl_post_ops_append_sum(after, 1, 0, dnnl_data_type_undef);
#else
  if (fusion.adds_destination) dnnl_post_ops_append_sum(after, 1);
#endif
  ck_append_activation(after, fusion.activation, 1);
  bool done = dnnl_primitive_attr_set_post_ops(*attributes, after) == dnnl_success;
  dnnl_post_ops_destroy(after);
  return done;
}

bool ck_plan_add(ck_plan *plan, int slot, int argument, dnnl_query_t query) {
  plan->arguments[slot] = argument;
#if DNNL_VERSION_MAJOR >= 3
  const_dnnl_memory_desc_t md = dnnl_primitive_desc_query_md(plan->description, query, 0);
#else
  const dnnl_memory_desc_t *md = dnnl_primitive_desc_query_md(plan->description, query, 0);
#endif
  return md && dnnl_memory_create(&plan->memories[slot], md, plan->context->engine,
                                  DNNL_MEMORY_NONE) == dnnl_success;
}

bool ck_plan_add_plain(ck_plan *plan, int slot, int argument, dnnl_memory_desc_t *md) {
  plan->arguments[slot] = argument;
  return dnnl_memory_create(&plan->memories[slot], MD(*md), plan->context->engine,
                            DNNL_MEMORY_NONE) == dnnl_success;
}

bool ck_plan_finish(ck_plan *plan, dnnl_query_t weights, bool packs) {
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
      !ck_plan_add(plan, SCRATCH, DNNL_ARG_SCRATCHPAD, dnnl_query_scratchpad_md))
    return false;
  dnnl_primitive_desc_query(plan->description, dnnl_query_impl_info_str, 0, &plan->implementation);
  return true;
}

void ck_forget(ck_description *d) {
  FORGET(d->source);
  FORGET(d->weights);
  FORGET(d->bias);
  FORGET(d->destination);
}

// MARK: Using a plan

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
  float *own = plan->bias;
  void *handles[SLOTS] = {source, weights, own ? own : bias, destination, context->scratch};
  if (own) {
    float *scales = own + plan->bias_count;
    handles[SOURCE_SCALE] = scales, handles[DESTINATION_SCALE] = scales + 1, handles[WEIGHT_SCALES] = scales + 2;
  }
  dnnl_exec_arg_t arguments[SLOTS];
  int count = 0;
  for (int slot = 0; slot < SLOTS; slot++) {
    if (!plan->memories[slot]) continue;
    if (dnnl_memory_set_data_handle(plan->memories[slot], handles[slot]) != dnnl_success)
      return false;
    arguments[count++] = (dnnl_exec_arg_t){plan->arguments[slot], plan->memories[slot]};
  }
  ck_set_call(&plan->call);
  bool done = dnnl_primitive_execute(plan->primitive, context->stream, count, arguments) ==
             dnnl_success &&
         dnnl_stream_wait(context->stream) == dnnl_success;
  ck_set_call(NULL);
  return done;
}

void ck_plan_destroy(ck_plan *plan) {
  free(plan->bias);
  for (int slot = 0; slot < SLOTS; slot++)
    if (plan->memories[slot]) dnnl_memory_destroy(plan->memories[slot]);
  if (plan->primitive) dnnl_primitive_destroy(plan->primitive);
  if (plan->description) dnnl_primitive_desc_destroy(plan->description);
  FORGET(plan->plain);
  FORGET(plan->packed);
  free(plan);
}
