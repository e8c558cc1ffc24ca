#include "onednn.h"

bool ck_describe_convolution(const ck_convolution *c, ck_map_types types, ck_description *d,
                             dnnl_memory_desc_t *plain) {
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
  return DESCRIBE(d->source, 4, source, types.source, dnnl_nhwc) &&
         DESCRIBE(d->destination, 4, destination, types.destination, dnnl_nhwc) &&
         DESCRIBE(d->weights, rank, shape, types.weights, dnnl_format_tag_any) &&
         DESCRIBE(*plain, rank, shape, types.weights, grouped ? dnnl_goihw : dnnl_oihw) &&
         DESCRIBE(d->bias, 1, bias, types.bias, dnnl_a);
}

static bool describe_convolution(const ck_convolution *c, bool to_weights, ck_description *d,
                                 dnnl_memory_desc_t *plain) {
  dnnl_data_type_t type = ck_data_type(c->type), parameters = ck_data_type(c->parameter_type);
  return ck_describe_convolution(
      c, (ck_map_types){type, to_weights ? parameters : type, parameters, type}, d, plain);
}

bool ck_create_convolution(dnnl_primitive_desc_t *description, dnnl_engine_t engine,
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

static bool build_forward(ck_plan *plan, const ck_convolution *c, ck_description *d) {
  dnnl_primitive_attr_t attributes = NULL;
  if (!ck_attributes(&attributes, (ck_fusion){c->adds_destination, c->activation})) return false;
  bool built = ck_create_convolution(&plan->description, plan->context->engine, d, c->has_bias,
                                     false, attributes);
  dnnl_primitive_attr_destroy(attributes);
  return built && ck_plan_finish_convolution(plan, c->has_bias ? &d->bias : NULL);
}

bool ck_plan_finish_convolution(ck_plan *plan, dnnl_memory_desc_t *bias) {
  return ck_plan_add(plan, SOURCE, DNNL_ARG_SRC, dnnl_query_src_md) &&
         ck_plan_add(plan, WEIGHTS, DNNL_ARG_WEIGHTS, dnnl_query_weights_md) &&
         ck_plan_add(plan, DESTINATION, DNNL_ARG_DST, dnnl_query_dst_md) &&
         (!bias || ck_plan_add_plain(plan, BIAS, DNNL_ARG_BIAS, bias)) &&
         ck_plan_finish(plan, dnnl_query_weights_md, true);
}

static bool build_gradient(ck_plan *plan, const ck_convolution *c, bool to_source,
                           ck_description *d) {
  dnnl_engine_t engine = plan->context->engine;
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_primitive_desc_t hint = NULL;
  if (!ck_attributes(&attributes, (ck_fusion){0})) return false;
  // The description of the forward pass, whose weights are the ones that are multiplied.
  ck_description forward;
  memset(&forward, 0, sizeof forward);
  ck_convolution own = *c;
  own.parameter_type = c->type;
  dnnl_memory_desc_t unused;
  memset(&unused, 0, sizeof unused);
  bool built = describe_convolution(&own, false, &forward, &unused) &&
               ck_create_convolution(&hint, engine, &forward, c->has_bias, true, attributes) &&
               create_backward(&plan->description, engine, d, c->has_bias, to_source, attributes,
                               hint);
  if (hint) dnnl_primitive_desc_destroy(hint);
  dnnl_primitive_attr_destroy(attributes);
  ck_forget(&forward);
  FORGET(unused);
  if (!built || !ck_plan_add(plan, DESTINATION, DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md))
    return false;
  if (to_source)
    return ck_plan_add(plan, SOURCE, DNNL_ARG_DIFF_SRC, dnnl_query_diff_src_md) &&
           ck_plan_add(plan, WEIGHTS, DNNL_ARG_WEIGHTS, dnnl_query_weights_md) &&
           ck_plan_finish(plan, dnnl_query_weights_md, true);
  return ck_plan_add(plan, SOURCE, DNNL_ARG_SRC, dnnl_query_src_md) &&
         ck_plan_add(plan, WEIGHTS, DNNL_ARG_DIFF_WEIGHTS, dnnl_query_diff_weights_md) &&
         (!c->has_bias || ck_plan_add_plain(plan, BIAS, DNNL_ARG_DIFF_BIAS, &d->bias)) &&
         ck_plan_finish(plan, dnnl_query_diff_weights_md, true);
}

ck_plan *ck_plan_convolution(ck_context *context, const ck_convolution *shape,
                             ck_direction direction) {
  ck_plan *plan = ck_plan_begin(context);
  if (!plan) return NULL;
  ck_description description;
  memset(&description, 0, sizeof description);
  bool built = describe_convolution(shape, direction == CK_TO_WEIGHTS, &description, &plan->plain) &&
               (direction == CK_FORWARD
                    ? build_forward(plan, shape, &description)
                    : build_gradient(plan, shape, direction == CK_TO_SOURCE, &description));
  ck_set_call(NULL);
  ck_forget(&description);
  // Gradients of weights are summed over threads. Convolutions computed as a product are rare and not examined.
  plan->call.has_barriers =
      direction == CK_TO_WEIGHTS || strstr(ck_plan_implementation(plan), "gemm");
  if (built) return plan;
  ck_plan_destroy(plan);
  return NULL;
}
