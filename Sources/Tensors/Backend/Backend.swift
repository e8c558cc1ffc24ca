/// The kernels a device supplies; every other operation is composed from them.
///
/// Kernels see buffers and shapes, never a `Tensor`, and know nothing of history: a new device is a
/// new conformance and no change above this line. Regions are contiguous, and what a kernel writes
/// never overlaps what it reads unless it says so.
package protocol Backend: AnyObject, Sendable {
  /// Memory for `count` elements, with any contents.
  func makeBuffer(count: Int, type: ElementType) -> Buffer
  /// Memory for `count` elements that are all 0.
  func makeZeros(count: Int, type: ElementType) -> Buffer
  func write(_ floats: [Float], to y: Region)
  func floats(in x: Region) -> [Float]
  /// Writes 8-bit RGB pixels as `byte * scale + shift`, with a scale and a shift per channel.
  func write(pixels: [UInt8], scale: [Float], shift: [Float], to y: Region)
  /// Copies `x` into `y`, rounding to its element type.
  func convert(_ x: Region, into y: Region)
  func fill(_ y: Region, with value: Float)
  func isFinite(_ x: Region) -> Bool

  // MARK: Elementwise

  func map(_ function: Pointwise, _ x: Region, into y: Region)
  /// Combines two operands that are repeated, where their stride is 0, to fill `shape`.
  ///
  /// Sums, and gradients of activations, of operands that fill the shape may be in bfloat16.
  func combine(_ function: Pairwise, _ a: Operand, _ b: Operand, _ shape: Shape, into y: Region)
  /// The sum over the middle axis of `[outer, middle, inner]`; where `outer` is 1, `x` may be in bfloat16.
  func sum(_ x: Region, outer: Int, middle: Int, inner: Int, into y: Region)
  func sumOfSquares(_ x: Region) -> Double
  /// Adds `x` to `y` in place.
  func accumulate(_ x: Region, into y: Region)

  // MARK: Moving

  /// Copies rows of `columns` elements whose beginnings lie the given strides apart.
  func copyRows(
    _ x: Region, stride xStride: Int, into y: Region, stride yStride: Int, rows: Int, columns: Int)
  /// `[outer, a, b, inner]` to `[outer, b, a, inner]`.
  func transpose(_ x: Region, outer: Int, _ a: Int, _ b: Int, inner: Int, into y: Region)
  func gather(_ rows: [Int32], of table: Region, columns: Int, into y: Region)
  /// Adds each row of `x` to the given row of `table`, in order.
  func scatterAdd(_ x: Region, toRows rows: [Int32], of table: Region, columns: Int)

  // MARK: Products

  /// Multiplies in the precision of `left`, which `right` is brought to, and adds up in float32.
  func multiply(
    _ left: Region, _ right: Region, _ bias: Region?, _ product: Product, into y: Region)
  /// Multiplies in the precision of `x`, which `weight` is brought to; `addend` has the shape of `y`, or is
  /// `y`, and is added before the activation.
  func convolve(
    _ x: Region, _ weight: Region, _ bias: Region?, adding addend: Region?, _ window: Window,
    into y: Region)
  func convolutionInputGradient(_ dy: Region, _ weight: Region, _ window: Window, into dx: Region)
  func convolutionWeightGradient(
    _ x: Region, _ dy: Region, _ window: Window, into dweight: Region, _ dbias: Region?)

  // MARK: Pooling and normalisation

  func pool(_ kind: PoolingKind, _ x: Region, _ window: Window, into y: Region)
  func poolingGradient(
    _ kind: PoolingKind, _ x: Region, _ dy: Region, _ window: Window, into dx: Region)
  func groupNorm(
    _ x: Region, _ weight: Region, _ bias: Region, _ groups: Grouping, into y: GroupNormResult)
  func groupNormGradient(
    _ x: Region, _ weight: Region, _ result: GroupNormResult, _ dy: Region, _ groups: Grouping,
    into dx: Region, _ dweight: Region, _ dbias: Region)

  // MARK: Words

  /// Replaces numbers of each row by 0 and scales up the others; see `Tensor.droppingOut`.
  func dropout(_ x: Region, keys: [UInt64], _ rate: Float, into y: Region)

  func softmax(_ x: Region, columns: Int, logarithm: Bool, into y: Region)
  /// Writes each row's loss, times its weight, and its gradient if asked for; `logits` are used up.
  func crossEntropy(
    _ logits: Region, targets: ArraySlice<Int32>, weights: ArraySlice<Float>?, _ entropy: Entropy,
    into losses: Region,
    gradient: Region?)
  /// The `k` largest values of each row, in falling order; of equal ones the lower index first.
  func largest(_ k: Int, _ x: Region, columns: Int) -> [[(index: Int, value: Float)]]

  /// The column of each row of scores at which the cumulative softmax passes a number in `0..<1`.
  func draw(_ x: Region, at uniforms: [Float]) -> [Int]

  // MARK: Recurrent cells

  /// `hidden` may be in bfloat16.
  func lstmGates(
    _ gates: Region, previousCell: Region, cell: Region, hidden: Region, rows: Int, size: Int)
  /// `dgates` may be in bfloat16.
  func lstmGatesGradient(
    _ gates: Region, previousCell: Region, cell: Region, dhidden: Region, dcell: Region,
    into dgates: Region, rows: Int, size: Int)
  func gruGates(
    _ gates: Region, recurrent: Region, previous: Region, hidden: Region, rows: Int, size: Int)
  func gruGatesGradient(
    _ gates: Region, recurrent: Region, previous: Region, dhidden: Region, into dgates: Region,
    _ drecurrent: Region, rows: Int, size: Int)

  // MARK: Attention

  func attend(_ x: AttentionInputs, _ shape: AttentionShape, context: Region, weights: Region)
  /// Writes `dscores`, before the softmax, and `dscoring` for each row, `[rows, size]`.
  func attendGradient(
    _ x: AttentionInputs, _ shape: AttentionShape, weights: Region, dcontext: Region?,
    dweights: Region?, into dqueries: Region, _ dscores: Region, _ dscoring: Region)
  /// The gradient of the keys from all rows of `x`, whose values do not matter.
  func attendGradient(
    ofKeys x: AttentionInputs, _ shape: AttentionShape, dscores: Region, into dkeys: Region)
  /// The gradient of the values from all rows.
  func attendGradient(
    ofValues pictureOfRow: [Int32], _ shape: AttentionShape, weights: Region, dcontext: Region,
    into dvalues: Region)

  // MARK: Learning

  /// One step of Adam, in place.
  func adam(
    _ x: Region, _ dx: Region, _ first: Region, _ second: Region, _ settings: AdamSettings,
    _ step: OptimizerStep)
  /// One step of gradient descent, in place; without momentum there is no velocity.
  func sgd(
    _ x: Region, _ dx: Region, _ velocity: Region?, momentum: Float, nesterov: Bool,
    _ step: OptimizerStep)
  /// Moves `y` towards `x` by a share of the way, in place.
  func approach(_ x: Region, _ share: Float, _ y: Region)
  /// Cuts every number to `-limit...limit`, in place, and counts those that were beyond.
  func clip(_ x: Region, to limit: Float) -> Int
}

package enum Pointwise: Sendable {
  case exp, log, sqrt, tanh, sigmoid, relu, relu6, negate
}

package enum Pairwise: Sendable {
  case add, subtract, multiply, divide
  /// `a` where `b`, the activation's result, is not at a bound; otherwise 0.
  case reluGradient, relu6Gradient
}

/// A region read as a tensor of some larger shape: stride 0 repeats an axis.
package struct Operand: Sendable {
  package let region: Region
  /// Elements between neighbours along each axis of the result.
  package let strides: [Int]
}

/// A matrix product `[rows, inner] · [inner, columns]`.
package struct Product: Hashable, Sendable {
  package var rows: Int
  package var columns: Int
  package var inner: Int
  /// Whether the left side is stored `[inner, rows]`.
  package var transposeLeft = false
  /// Whether the right side is stored `[columns, inner]`.
  package var transposeRight = false
  /// Whether the destination is added to instead of written.
  package var accumulates = false
  /// What happens to the sum, bias and destination included.
  package var activation = Activation.linear
  /// Whether the right side will be used again unchanged, so that a packed copy pays.
  package var reusesRight = false
}

/// What an activation does to the sum it is fused with.
public enum Activation: Sendable, Hashable { case linear, relu, relu6 }

package enum PoolingKind: Sendable {
  case max
  /// Divides by the size of the window, padding included.
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

/// A map `[batch, positions, channels]` whose channels are normalised in groups.
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

/// What additive attention reads.
package struct AttentionInputs: Sendable {
  /// `[rows, size]`.
  package let queries: Region
  /// `[positions of all pictures, size]`.
  package let keys: Region
  /// `[positions of all pictures, channels]`.
  package let values: Region
  /// `[size]`.
  package let scoring: Region
  /// Which picture each row looks at.
  package let pictures: [Int32]
}

package struct AttentionShape: Sendable {
  package private(set) var rows: Int
  package let size: Int
  package let channels: Int
  /// Where the positions of each picture begin among those of all, and where the last one's end.
  package let starts: [Int32]
  /// The most that a picture has; as long are the rows of weights.
  package let positions: Int

  package init(rows: Int, size: Int, channels: Int, positionCounts: [Int]) {
    (self.rows, self.size, self.channels) = (rows, size, channels)
    starts = positionCounts.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1)) }
    positions = positionCounts.max() ?? 0
  }

  package var pictures: Int { starts.count - 1 }

  /// The same pictures, looked at by so many rows.
  package func with(rows: Int) -> AttentionShape {
    var copy = self
    copy.rows = rows
    return copy
  }

  /// Where the positions of a picture lie among those of all.
  package func places(ofPicture picture: Int) -> Range<Int> {
    Int(starts[picture])..<Int(starts[picture + 1])
  }
}

/// What a cross-entropy goes by.
package struct Entropy: Sendable {
  /// The target of rows that do not count.
  package var ignored: Int32
  /// How much of the probability is wanted on all columns alike, in `0...1`.
  package var smoothing: Float = 0
  /// The gradient is that of this much of the sum of all losses.
  package var scale: Float = 1
}

/// What one step of an optimizer goes by, whatever its rule.
package struct OptimizerStep: Sendable {
  package var learningRate: Float
  /// Per unit of learning rate.
  package var weightDecay: Float
  /// Multiplies every gradient: clipping costs no pass of its own.
  package var gradientScale: Float
  /// Counts from 1.
  package var step: Int

  package init(
    learningRate: Float, weightDecay: Float = 0, gradientScale: Float = 1, step: Int
  ) {
    (self.learningRate, self.weightDecay) = (learningRate, weightDecay)
    (self.gradientScale, self.step) = (gradientScale, step)
  }
}

/// What Adam goes by besides.
package struct AdamSettings: Sendable {
  package var beta1: Float
  package var beta2: Float
  package var epsilon: Float
  /// Whether weights decay by themselves (AdamW) or through the gradient.
  package var decoupledDecay: Bool

  package init(
    beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, decoupledDecay: Bool = true
  ) {
    (self.beta1, self.beta2, self.epsilon) = (beta1, beta2, epsilon)
    self.decoupledDecay = decoupledDecay
  }
}
