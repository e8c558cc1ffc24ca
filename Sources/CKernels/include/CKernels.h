#pragma once
// The C floor of Cutline: a thin layer over oneDNN, and fused loops over floats.
//
// Feature maps are channels last, [B, h, w, C]; convolution weights are [O, I/groups, kh, kw];
// matrices are row-major. Nothing here allocates on a hot path, keeps global state, or prints.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// MARK: Threads (threads.c, parallel.c)

/// Computes with this many threads on behalf of the calling thread.
void ck_set_thread_count(int count);
/// Whether `ck_each` may use one thread more while other programs want the cores; by default it may not.
void ck_allow_spare_thread(bool allows);
/// The number of cores that the process may run on, as `taskset` sets them.
int ck_core_count(void);
/// Whether oneDNN multiplies bfloat16 numbers at all, with what the processor has and ONEDNN_MAX_CPU_ISA allows.
bool ck_multiplies_bfloat16(void);
/// Whether the processor has instructions for bfloat16, which are twice as fast as those for floats.
bool ck_multiplies_bfloat16_fast(void);
/// The number of threads that a loop of this file's kernels uses on the calling thread.
int ck_thread_count(void);

/// How threads wait for each other.
typedef struct {
  /// How long a thread spins before it sleeps, in nanoseconds.
  int64_t spin;
  /// Whether it sleeps at once while other programs want the cores.
  bool adapts;
} ck_wait_policy;
/// Sets the policy of all threads; by default 200 microseconds, adapting.
void ck_set_wait_policy(ck_wait_policy policy);
/// Computes with the threads of OpenMP's own library; false if there is none. Before the first computation.
bool ck_use_openmp_threads(void);
/// Whether those compute: because they were asked for, or since this program's link does not export the functions
/// that oneDNN calls.
bool ck_uses_openmp_threads(void);
/// How long one round of spinning takes, as GOMP_SPINCOUNT counts them, in nanoseconds.
enum { CK_SPIN_ROUND = 15 };

typedef void (*ck_range_body)(const void *context, int64_t begin, int64_t end);
/// Runs `body` over 0..<count on several threads, in parts of at least `grain`.
///
/// What `body` computes must not depend on how the range is divided.
void ck_parallel(int64_t count, int64_t grain, ck_range_body body, const void *context);

typedef void (*ck_item_body)(const void *context, int64_t item);
/// Runs `body` for every item in 0..<count, each on one thread, which takes the next one when it is done.
///
/// An item is computed alike on any number of threads: in `body`, kernels and oneDNN use one.
void ck_each(int64_t count, ck_item_body body, const void *context);
/// Which of the threads of `ck_each` the calling one is, from 1; 0 outside.
int ck_lane(void);

// MARK: oneDNN (plan*.c)

typedef enum { CK_FLOAT32 = 0, CK_BFLOAT16 = 1 } ck_type;
typedef enum { CK_LINEAR = 0, CK_RELU = 1, CK_RELU6 = 2 } ck_activation;
typedef enum { CK_FORWARD = 0, CK_TO_SOURCE = 1, CK_TO_WEIGHTS = 2 } ck_direction;

/// An engine, a stream and the scratch memory that all plans of one backend share.
typedef struct ck_context ck_context;
/// One oneDNN primitive with everything it takes to run it again.
typedef struct ck_plan ck_plan;

typedef struct {
  int64_t batch, height, width, channels;
  int64_t out_height, out_width, out_channels;
  int64_t kernel_height, kernel_width, groups, stride;
  int64_t pad_top, pad_left, pad_bottom, pad_right;
  /// Of the maps and of the weights while they are multiplied.
  ck_type type;
  /// Of the bias, and of the gradients of weights and bias.
  ck_type parameter_type;
  ck_activation activation;
  bool has_bias;
  /// Whether the destination is added to, before the activation, instead of written.
  bool adds_destination;
} ck_convolution;

typedef struct {
  int64_t rows, columns, inner;
  bool transpose_left, transpose_right;
  /// Of both sides; sums are always kept in float32.
  ck_type type;
  /// Of the destination and the bias.
  ck_type result_type;
  ck_activation activation;
  /// Of the bias, where there is one.
  ck_type bias_type;
  bool has_bias;
  bool adds_destination;
  /// Whether the right side is read in the library's own layout, written by `ck_plan_pack`.
  bool packs_right;
} ck_product;

ck_context *_Nullable ck_context_create(void);
void ck_context_destroy(ck_context *context);

/// Returns a plan, or null when oneDNN has no implementation of it.
ck_plan *_Nullable ck_plan_convolution(
    ck_context *context, const ck_convolution *shape, ck_direction direction);
ck_plan *_Nullable ck_plan_product(ck_context *context, const ck_product *shape);
void ck_plan_destroy(ck_plan *plan);

/// The size of the weights in the layout the plan reads; 0 when that is the plain layout.
size_t ck_plan_packed_bytes(const ck_plan *plan);
/// Two plans with equal numbers read the same weights packed in the same way.
uint64_t ck_plan_packed_layout(const ck_plan *plan);
/// Rewrites plain weights in the plan's layout, and back.
bool ck_plan_pack(ck_plan *plan, const void *plain, void *packed);
bool ck_plan_unpack(ck_plan *plan, const void *packed, void *plain);
/// The name of oneDNN's implementation; one that contains "ref" is a performance bug.
const char *ck_plan_implementation(const ck_plan *plan);

/// Runs a plan. Which arguments are read and which written depends on its direction.
bool ck_plan_run(ck_plan *plan, void *source, void *weights, void *_Nullable bias,
                 void *destination);

/// The oneDNN version in use, as major * 10000 + minor * 100 + patch.
int ck_onednn_version(void);

// MARK: Elementwise (elementwise.c)

typedef enum {
  CK_EXP, CK_LOG, CK_SQRT, CK_TANH, CK_SIGMOID, CK_RELU_MAP, CK_RELU6_MAP, CK_NEGATE
} ck_pointwise;
typedef enum {
  CK_ADD, CK_SUBTRACT, CK_MULTIPLY, CK_DIVIDE, CK_RELU_GRADIENT, CK_RELU6_GRADIENT
} ck_pairwise;

void ck_map(ck_pointwise function, const float *x, float *y, int64_t count);
/// Combines a and b, each read at stride 0 or 1, over one row.
void ck_combine(ck_pairwise function, const float *a, int64_t a_stride, const float *b,
                int64_t b_stride, float *y, int64_t count);
/// Combines `rows` rows of `columns`: strides are in elements, each either 0 or the natural one.
void ck_combine_rows(ck_pairwise function, const float *a, int64_t a_row, int64_t a_column,
                     const float *b, int64_t b_row, int64_t b_column, float *y, int64_t rows,
                     int64_t columns);
/// Copies between buffers that do not overlap; one core alone does not use all of the memory's speed.
void ck_copy(const void *x, void *y, int64_t bytes);
/// Copies `rows` rows of so many bytes between buffers whose rows are apart by the two strides, in bytes.
void ck_copy_rows(const void *x, int64_t x_row, void *y, int64_t y_row, int64_t rows,
                  int64_t bytes);
/// Adds two stretches of bfloat16 numbers, or passes a gradient where an activation is not at a bound.
void ck_combine_bfloat16(ck_pairwise function, const uint16_t *a, const uint16_t *b, uint16_t *y,
                       int64_t count);
void ck_fill(float *x, float value, int64_t count);
/// y += x
void ck_accumulate(const float *x, float *y, int64_t count);
/// The sum over the middle axis of [outer, middle, inner].
void ck_sum_middle(const float *x, float *y, int64_t outer, int64_t middle, int64_t inner);
/// The sum over the rows of a matrix of `type`.
void ck_sum_rows(const void *x, ck_type type, float *y, int64_t rows, int64_t columns);
/// [outer, a, b, inner] → [outer, b, a, inner]
void ck_transpose(const float *x, float *y, int64_t outer, int64_t a, int64_t b, int64_t inner);
void ck_to_bfloat16(const float *x, uint16_t *y, int64_t count);
void ck_from_bfloat16(const uint16_t *x, float *y, int64_t count);
void ck_from_float16(const uint16_t *x, float *y, int64_t count);
bool ck_all_finite(const float *x, int64_t count);
bool ck_all_finite_bfloat16(const uint16_t *x, int64_t count);
/// 8-bit RGB pixels to normalised floats: y = x * scale[c] + shift[c].
void ck_normalize_pixels(const uint8_t *x, const float *scale, const float *shift, float *y,
                         int64_t pixels);

// MARK: Learning (learning.c)

typedef struct {
  float learning_rate, decay, gradient_scale;
} ck_step;
typedef struct {
  float beta1, beta2, epsilon;
  /// 1 - beta^t for the two means.
  float correction1, correction2;
  bool decoupled_decay;
} ck_adam;
/// One step of Adam or AdamW, in place.
void ck_adam_step(float *x, const float *dx, float *m, float *v, ck_step step, ck_adam adam,
                  int64_t count);
/// One step of gradient descent, in place; without a velocity there is no momentum.
void ck_sgd_step(float *x, const float *dx, float *_Nullable velocity, float momentum,
                 bool nesterov, ck_step step, int64_t count);
/// y += share (x - y)
void ck_approach(const float *x, float share, float *y, int64_t count);
/// Cuts every number to -limit...limit and returns how many were beyond.
int64_t ck_clip(float *x, float limit, int64_t count);
double ck_sum_of_squares(const float *x, int64_t count);

// MARK: Products of few rows (products.c)

enum { CK_FEW_ROWS = 4 };
/// y = x weightsᵀ + bias for 1 to CK_FEW_ROWS rows of x; `weights` is [columns, inner] of `type`.
///
/// So few rows only wait for the weights, which this reads as they lie. It needs no packed copy and no
/// plan, which together take a first beam search longer than all of its products.
void ck_few_rows_product(const float *x, const void *weights, ck_type type,
                         const float *_Nullable bias, float *y, int64_t rows, int64_t columns,
                         int64_t inner, bool adds);

// MARK: Probabilities (probabilities.c)

void ck_log_softmax(const float *x, float *y, int64_t rows, int64_t columns);
void ck_softmax(const float *x, float *y, int64_t rows, int64_t columns);
typedef struct {
  /// A row with this target has loss 0 and gradient 0.
  int32_t ignored;
  /// How much of the probability is wanted on all columns alike, in 0...1.
  float smoothing;
  /// The gradient is that of this much of the sum of all losses.
  float scale;
} ck_entropy;
/// Writes each row's -Σ q log p, where q is 1 at the target but for the smoothing, times its weight if there
/// are any, and its gradient, of `type`, where asked for. The logits are used up.
void ck_cross_entropy(float *logits, const int32_t *targets, const float *_Nullable weights,
                      ck_entropy settings, float *losses, void *_Nullable gradient, ck_type type, int64_t rows,
                      int64_t columns);
/// The column of each row of scores at which the cumulative softmax passes a number in 0..<1.
void ck_draw(const float *logits, const float *uniforms, int32_t *indices, int64_t rows,
             int64_t columns);

// MARK: Rows (rows.c)

/// Replaces numbers of each row by 0, each with a chance of `limit` in 65536, and multiplies the others by
/// `kept`. The draws are those of SplitMix64 from the row's key, four to a number of 64 bits.
void ck_dropout(const void *x, ck_type type, const uint64_t *keys, uint32_t limit, float kept,
                void *y, int64_t rows, int64_t columns);

/// Copies the rows of so many bytes that `indices` name.
void ck_gather(const void *table, const int32_t *indices, void *y, int64_t rows, int64_t bytes);
void ck_scatter_add(const float *x, const int32_t *indices, float *table, int64_t rows,
                    int64_t columns);
/// The `k` largest of each row in falling order; of equal values the one with the lower index.
void ck_largest(const float *x, int64_t rows, int64_t columns, int64_t k, int32_t *indices,
                float *values);
/// Normalises each (sample, group) of [B, positions, C]; writes mean and 1/deviation, [B, groups].
void ck_group_norm(const float *x, const float *weight, const float *bias, float *y, float *mean,
                   float *inverse_deviation, int64_t batch, int64_t positions, int64_t channels,
                   int64_t groups, float epsilon);
/// Gradients of `ck_group_norm`; `dweight` and `dbias` are summed over the batch.
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
/// Sends dy to the first largest element of each window, as PyTorch does.
void ck_max_pool_gradient(const float *x, const float *dy, float *dx, ck_pooling shape);
/// Averages over the whole window, padding included.
void ck_average_pool(const float *x, float *y, ck_pooling shape);
void ck_average_pool_gradient(const float *dy, float *dx, ck_pooling shape);

// MARK: Recurrent gates (gates.c)

/// i, f, g, o in `gates` [rows, 4H] are replaced by their activations; c and h, of `type`, follow.
void ck_lstm_gates(float *gates, const float *previous_cell, float *cell, void *hidden,
                   ck_type type, int64_t rows, int64_t size);
/// `dcell` holds the gradient from later steps and leaves with that for earlier ones; `dgates` are of
/// `type`.
void ck_lstm_gates_gradient(const float *gates, const float *previous_cell, const float *cell,
                            const float *dhidden, float *dcell, void *dgates, ck_type type,
                            int64_t rows, int64_t size);
/// r, z, n: `input` and `recurrent` [rows, 3H] hold both sums with their biases (PyTorch's form).
/// Leaves the activations r, z, n in `input`.
void ck_gru_gates(float *input, const float *recurrent, const float *previous, float *hidden,
                  int64_t rows, int64_t size);
/// `dhidden` enters with the full gradient and leaves with the part that bypasses the gates.
void ck_gru_gates_gradient(const float *gates, const float *recurrent, const float *previous,
                           float *dhidden, float *dinput, float *drecurrent, int64_t rows,
                           int64_t size);

// MARK: Additive attention (attention.c)

/// The positions of all pictures lie one after the other, those of picture p from `starts[p]` to
/// `starts[p + 1]`. `positions` is the most that any has.
typedef struct {
  int64_t rows, pictures, positions, size, channels;
  const int32_t *starts;
} ck_attention;

/// What `ck_attend` was given and the weights it gave.
typedef struct {
  const float *queries, *keys, *values, *scoring;
  const int32_t *pictures;
  const float *weights;
} ck_attention_forward;

enum { CK_MOST_POSITIONS = 4096 };

/// `queries` [rows, size] look at `keys` [positions of all, size] of the picture of each row.
/// `weights` [rows, positions] become softmax(scoring · tanh(key + query)), 0 behind a picture's last, and
/// `context` [rows, channels] the mean of `values` [positions of all, channels] by them.
void ck_attend(const float *queries, const float *keys, const float *values, const float *scoring,
               const int32_t *pictures, ck_attention shape, float *context, float *weights);
/// `dscores` [rows, positions] are the gradients before the softmax, `dscoring` [rows, size] is that of
/// each row.
void ck_attend_gradient(ck_attention_forward x, ck_attention shape,
                        const float *_Nullable dcontext, const float *_Nullable dweights,
                        float *dqueries, float *dscores, float *dscoring);
/// The gradient of the keys, of all rows that looked at each picture together.
void ck_attend_key_gradient(const float *queries, const float *keys, const float *scoring,
                            const int32_t *pictures, ck_attention shape, const float *dscores,
                            float *dkeys);
/// The gradient of the values, likewise.
void ck_attend_value_gradient(const float *weights, const int32_t *pictures, ck_attention shape,
                              const float *dcontext, float *dvalues);

#pragma clang assume_nonnull end
