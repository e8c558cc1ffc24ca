#include "onednn.h"

// Convolutions of 8-bit numbers. With the scales s of source, weights, addend and result,
//
//     result = activation(s_source s_weights[o] Σ + bias[o] + s_addend addend) / s_result
//
// where Σ is the sum of products of whole numbers. Version 3 of oneDNN takes these scales as they are, when it
// computes. Version 2 has one factor of Σ for each channel, and adds the bias before it.

static bool is_integer(ck_type type) { return type == CK_INT8 || type == CK_UINT8; }

#if DNNL_VERSION_MAJOR >= 3
static bool add_scales(ck_plan *plan, const ck_convolution *c, const ck_scales *s,
                       dnnl_primitive_attr_t attributes, dnnl_post_ops_t after) {
  int mask = c->groups > 1 ? 3 : 1;
  bool done = dnnl_primitive_attr_set_scales_mask(attributes, DNNL_ARG_SRC, 0) == dnnl_success &&
              dnnl_primitive_attr_set_scales_mask(attributes, DNNL_ARG_WEIGHTS, mask) == dnnl_success &&
              (!is_integer(s->result) ||
               dnnl_primitive_attr_set_scales_mask(attributes, DNNL_ARG_DST, 0) == dnnl_success);
  if (c->adds_destination)
    dnnl_post_ops_append_sum(after, s->addend_scale, 0, ck_data_type(s->addend));
  ck_append_activation(after, c->activation, 1);
  float *scales = plan->bias + c->out_channels;
  scales[0] = s->source_scale, scales[1] = s->result_scale;
  memcpy(scales + 2, s->weight_scales, (size_t)c->out_channels * sizeof *scales);
  for (int64_t o = 0; o < c->out_channels; o++) plan->bias[o] = s->bias ? s->bias[o] : 0;
  return done;
}

static bool add_scale_arguments(ck_plan *plan, const ck_convolution *c, const ck_scales *s) {
  dnnl_dims_t one = {1}, all = {c->out_channels};
  dnnl_memory_desc_t single = NULL, each = NULL;
  bool done = DESCRIBE(single, 1, one, dnnl_f32, dnnl_a) && DESCRIBE(each, 1, all, dnnl_f32, dnnl_a) &&
              ck_plan_add_plain(plan, SOURCE_SCALE, DNNL_ARG_ATTR_SCALES | DNNL_ARG_SRC, &single) &&
              ck_plan_add_plain(plan, WEIGHT_SCALES, DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, &each) &&
              (!is_integer(s->result) ||
               ck_plan_add_plain(plan, DESTINATION_SCALE, DNNL_ARG_ATTR_SCALES | DNNL_ARG_DST, &single));
  FORGET(single);
  FORGET(each);
  return done;
}
#else
/// Returns true if a factor of the argument is one of the result, so that the result's scale can be applied first.
static bool is_homogeneous(ck_activation activation) {
  return activation == CK_LINEAR || activation == CK_RELU;
}

static bool add_scales(ck_plan *plan, const ck_convolution *c, const ck_scales *s,
                       dnnl_primitive_attr_t attributes, dnnl_post_ops_t after) {
  float *factors = malloc((size_t)c->out_channels * sizeof *factors);
  if (!factors) return false;
  float result = is_integer(s->result) ? s->result_scale : 1;
  // 6 / result is 255 or more wherever the range of the numbers ends at 6; they saturate.
  bool saturates = c->activation == CK_RELU6 && s->result == CK_UINT8 && result * 255 <= 6;
  ck_activation activation = saturates ? CK_RELU : c->activation;
  float first = is_homogeneous(activation) ? result : 1;
  for (int64_t o = 0; o < c->out_channels; o++) {
    float unit = s->source_scale * s->weight_scales[o];
    factors[o] = unit / first;
    plan->bias[o] = s->bias ? s->bias[o] / unit : 0;
  }
  bool done = dnnl_primitive_attr_set_output_scales(attributes, c->out_channels, 1 << 1, factors) ==
              dnnl_success;
  free(factors);
  if (c->adds_destination)
    dnnl_post_ops_append_sum_v2(after, s->addend_scale / first, ck_data_type(s->addend));
  ck_append_activation(after, activation, first == result ? 1 : 1 / result);
  return done;
}

static bool add_scale_arguments(ck_plan *plan, const ck_convolution *c, const ck_scales *s) {
  (void)plan, (void)c, (void)s;
  return true;
}
#endif

static bool build(ck_plan *plan, const ck_convolution *c, const ck_scales *s, ck_description *d) {
  plan->bias_count = c->out_channels;
  plan->bias = malloc((size_t)(2 * c->out_channels + 2) * sizeof *plan->bias);
  if (!plan->bias) return false;
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_post_ops_t after = NULL;
  bool built = dnnl_primitive_attr_create(&attributes) == dnnl_success &&
               dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user) ==
                   dnnl_success &&
               dnnl_post_ops_create(&after) == dnnl_success &&
               add_scales(plan, c, s, attributes, after) &&
               dnnl_primitive_attr_set_post_ops(attributes, after) == dnnl_success &&
               ck_create_convolution(&plan->description, plan->context->engine, d, true, false,
                                     attributes);
  if (after) dnnl_post_ops_destroy(after);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  return built && ck_plan_finish_convolution(plan, &d->bias) && add_scale_arguments(plan, c, s);
}

ck_plan *ck_plan_quantized_convolution(ck_context *context, const ck_convolution *shape,
                                       const ck_scales *scales) {
  ck_plan *plan = ck_plan_begin(context);
  if (!plan) return NULL;
  ck_description description;
  memset(&description, 0, sizeof description);
  ck_map_types types = {ck_data_type(scales->source), dnnl_s8, dnnl_f32, ck_data_type(scales->result)};
  bool built = ck_describe_convolution(shape, types, &description, &plan->plain) &&
               build(plan, shape, scales, &description);
  ck_set_call(NULL);
  ck_forget(&description);
  plan->call.has_barriers = strstr(ck_plan_implementation(plan), "gemm");
  if (built) return plan;
  ck_plan_destroy(plan);
  return NULL;
}
