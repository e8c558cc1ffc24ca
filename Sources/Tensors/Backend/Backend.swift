/// The kernels that a device supplies; every other operation is composed from them.
///
/// Kernels take buffers and shapes, never a `Tensor`, and do not record history, so a new device is one new
/// conformance. Regions are contiguous. The regions that a kernel writes never overlap those it reads, unless its
/// description says so.
package protocol Backend: AnyObject, Sendable {
  /// Allocates memory for `count` elements, with undefined contents.
  func makeBuffer(count: Int, type: ElementType) -> Buffer
  /// Allocates memory for `count` elements that are all 0.
  func makeZeros(count: Int, type: ElementType) -> Buffer
  func write(_ floats: [Float], to y: Region)
  func floats(in x: Region) -> [Float]
  /// Writes 8-bit RGB pixels as `byte * scale + shift`, with a scale and a shift per channel, to any type but bfloat16.
  func write(pixels: [UInt8], scale: [Float], shift: [Float], to y: Region)
  /// Copies `x` into `y`, rounding to its element type; one of two different types is float32.
  func convert(_ x: Region, into y: Region)
  /// Rounds each row of `x`, in float32, to `y`, of type `int8(scale: 1)`, and returns the scale of each.
  ///
  /// The largest magnitude of a row becomes `limit`. The scale of a row of zeros is 1.
  func quantizeRows(_ x: Region, rows: Int, limit: Float, into y: Region) -> [Float]
  /// Returns the memory of `x`, which must be all of a buffer that nothing else refers to, as undefined numbers of
  /// another type of the same size.
  func reused(_ x: Region, as type: ElementType) -> Region
  func fill(_ y: Region, with value: Float)
  func isFinite(_ x: Region) -> Bool

  // MARK: Elementwise

  func map(_ function: Pointwise, _ x: Region, into y: Region)
  /// Combines two operands, broadcast to `shape` along axes whose stride is 0.
  ///
  /// Sums and gradients of activations may be in bfloat16 if both operands fill the shape.
  func combine(_ function: Pairwise, _ a: Operand, _ b: Operand, _ shape: Shape, into y: Region)
  /// Sums over the middle axis of `[outer, middle, inner]`; where `outer` is 1, `x` may be in bfloat16.
  func sum(_ x: Region, outer: Int, middle: Int, inner: Int, into y: Region)
  func sumOfSquares(_ x: Region) -> Double
  /// Adds `x` to `y` in place.
  func accumulate(_ x: Region, into y: Region)

  // MARK: Moving

  /// Copies rows of `columns` elements; the strides are the distances between row starts, in elements.
  func copyRows(
    _ x: Region, stride xStride: Int, into y: Region, stride yStride: Int, rows: Int, columns: Int)
  /// Transposes `[outer, a, b, inner]` to `[outer, b, a, inner]`.
  func transpose(_ x: Region, outer: Int, _ a: Int, _ b: Int, inner: Int, into y: Region)
  func gather(_ rows: [Int32], of table: Region, columns: Int, into y: Region)
  /// Adds each row of `x` to the given row of `table`, in order.
  func scatterAdd(_ x: Region, toRows rows: [Int32], of table: Region, columns: Int)

  // MARK: Products

  /// Multiplies in the precision of `left`, to which `right` is converted, and accumulates in float32.
  func multiply(
    _ left: Region, _ right: Region, _ bias: Region?, _ product: Product, into y: Region)
  /// Convolves in the precision of `x`, to which `weight` is converted. `addend` has the shape of `y`, may be `y`
  /// itself, and is added before the activation.
  func convolve(
    _ x: Region, _ weight: Region, _ bias: Region?, adding addend: Region?, _ window: Window,
    into y: Region)
  /// Convolves 8-bit numbers, whose products are summed in 32 bits. With an `addend`, what `y` holds before, as numbers
  /// of that type, is added before the activation.
  func convolve(
    _ x: Region, _ kernel: QuantizedKernel, adding addend: ElementType?, _ window: Window,
    into y: Region)
  func convolutionInputGradient(_ dy: Region, _ weight: Region, _ window: Window, into dx: Region)
  func convolutionWeightGradient(
    _ x: Region, _ dy: Region, _ window: Window, into dweight: Region, _ dbias: Region?)

  // MARK: Pooling and normalisation

  /// The largest of 8-bit numbers is one of the same type.
  func pool(_ kind: PoolingKind, _ x: Region, _ window: Window, into y: Region)
  func poolingGradient(
    _ kind: PoolingKind, _ x: Region, _ dy: Region, _ window: Window, into dx: Region)
  func groupNorm(
    _ x: Region, _ weight: Region, _ bias: Region, _ groups: Grouping, into y: GroupNormResult)
  func groupNormGradient(
    _ x: Region, _ weight: Region, _ result: GroupNormResult, _ dy: Region, _ groups: Grouping,
    into dx: Region, _ dweight: Region, _ dbias: Region)

  // MARK: Scores and rows

  /// Sets some elements of each row to 0 and scales up the others; see `Tensor.droppingOut`.
  func dropout(_ x: Region, keys: [UInt64], _ rate: Float, into y: Region)

  func softmax(_ x: Region, columns: Int, logarithm: Bool, into y: Region)
  /// Writes the loss of each row, times its weight, and optionally its gradient; overwrites `logits`.
  func crossEntropy(
    _ logits: Region, targets: ArraySlice<Int32>, weights: ArraySlice<Float>?, _ entropy: Entropy,
    into losses: Region,
    gradient: Region?)
  /// Returns the `k` largest values of each row in descending order; of equal values the lower index first.
  func largest(_ k: Int, _ x: Region, columns: Int) -> [[(index: Int, value: Float)]]

  /// Returns the column of each row of scores at which the cumulative softmax exceeds a number in `0..<1`.
  func draw(_ x: Region, at uniforms: [Float]) -> [Int]

  // MARK: Recurrent cells

  /// `hidden` may be in bfloat16.
  func lstmGates(
    _ gates: Region, previousCell: Region, cell: Region, hidden: Region, rows: Int, size: Int)
  /// `dgates` may be in bfloat16.
  func lstmGatesGradient(
    _ gates: Region, previousCell: Region, cell: Region, dhidden: Region, dcell: Region,
    into dgates: Region, rows: Int, size: Int)
  /// Writes the hidden state in float32, and also into `rounded`, in bfloat16, if that is not nil.
  func gruGates(
    _ gates: Region, recurrent: Region, previous: Region, hidden: Region, rounded: Region?,
    rows: Int, size: Int)
  /// `dgates` and `drecurrent` have the same type, which may be bfloat16.
  func gruGatesGradient(
    _ gates: Region, recurrent: Region, previous: Region, dhidden: Region, into dgates: Region,
    _ drecurrent: Region, rows: Int, size: Int)

  // MARK: Attention

  func attend(_ x: AttentionInputs, _ shape: AttentionShape, context: Region, weights: Region)
  /// Writes `dscores`, the gradient before the softmax, and `dscoring` of each row, `[rows, size]`.
  func attendGradient(
    _ x: AttentionInputs, _ shape: AttentionShape, weights: Region, dcontext: Region?,
    dweights: Region?, into dqueries: Region, _ dscores: Region, _ dscoring: Region)
  /// Computes the gradient of the keys from all rows of `x`; the values of `x` are not read.
  func attendGradient(
    ofKeys x: AttentionInputs, _ shape: AttentionShape, dscores: Region, into dkeys: Region)
  /// Computes the gradient of the values from all rows.
  func attendGradient(
    ofValues pictureOfRow: [Int32], _ shape: AttentionShape, weights: Region, dcontext: Region,
    into dvalues: Region)

  // MARK: Optimizers

  /// Performs one step of Adam, in place.
  func adam(
    _ x: Region, _ dx: Region, _ first: Region, _ second: Region, _ settings: AdamSettings,
    _ step: OptimizerStep)
  /// Performs one step of gradient descent, in place; `velocity` is nil without momentum.
  func sgd(
    _ x: Region, _ dx: Region, _ velocity: Region?, momentum: Float, nesterov: Bool,
    _ step: OptimizerStep)
  /// Interpolates linearly, `y += share * (x - y)`, in place.
  func approach(_ x: Region, _ share: Float, _ y: Region)
  /// Clips every element to `-limit...limit`, in place, and returns the number of elements that were outside.
  func clip(_ x: Region, to limit: Float) -> Int
}

package enum Pointwise: Sendable {
  case exp, log, sqrt, tanh, sigmoid, relu, relu6, negate, silu, hardSwish, hardSigmoid, gelu
}

package enum Pairwise: Sendable {
  case add, subtract, multiply, divide
  /// `a` where `b`, the result of the activation, is not at a bound, and 0 elsewhere.
  case reluGradient, relu6Gradient
  /// `a` times the slope of the function at `b`.
  case siluGradient, hardSwishGradient, hardSigmoidGradient, geluGradient
}

/// A region that is read as a tensor of a larger shape; stride 0 repeats an axis.
package struct Operand: Sendable {
  package let region: Region
  /// The distance between neighbours along each axis of the result, in elements.
  package let strides: [Int]
}

/// A matrix product `[rows, inner] · [inner, columns]`.
package struct Product: Hashable, Sendable {
  package var rows: Int
  package var columns: Int
  package var inner: Int
  /// A Boolean value that is true if the left side is stored `[inner, rows]`.
  package var transposeLeft = false
  /// A Boolean value that is true if the right side is stored `[columns, inner]`.
  package var transposeRight = false
  /// A Boolean value that is true if the product is added to the destination instead of replacing it.
  package var accumulates = false
  /// The function applied to the sum, which includes the bias and, if `accumulates`, the destination.
  package var activation = Activation.linear
  /// A Boolean value that is true if the right side will be used again unchanged, so a packed copy pays off.
  package var reusesRight = false
}

/// An activation function that is fused with the operation before it.
package enum Activation: Sendable, Hashable {
  case linear, relu, relu6, silu, hardSwish, gelu

  /// True if the slope follows from the result alone.
  var isInvertible: Bool {
    switch self {
    case .linear, .relu, .relu6: true
    case .silu, .hardSwish, .gelu: false
    }
  }
}

package enum PoolingKind: Sendable {
  case max
  /// The sum divided by the size of the window, padding included.
  case average
}

/// The geometry of a convolution or a pooling over channels-last maps.
package struct Window: Hashable, Sendable {
  package var batch: Int
  package var height: Int
  package var width: Int
  package var channels: Int
  package var outputChannels: Int
  package var kernelHeight: Int
  package var kernelWidth: Int
  package var stride: Int
  package var padding: Padding
  package var groups = 1
  package var activation = Activation.linear

  package var outputHeight: Int {
    (height + padding.top + padding.bottom - kernelHeight) / stride + 1
  }
  package var outputWidth: Int {
    (width + padding.left + padding.right - kernelWidth) / stride + 1
  }
  package var outputShape: Shape { [batch, outputHeight, outputWidth, outputChannels] }
}

/// The shape `[batch, positions, channels]` of a map whose channels are normalised in groups.
package struct Grouping: Sendable {
  package let batch: Int
  package let positions: Int
  package let channels: Int
  package let groups: Int
  package let epsilon: Float
}

package struct GroupNormResult: Sendable {
  package let y: Region
  /// `[batch, groups]`, as is `inverseDeviation`.
  package let mean: Region
  package let inverseDeviation: Region
}

/// The inputs of additive attention.
package struct AttentionInputs: Sendable {
  /// `[rows, size]`.
  package let queries: Region
  /// `[positions of all pictures, size]`.
  package let keys: Region
  /// `[positions of all pictures, channels]`.
  package let values: Region
  /// `[size]`.
  package let scoring: Region
  /// The index of the picture that each row attends to.
  package let pictures: [Int32]
}

package struct AttentionShape: Sendable {
  package private(set) var rows: Int
  package let size: Int
  package let channels: Int
  /// The offset of the first position of each picture among those of all, and the total as the last element.
  package let starts: [Int32]
  /// The largest number of positions of a picture, which is the length of each row of weights.
  package let positions: Int

  package init(rows: Int, size: Int, channels: Int, positionCounts: [Int]) {
    (self.rows, self.size, self.channels) = (rows, size, channels)
    starts = positionCounts.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1)) }
    positions = positionCounts.max() ?? 0
  }

  package var pictures: Int { starts.count - 1 }

  /// Returns the shape for the same pictures and another number of rows.
  package func with(rows: Int) -> AttentionShape {
    var copy = self
    copy.rows = rows
    return copy
  }

  /// Returns the range of a picture's positions among those of all.
  package func places(ofPicture picture: Int) -> Range<Int> {
    Int(starts[picture])..<Int(starts[picture + 1])
  }
}

/// The settings of a cross-entropy.
package struct Entropy: Sendable {
  /// The target of rows that are ignored.
  package var ignored: Int32
  /// The label smoothing, in `0...1`: the share of the target probability that is spread evenly over all columns.
  package var smoothing: Float = 0
  /// The factor of the gradient: it is that of `scale` times the sum of all losses.
  package var scale: Float = 1
}

/// The settings of one optimizer step that all optimizers share.
package struct OptimizerStep: Sendable {
  package var learningRate: Float
  /// The weight decay per unit of learning rate.
  package var weightDecay: Float
  /// The factor of every gradient, so that clipping by the norm needs no pass of its own.
  package var gradientScale: Float
  /// The number of the step, from 1.
  package var step: Int

  package init(
    learningRate: Float, weightDecay: Float = 0, gradientScale: Float = 1, step: Int
  ) {
    (self.learningRate, self.weightDecay) = (learningRate, weightDecay)
    (self.gradientScale, self.step) = (gradientScale, step)
  }
}

/// The settings of Adam.
package struct AdamSettings: Sendable {
  package var beta1: Float
  package var beta2: Float
  package var epsilon: Float
  /// A Boolean value that is true if weight decay is decoupled from the gradient (AdamW).
  package var decoupledDecay: Bool

  package init(
    beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, decoupledDecay: Bool = true
  ) {
    (self.beta1, self.beta2, self.epsilon) = (beta1, beta2, epsilon)
    self.decoupledDecay = decoupledDecay
  }
}
