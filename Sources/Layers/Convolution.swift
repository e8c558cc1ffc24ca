import Tensors

/// Slides learned kernels over channels-last maps.
public struct Convolution: Module {
  /// `[O, C / groups, kh, kw]`, as PyTorch stores it.
  public var weight: Tensor
  /// `[O]`; absent where a norm follows.
  public var bias: Tensor?
  public let stride: Int
  public let padding: PaddingRule
  public let groups: Int

  /// - Parameters:
  ///   - inputs: Channels of the input.
  ///   - outputs: Channels of the output.
  ///   - kernel: Height and width of the kernel.
  ///   - stride: The step between windows, in both directions.
  ///   - padding: Zeros around the map; by default as many as keep its size at stride 1.
  ///   - groups: Into how many groups the channels fall that do not see each other.
  ///   - hasBias: Whether a constant is added per output channel.
  public init(
    from inputs: Int, to outputs: Int, kernel: (height: Int, width: Int), stride: Int = 1,
    padding: PaddingRule? = nil, groups: Int = 1, hasBias: Bool = false
  ) {
    weight = Tensor(zeros: [outputs, inputs / groups, kernel.height, kernel.width])
    bias = hasBias ? Tensor(zeros: [outputs]) : nil
    (self.stride, self.groups) = (stride, groups)
    self.padding = padding ?? .symmetric(height: kernel.height / 2, width: kernel.width / 2)
  }

  /// - Parameters:
  ///   - x: `[B, H, W, C]`.
  ///   - addend: Added before the activation, shaped like the result.
  ///   - activation: What happens to the sum.
  /// - Returns: `[B, h, w, O]`.
  public func callAsFunction(
    _ x: Tensor, adding addend: consuming Tensor? = nil, activation: Activation = .linear
  ) -> Tensor {
    convolution(
      x, weight, bias: bias, adding: consume addend, geometry(for: x.shape), activation: activation)
  }

  public mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    visitor.visit(
      "weight", &weight, initially: .he(fanIn: weight.shape.dropFirst().reduce(1, *)))
    if var present = bias {
      visitor.visit("bias", &present)
      bias = present
    }
  }

  private func geometry(for shape: Shape) -> ConvolutionGeometry {
    let kernel = (height: weight.shape[2], width: weight.shape[3])
    return ConvolutionGeometry(
      stride: stride,
      padding: padding.padding(height: shape[1], width: shape[2], kernel: kernel, stride: stride),
      groups: groups)
  }
}

/// How many zeros go around a map.
public enum PaddingRule: Sendable, Hashable {
  /// The same on opposite sides, as in PyTorch.
  case symmetric(height: Int, width: Int)
  /// As many as make the output `⌈size / stride⌉`, the odd one below and right, as in TensorFlow.
  case same

  public static func symmetric(_ all: Int) -> PaddingRule { .symmetric(height: all, width: all) }

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
