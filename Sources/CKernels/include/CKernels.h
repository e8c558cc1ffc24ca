#pragma once
// The C layer of Cutline: a thin layer over oneDNN, and fused loops over floats.
//
// Feature maps are channels last, [B, h, w, C]; convolution weights are [O, I/groups, kh, kw]; matrices are
// row-major. Kernels keep no state, print nothing and do not allocate on a hot path. Threads are the one global state:
// a team that is started once and runs as long as the process, its settings, and a measure of contention.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// MARK: Threads (threads.c, parallel.c)

/// Sets the number of threads that compute on behalf of the calling thread.
void ck_set_thread_count(int count);
/// Lets `ck_each` use one more thread while other programs compete for the cores; off by default.
void ck_allow_spare_thread(bool allows);
/// The number of cores that the process may run on, as `taskset` sets them.
int ck_core_count(void);
/// Returns true if oneDNN can multiply bfloat16 numbers, with the instructions that the processor has and
/// ONEDNN_MAX_CPU_ISA allows.
bool ck_multiplies_bfloat16(void);
/// Returns true if the processor has instructions for bfloat16, which are twice as fast as those for floats.
bool ck_multiplies_bfloat16_fast(void);
/// Returns true if the processor has instructions that add up products of 8-bit numbers in 32 bits (VNNI). Others add
/// pairs of products in 16 bits, which overflow unless the weights have 7 bits.
bool ck_multiplies_int8_exactly(void);
/// The number of threads that a kernel called by the calling thread uses.
int ck_thread_count(void);

/// The way in which threads wait for each other.
typedef struct {
  /// The time that a thread spins before it sleeps, in nanoseconds.
  int64_t spin;
  /// True if it sleeps at once while other programs compete for the cores.
  bool adapts;
} ck_wait_policy;
/// Sets the policy of all threads; the default is to spin for 200 microseconds, and to adapt.
void ck_set_wait_policy(ck_wait_policy policy);
/// Computes with the threads of OpenMP's own library; returns false if there is none.
///
/// Must be called before the first computation.
bool ck_use_openmp_threads(void);
/// Returns true if the threads of OpenMP's library compute, because they were requested or because the link of the
/// program does not export the functions that oneDNN calls.
bool ck_uses_openmp_threads(void);
/// The time of one round of spinning, as counted by GOMP_SPINCOUNT, in nanoseconds.
enum { CK_SPIN_ROUND = 15 };

typedef void (*ck_range_body)(const void *context, int64_t begin, int64_t end);
/// Runs `body` over 0..<count on several threads, in parts of at least `grain`.
///
/// The results of `body` must not depend on the division of the range.
void ck_parallel(int64_t count, int64_t grain, ck_range_body body, const void *context);

typedef void (*ck_item_body)(const void *context, int64_t item);
/// Runs `body` for every item in 0..<count, each on one thread, which then takes the next item.
///
/// The results do not depend on the number of threads: in `body`, kernels and oneDNN use one.
void ck_each(int64_t count, ck_item_body body, const void *context);
/// The number of the calling thread among those of `ck_each`, from 1; 0 outside.
int ck_lane(void);

// MARK: oneDNN (plan*.c)

typedef enum { CK_FLOAT32 = 0, CK_BFLOAT16 = 1, CK_INT8 = 2, CK_UINT8 = 3 } ck_type;
typedef enum {
  CK_LINEAR = 0, CK_RELU = 1, CK_RELU6 = 2, CK_SILU = 3, CK_HARD_SWISH = 4, CK_GELU = 5
} ck_activation;
typedef enum { CK_FORWARD = 0, CK_TO_SOURCE = 1, CK_TO_WEIGHTS = 2 } ck_direction;

/// An engine, a stream and the scratch memory that all plans of one backend share.
typedef struct ck_context ck_context;
/// One oneDNN primitive with everything needed to run it repeatedly.
typedef struct ck_plan ck_plan;

typedef struct {
  int64_t batch, height, width, channels;
  int64_t out_height, out_width, out_channels;
  int64_t kernel_height, kernel_width, groups, stride;
  int64_t pad_top, pad_left, pad_bottom, pad_right;
  /// The type of the maps and of the weights while they are multiplied.
  ck_type type;
  /// The type of the bias, and of the gradients of weights and bias.
  ck_type parameter_type;
  ck_activation activation;
  bool has_bias;
  /// True if the result is added to the destination, before the activation, instead of replacing it.
  bool adds_destination;
} ck_convolution;

/// The scales of a convolution of 8-bit numbers. A number stands for itself times its scale.
typedef struct {
  ck_type source, result;
  float source_scale, result_scale;
  /// The type of the map that the destination holds before, if it is added.
  ck_type addend;
  float addend_scale;
  /// The scale of the weights of each output channel.
  const float *weight_scales;
  const float *_Nullable bias;
} ck_scales;

typedef struct {
  int64_t rows, columns, inner;
  bool transpose_left, transpose_right;
  /// The type of both sides; sums are always accumulated in float32.
  ck_type type;
  /// The type of the destination.
  ck_type result_type;
  ck_activation activation;
  /// The type of the bias, if there is one.
  ck_type bias_type;
  bool has_bias;
  bool adds_destination;
  /// True if the right side is read in the library's own layout, which `ck_plan_pack` writes.
  bool packs_right;
} ck_product;

ck_context *_Nullable ck_context_create(void);
void ck_context_destroy(ck_context *context);

/// Returns a plan, or null if oneDNN has no implementation of it.
ck_plan *_Nullable ck_plan_convolution(
    ck_context *context, const ck_convolution *shape, ck_direction direction);
/// Returns a plan for 8-bit weights and maps; the result may also be in floating point. The types of `shape` and its
/// bias are not read: the plan keeps the bias and the scales.
ck_plan *_Nullable ck_plan_quantized_convolution(
    ck_context *context, const ck_convolution *shape, const ck_scales *scales);
ck_plan *_Nullable ck_plan_product(ck_context *context, const ck_product *shape);
void ck_plan_destroy(ck_plan *plan);

/// The size of the weights in the layout that the plan reads, in bytes; 0 if that is the plain layout.
size_t ck_plan_packed_bytes(const ck_plan *plan);
/// The number of the layout that the plan reads; plans with equal numbers can share packed weights.
uint64_t ck_plan_packed_layout(ck_plan *plan);
/// Converts weights from the plain layout to that of the plan, and back.
bool ck_plan_pack(ck_plan *plan, const void *plain, void *packed);
bool ck_plan_unpack(ck_plan *plan, const void *packed, void *plain);
/// The name of oneDNN's implementation; one that contains "ref" is a performance bug.
const char *ck_plan_implementation(const ck_plan *plan);

/// Runs a plan; its direction determines which arguments are read and which are written.
bool ck_plan_run(ck_plan *plan, void *source, void *weights, void *_Nullable bias,
                 void *destination);

/// Returns a number that it has not returned before.
uint64_t ck_unique_number(void);

/// The oneDNN version in use, as major * 10000 + minor * 100 + patch.
int ck_onednn_version(void);

// MARK: Elementwise (elementwise.c)

typedef enum {
  CK_EXP, CK_LOG, CK_SQRT, CK_TANH, CK_SIGMOID, CK_RELU_MAP, CK_RELU6_MAP, CK_NEGATE, CK_SILU_MAP,
  CK_HARD_SWISH_MAP, CK_HARD_SIGMOID, CK_GELU_MAP
} ck_pointwise;
typedef enum {
  CK_ADD, CK_SUBTRACT, CK_MULTIPLY, CK_DIVIDE, CK_RELU_GRADIENT, CK_RELU6_GRADIENT,
  CK_SILU_GRADIENT, CK_HARD_SWISH_GRADIENT, CK_HARD_SIGMOID_GRADIENT, CK_GELU_GRADIENT
} ck_pairwise;

void ck_map(ck_pointwise function, const float *x, float *y, int64_t count);
/// Combines a and b over one row; each is read at stride 0 or 1.
void ck_combine(ck_pairwise function, const float *a, int64_t a_stride, const float *b,
                int64_t b_stride, float *y, int64_t count);
/// Combines `rows` rows of `columns`; strides are in elements, and each is 0 or that of a contiguous tensor.
void ck_combine_rows(ck_pairwise function, const float *a, int64_t a_row, int64_t a_column,
                     const float *b, int64_t b_row, int64_t b_column, float *y, int64_t rows,
                     int64_t columns);
/// Copies between buffers that do not overlap, on all threads: one core does not use the full memory bandwidth.
void ck_copy(const void *x, void *y, int64_t bytes);
/// Copies `rows` rows of `bytes` bytes each; the strides are the distances between row starts, in bytes.
void ck_copy_rows(const void *x, int64_t x_row, void *y, int64_t y_row, int64_t rows,
                  int64_t bytes);
/// Combines bfloat16 numbers: adds them, or passes a gradient where an activation is not at a bound.
void ck_combine_bfloat16(ck_pairwise function, const uint16_t *a, const uint16_t *b, uint16_t *y,
                       int64_t count);
void ck_fill(float *x, float value, int64_t count);
/// y += x
void ck_accumulate(const float *x, float *y, int64_t count);
/// Sums over the middle axis of [outer, middle, inner].
void ck_sum_middle(const float *x, float *y, int64_t outer, int64_t middle, int64_t inner);
/// Sums over the rows of a matrix of `type`.
void ck_sum_rows(const void *x, ck_type type, float *y, int64_t rows, int64_t columns);
/// [outer, a, b, inner] → [outer, b, a, inner]
void ck_transpose(const float *x, float *y, int64_t outer, int64_t a, int64_t b, int64_t inner);

// MARK: Number formats (formats.c)

void ck_to_bfloat16(const float *x, uint16_t *y, int64_t count);
void ck_from_bfloat16(const uint16_t *x, float *y, int64_t count);
void ck_from_float16(const uint16_t *x, float *y, int64_t count);
/// Writes the nearest numbers of 8 bits to x / scale; those beyond their range become its ends.
void ck_quantize(const float *x, float scale, ck_type type, void *y, int64_t count);
/// Writes each row times limit / the largest magnitude, rounded, and the inverse of that factor; 1 for a row of zeros.
void ck_quantize_rows(const float *x, float limit, int8_t *y, float *scales, int64_t rows, int64_t columns);
/// y = x * scale
void ck_dequantize(const void *x, float scale, ck_type type, float *y, int64_t count);
bool ck_all_finite(const float *x, int64_t count);
bool ck_all_finite_bfloat16(const uint16_t *x, int64_t count);
/// Converts 8-bit RGB pixels to normalised numbers of a type, y = x * scale[c] + shift[c]; whole numbers are rounded as
/// by `ck_quantize` with a scale of 1.
void ck_normalize_pixels(const uint8_t *x, const float *scale, const float *shift, ck_type type,
                         void *y, int64_t pixels);

// MARK: Optimizers (optimizers.c)

typedef struct {
  float learning_rate, decay, gradient_scale;
} ck_step;
typedef struct {
  float beta1, beta2, epsilon;
  /// 1 - beta^t for the two means.
  float correction1, correction2;
  bool decoupled_decay;
} ck_adam;
/// Performs one step of Adam or AdamW, in place.
void ck_adam_step(float *x, const float *dx, float *m, float *v, ck_step step, ck_adam adam,
                  int64_t count);
/// Performs one step of gradient descent, in place; `velocity` is null without momentum.
void ck_sgd_step(float *x, const float *dx, float *_Nullable velocity, float momentum,
                 bool nesterov, ck_step step, int64_t count);
/// y += share (x - y)
void ck_approach(const float *x, float share, float *y, int64_t count);
/// Clips every number to -limit...limit and returns the number of those that were outside.
int64_t ck_clip(float *x, float limit, int64_t count);
double ck_sum_of_squares(const float *x, int64_t count);

// MARK: Products of few rows (products.c)

enum { CK_FEW_ROWS = 4 };
/// y = x weightsᵀ + bias for 1 to CK_FEW_ROWS rows of x; `weights` is [columns, inner] of `type`.
///
/// The time of so few rows is that of reading the weights, which are read in place. No packed copy and no plan are
/// needed, which together would take a first beam search longer than all of its products.
void ck_few_rows_product(const float *x, const void *weights, ck_type type,
                         const float *_Nullable bias, float *y, int64_t rows, int64_t columns,
                         int64_t inner, bool adds);

// MARK: Probabilities (probabilities.c)

void ck_log_softmax(const float *x, float *y, int64_t rows, int64_t columns);
void ck_softmax(const float *x, float *y, int64_t rows, int64_t columns);
typedef struct {
  /// The target of rows whose loss and gradient are 0.
  int32_t ignored;
  /// The label smoothing, in 0...1: the share of the target probability that is spread evenly over all columns.
  float smoothing;
  /// The factor of the gradient: it is that of `scale` times the sum of all losses.
  float scale;
} ck_entropy;
/// Writes the loss of each row, -Σ q log p, times its weight if there are weights, and its gradient, of `type`, if
/// `gradient` is not null. The target distribution q is 1 at the target, apart from the smoothing. The logits are
/// overwritten.
void ck_cross_entropy(float *logits, const int32_t *targets, const float *_Nullable weights,
                      ck_entropy settings, float *losses, void *_Nullable gradient, ck_type type, int64_t rows,
                      int64_t columns);
/// Finds the column of each row of scores at which the cumulative softmax exceeds a number in 0..<1.
void ck_draw(const float *logits, const float *uniforms, int32_t *indices, int64_t rows,
             int64_t columns);

// MARK: Dropout (dropout.c)

/// Sets each number of a row to 0 with a probability of `limit` / 65536, and multiplies the others by `kept`. The
/// draws come from SplitMix64, seeded with the key of the row; each number of 64 bits gives four.
void ck_dropout(const void *x, ck_type type, const uint64_t *keys, uint32_t limit, float kept,
                void *y, int64_t rows, int64_t columns);

// MARK: Rows by index (gather.c)

/// Copies the rows at `indices`, each of `bytes` bytes.
void ck_gather(const void *table, const int32_t *indices, void *y, int64_t rows, int64_t bytes);
/// Adds each row of x to the row of the table at its index, in order.
void ck_scatter_add(const float *x, const int32_t *indices, float *table, int64_t rows,
                    int64_t columns);
/// Finds the `k` largest values of each row in descending order; of equal values the lower index comes first.
void ck_largest(const float *x, int64_t rows, int64_t columns, int64_t k, int32_t *indices,
                float *values);

// MARK: Group norm (group_norm.c)

/// Normalises each (sample, group) of [B, positions, C]; also writes the mean and the inverse standard deviation,
/// [B, groups].
void ck_group_norm(const float *x, const float *weight, const float *bias, float *y, float *mean,
                   float *inverse_deviation, int64_t batch, int64_t positions, int64_t channels,
                   int64_t groups, float epsilon);
/// Computes the gradients of `ck_group_norm`; `dweight` and `dbias` are summed over the batch.
void ck_group_norm_gradient(const float *x, const float *weight, const float *mean,
                            const float *inverse_deviation, const float *dy, float *dx,
                            float *dweight, float *dbias, int64_t batch, int64_t positions,
                            int64_t channels, int64_t groups);

// MARK: Pooling (pooling.c)

typedef struct {
  int64_t batch, height, width, channels, out_height, out_width;
  int64_t window, stride, pad_top, pad_left;
} ck_pooling;

void ck_max_pool(const float *x, float *y, ck_pooling shape);
/// The same of 8-bit numbers.
void ck_max_pool_bytes(const void *x, ck_type type, void *y, ck_pooling shape);
/// Computes the gradient of `ck_max_pool`, which goes to the first largest element of each window, as in PyTorch.
void ck_max_pool_gradient(const float *x, const float *dy, float *dx, ck_pooling shape);
/// Averages over the whole window, padding included.
void ck_average_pool(const float *x, float *y, ck_pooling shape);
void ck_average_pool_gradient(const float *dy, float *dx, ck_pooling shape);

// MARK: Depthwise convolutions (depthwise.c)

/// Computes the gradient of the weights of a depthwise convolution, [C, window, window], with a window of 3, 5 or 7.
/// x and dy are float32 or bfloat16.
void ck_depthwise_weight_gradient(const void *x, const void *dy, bool is_bfloat16, float *dweight,
                                  ck_pooling shape);

// MARK: Recurrent gates (gates.c)

/// Replaces i, f, g, o in `gates` [rows, 4H] by their activations, and writes the cell and the hidden state, which is
/// of `type`.
void ck_lstm_gates(float *gates, const float *previous_cell, float *cell, void *hidden,
                   ck_type type, int64_t rows, int64_t size);
/// Computes the gradients of `ck_lstm_gates`. `dcell` holds the gradient from later steps on entry, and that for
/// earlier steps on return; `dgates` is of `type`.
void ck_lstm_gates_gradient(const float *gates, const float *previous_cell, const float *cell,
                            const float *dhidden, float *dcell, void *dgates, ck_type type,
                            int64_t rows, int64_t size);
/// Replaces r, z, n in `gates` [rows, 3H] by their activations, and writes the hidden state, also in bfloat16 if
/// `rounded` is not null. `gates` holds W x + b and `recurrent` holds U h + c, in PyTorch's form.
void ck_gru_gates(float *gates, const float *recurrent, const float *previous, float *hidden,
                  uint16_t *_Nullable rounded, int64_t rows, int64_t size);
/// Computes the gradients of `ck_gru_gates`. `dhidden` holds the gradient of the new hidden state on entry,
/// and the part
/// of it that bypasses the gates on return; `dgates` and `drecurrent` are of `type`.
void ck_gru_gates_gradient(const float *gates, const float *recurrent, const float *previous,
                           float *dhidden, void *dgates, void *drecurrent, ck_type type,
                           int64_t rows, int64_t size);

// MARK: Additive attention (attention.c)

/// The shape of an attention. The positions of all pictures lie one after the other, those of picture p from
/// `starts[p]` to `starts[p + 1]`; `positions` is the largest number that a picture has.
typedef struct {
  int64_t rows, pictures, positions, size, channels;
  const int32_t *starts;
} ck_attention;

/// The inputs of `ck_attend` and the weights that it computed.
typedef struct {
  const float *queries, *keys, *values, *scoring;
  const int32_t *pictures;
  const float *weights;
} ck_attention_forward;

/// The largest number of positions of a picture.
enum { CK_MOST_POSITIONS = 4096 };

/// Computes additive attention of `queries` [rows, size] to `keys` [positions of all, size] of each row's picture.
/// `weights` [rows, positions] become softmax(scoring · tanh(key + query)), and 0 after the last position of a picture;
/// `context` [rows, channels] becomes the mean of `values` [positions of all, channels], weighted by them.
void ck_attend(const float *queries, const float *keys, const float *values, const float *scoring,
               const int32_t *pictures, ck_attention shape, float *context, float *weights);
/// Computes the gradients of `ck_attend` except those of keys and values. `dscores` [rows, positions] are those before
/// the softmax; `dscoring` [rows, size] is that of each row.
void ck_attend_gradient(ck_attention_forward x, ck_attention shape,
                        const float *_Nullable dcontext, const float *_Nullable dweights,
                        float *dqueries, float *dscores, float *dscoring);
/// Computes the gradient of the keys, summed over all rows that attended to each picture.
void ck_attend_key_gradient(const float *queries, const float *keys, const float *scoring,
                            const int32_t *pictures, ck_attention shape, const float *dscores,
                            float *dkeys);
/// Computes the gradient of the values, summed over the same rows.
void ck_attend_value_gradient(const float *weights, const int32_t *pictures, ck_attention shape,
                              const float *dcontext, float *dvalues);

#pragma clang assume_nonnull end
