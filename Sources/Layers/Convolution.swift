import Tensors

/// A two-dimensional convolution of channels-last maps.
package struct Convolution: Module {
  /// `[O, C / groups, kh, kw]`, as PyTorch stores it.
  package var weight: Tensor
  /// `[O]`; absent where a norm follows.
  package var bias: Tensor?
  package let stride: Int
  package let padding: PaddingRule
  package let groups: Int

  /// - Parameters:
  ///   - inputs: The number of channels of the input.
  ///   - outputs: The number of channels of the output.
  ///   - kernel: Height and width of the kernel.
  ///   - stride: The step between windows, in both directions.
  ///   - padding: Zeros around the map; by default as many as keep its size at stride 1.
  ///   - groups: The number of groups of channels, each convolved by itself.
  ///   - hasBias: True if a bias is added per output channel.
  package init(
    from inputs: Int, to outputs: Int, kernel: (height: Int, width: Int), stride: Int = 1,
    padding: PaddingRule? = nil, groups: Int = 1, hasBias: Bool = false
  ) {
    weight = Tensor(zeros: [outputs, inputs / groups, kernel.height, kernel.width])
    bias = hasBias ? Tensor(zeros: [outputs]) : nil
    (self.stride, self.groups) = (stride, groups)
    self.padding = padding ?? .symmetric(height: kernel.height / 2, width: kernel.width / 2)
  }

  /// Convolves maps.
  ///
  /// - Parameters:
  ///   - x: The maps, `[B, H, W, C]`.
  ///   - addend: Added before the activation, shaped like the result.
  ///   - activation: The activation of the sum.
  /// - Returns: `[B, h, w, O]`.
  package func callAsFunction(
    _ x: Tensor, adding addend: consuming Tensor? = nil, activation: Activation = .linear
  ) -> Tensor {
    convolution(
      x, weight, bias: bias, adding: consume addend, geometry(for: x.shape), activation: activation)
  }

  package mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit(
      "weight", &weight, initially: .he(fanIn: weight.shape.dropFirst().reduce(1, *)))
    if var present = bias {
      visitor.visit("bias", &present)
      bias = present
    }
  }

  func geometry(for shape: Shape) -> ConvolutionGeometry {
    let kernel = (height: weight.shape[2], width: weight.shape[3])
    return ConvolutionGeometry(
      stride: stride,
      padding: padding.padding(height: shape[1], width: shape[2], kernel: kernel, stride: stride),
      groups: groups)
  }
}

/// The number of zeros around a map.
package enum PaddingRule: Sendable, Hashable {
  /// The same on opposite sides, as in PyTorch.
  case symmetric(height: Int, width: Int)
  /// The zeros that make the output `⌈size / stride⌉`, the odd one below and right, as in TensorFlow.
  case same

  package static func symmetric(_ all: Int) -> PaddingRule { .symmetric(height: all, width: all) }

  func padding(height: Int, width: Int, kernel: (height: Int, width: Int), stride: Int) -> Padding {
    switch self {
    case .symmetric(let vertical, let horizontal):
      return Padding(top: vertical, left: horizontal, bottom: vertical, right: horizontal)
    case .same:
      let rows = Self.total(height, kernel.height, stride)
      let columns = Self.total(width, kernel.width, stride)
      return Padding(
        top: rows / 2, left: columns / 2, bottom: rows - rows / 2, right: columns - columns / 2)
    }
  }

  private static func total(_ size: Int, _ kernel: Int, _ stride: Int) -> Int {
    max(((size + stride - 1) / stride - 1) * stride + kernel - size, 0)
  }
}
