#include "onednn.h"

// Conversion of weights to the library's own layout and back.

static const uint64_t HASH_START = 0xcbf29ce484222325u;

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t count) {
  const uint8_t *byte = bytes;
  for (size_t i = 0; i < count; i++) hash = (hash ^ byte[i]) * 0x100000001b3u;
  return hash;
}

#if DNNL_VERSION_MAJOR > 3 || (DNNL_VERSION_MAJOR == 3 && DNNL_VERSION_MINOR > 3)
static bool hash_description(uint64_t *hash, const_dnnl_memory_desc_t description) {
  uint8_t blob[8192];
  size_t size = 0;
  // Without a buffer the function returns the size; with one it copies as many bytes as it is told, also beyond the
  // end of the description.
  if (dnnl_memory_desc_get_blob(NULL, &size, description) != dnnl_success || size > sizeof blob ||
      dnnl_memory_desc_get_blob(blob, &size, description) != dnnl_success)
    return false;
  *hash = hash_bytes(*hash, blob, size);
  return true;
}
#endif

size_t ck_plan_packed_bytes(const ck_plan *plan) {
  return plan->needs_packing ? dnnl_memory_desc_get_size(MD(plan->packed)) : 0;
}

// The plain layout is part of the hash, because a square matrix is packed differently if it is read transposed.
static uint64_t layout_number(const ck_plan *plan) {
#if DNNL_VERSION_MAJOR < 3
  uint64_t hash = hash_bytes(HASH_START, &plan->plain, sizeof plan->plain);
  return hash_bytes(hash, &plan->packed, sizeof plan->packed);
#else
#if DNNL_VERSION_MAJOR > 3 || DNNL_VERSION_MINOR > 3
  uint64_t hash = HASH_START;
  if (hash_description(&hash, plan->plain) && hash_description(&hash, plan->packed)) return hash;
#endif
  // Without a description to compare, the plan is the only one that reads this layout.
  return hash_bytes(HASH_START, &plan->number, sizeof plan->number);
#endif
}

uint64_t ck_plan_packed_layout(ck_plan *plan) {
  if (!plan->layout) plan->layout = layout_number(plan);
  return plan->layout;
}

static bool reorder(ck_plan *plan, dnnl_memory_desc_t *from, const void *source,
                    dnnl_memory_desc_t *to, void *destination) {
  ck_context *context = plan->context;
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_t primitive = NULL;
  dnnl_memory_t a = NULL, b = NULL;
  ck_call call = {.has_barriers = true};
  ck_set_call(&call);
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
  ck_set_call(NULL);
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
