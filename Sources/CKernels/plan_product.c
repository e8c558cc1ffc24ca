#include "onednn.h"

static bool describe_matrix(dnnl_memory_desc_t *md, int64_t rows, int64_t columns, bool transposed,
                            dnnl_data_type_t type) {
  dnnl_dims_t shape = {rows, columns};
  dnnl_dims_t strides = {transposed ? 1 : columns, transposed ? rows : 1};
  return DESCRIBE_STRIDED(*md, 2, shape, type, strides);
}

static bool describe_product(const ck_product *p, ck_description *d, dnnl_memory_desc_t *plain) {
  dnnl_data_type_t type = ck_data_type(p->type), result = ck_data_type(p->result_type);
  dnnl_dims_t bias = {1, p->columns}, right = {p->inner, p->columns};
  return describe_matrix(&d->source, p->rows, p->inner, p->transpose_left, type) &&
         describe_matrix(plain, p->inner, p->columns, p->transpose_right, type) &&
         (p->packs_right
              ? DESCRIBE(d->weights, 2, right, type, dnnl_format_tag_any)
              : describe_matrix(&d->weights, p->inner, p->columns, p->transpose_right, type)) &&
         describe_matrix(&d->destination, p->rows, p->columns, false, result) &&
         DESCRIBE(d->bias, 2, bias, ck_data_type(p->bias_type), dnnl_ab);
}

static bool build_product(ck_plan *plan, const ck_product *p, ck_description *d) {
  dnnl_engine_t engine = plan->context->engine;
  dnnl_primitive_attr_t attributes = NULL;
  if (!ck_attributes(&attributes, (ck_fusion){p->adds_destination, p->activation}))
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
  return built && ck_plan_add(plan, SOURCE, DNNL_ARG_SRC, dnnl_query_src_md) &&
         ck_plan_add(plan, WEIGHTS, DNNL_ARG_WEIGHTS, dnnl_query_weights_md) &&
         ck_plan_add(plan, DESTINATION, DNNL_ARG_DST, dnnl_query_dst_md) &&
         (!p->has_bias || ck_plan_add_plain(plan, BIAS, DNNL_ARG_BIAS, &d->bias)) &&
         ck_plan_finish(plan, dnnl_query_weights_md, p->packs_right);
}

// MARK: The gradient of a weight

/// Returns true for the product of a transposed gradient and its inputs in bfloat16, which oneDNN has a kernel for; as
/// a product with a transposed side it is a quarter slower (2.6.3).
static bool is_weight_gradient(const ck_product *p) {
  return p->type == CK_BFLOAT16 && p->transpose_left && !p->transpose_right && !p->has_bias &&
         !p->adds_destination && !p->packs_right && p->activation == CK_LINEAR;
}

/// Builds the gradient of a weight, [rows, columns], from inputs [inner, columns] and a gradient [inner, rows].
static bool build_weight_gradient(ck_plan *plan, const ck_product *p) {
  dnnl_engine_t engine = plan->context->engine;
  dnnl_dims_t inputs = {p->inner, p->columns}, gradient = {p->inner, p->rows};
  dnnl_dims_t weights = {p->rows, p->columns};
  dnnl_data_type_t type = ck_data_type(p->type);
  ck_description d;
  memset(&d, 0, sizeof d);
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_primitive_desc_t hint = NULL;
  // The description of the forward product, whose weights are d.bias here.
  bool built = DESCRIBE(d.source, 2, inputs, type, dnnl_ab) &&
               DESCRIBE(d.destination, 2, gradient, type, dnnl_ab) &&
               DESCRIBE(d.bias, 2, weights, type, dnnl_format_tag_any) &&
               DESCRIBE(d.weights, 2, weights, ck_data_type(p->result_type), dnnl_ab) &&
               DESCRIBE(plan->plain, 2, weights, type, dnnl_ab) &&
               ck_attributes(&attributes, (ck_fusion){0});
#if DNNL_VERSION_MAJOR >= 3
  built = built &&
          dnnl_inner_product_forward_primitive_desc_create(
              &hint, engine, dnnl_forward_training, d.source, d.bias, NULL, d.destination,
              attributes) == dnnl_success &&
          dnnl_inner_product_backward_weights_primitive_desc_create(
              &plan->description, engine, d.source, d.weights, NULL, d.destination, hint,
              attributes) == dnnl_success;
#else
  dnnl_inner_product_desc_t operation;
  built = built &&
          dnnl_inner_product_forward_desc_init(&operation, dnnl_forward_training, &d.source,
                                               &d.bias, NULL, &d.destination) == dnnl_success &&
          dnnl_primitive_desc_create(&hint, &operation, attributes, engine, NULL) ==
              dnnl_success &&
          dnnl_inner_product_backward_weights_desc_init(&operation, &d.source, &d.weights, NULL,
                                                        &d.destination) == dnnl_success &&
          dnnl_primitive_desc_create(&plan->description, &operation, attributes, engine, hint) ==
              dnnl_success;
#endif
  if (hint) dnnl_primitive_desc_destroy(hint);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  ck_forget(&d);
  return built && ck_plan_add(plan, SOURCE, DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md) &&
         ck_plan_add(plan, WEIGHTS, DNNL_ARG_SRC, dnnl_query_src_md) &&
         ck_plan_add(plan, DESTINATION, DNNL_ARG_DIFF_WEIGHTS, dnnl_query_diff_weights_md) &&
         ck_plan_finish(plan, dnnl_query_diff_weights_md, false);
}

ck_plan *ck_plan_product(ck_context *context, const ck_product *shape) {
  ck_plan *plan = ck_plan_begin(context);
  if (!plan) return NULL;
  ck_description description;
  memset(&description, 0, sizeof description);
  bool built = is_weight_gradient(shape)
                   ? build_weight_gradient(plan, shape)
                   : describe_product(shape, &description, &plan->plain) &&
                         build_product(plan, shape, &description);
  ck_set_call(NULL);
  ck_forget(&description);
  // Implementations called gemm share their copies between threads, and gradients of weights are summed over threads.
  plan->call.has_barriers =
      is_weight_gradient(shape) || strncmp(ck_plan_implementation(plan), "brg", 3) != 0;
  if (built) return plan;
  ck_plan_destroy(plan);
  return NULL;
}
