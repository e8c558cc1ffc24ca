import Layers
import Tensors

/// The block that networks for phones are made of: widen, look around channel by channel, weigh the channels,
/// narrow without an activation, and add the input (Sandler et al., 2018; Howard et al., 2019).
struct MobileBlock: Module {
  /// Absent where the block does not widen.
  private var expand: NormalizedConvolution?
  private var depthwise: NormalizedConvolution
  private var excitation: SqueezeExcitation?
  private var project: NormalizedConvolution
  private let addsInput: Bool
  private let naming: Naming

  /// The names of the layers in weight files.
  enum Naming {
    /// Their numbers in a list, each with its norm: `block.1.0`, as torchvision has it.
    case numbers
    /// The same, but with the last layer and its norm in the list itself: `conv.2`, as torchvision's MobileNetV2.
    case mobileNetV2
    /// Their purposes: `_depthwise_conv`, as in the PyTorch port of EfficientNet by Luke Melas-Kyriazi.
    case purposes
  }

  /// - Parameters:
  ///   - inputs: The number of channels of the input.
  ///   - width: The number of channels between widening and narrowing.
  ///   - outputs: The number of channels of the output.
  ///   - kernel: Height and width of the kernel that looks around.
  ///   - stride: The step of that kernel.
  ///   - padding: Where its zeros go.
  ///   - activation: The activation of all layers but the last.
  ///   - epsilon: The ε of the norms.
  ///   - excitation: Weighs the channels; nil leaves them as they are.
  ///   - naming: The names of the layers.
  init(
    from inputs: Int, width: Int, to outputs: Int, kernel: Int, stride: Int,
    padding: PaddingStyle = .symmetric, activation: Activation, epsilon: Float,
    excitation: SqueezeExcitation? = nil, naming: Naming = .numbers
  ) {
    if width != inputs {
      expand = NormalizedConvolution(
        Convolution(from: inputs, to: width, kernel: (1, 1)), activation: activation,
        epsilon: epsilon)
    }
    depthwise = NormalizedConvolution(
      Convolution(
        from: width, to: width, kernel: (kernel, kernel), stride: stride,
        padding: padding.rule(forKernel: kernel), groups: width),
      activation: activation, epsilon: epsilon)
    project = NormalizedConvolution(
      Convolution(from: width, to: outputs, kernel: (1, 1)), activation: .linear, epsilon: epsilon)
    addsInput = stride == 1 && inputs == outputs
    (self.excitation, self.naming) = (excitation, naming)
  }

  func callAsFunction(_ x: consuming Tensor) -> Tensor {
    var inner = if let expand { depthwise(expand(x)) } else { depthwise(x) }
    if let excitation { inner = excitation(inner) }
    return addsInput ? project(inner, adding: consume x) : project(inner)
  }

  mutating func visitParameters(_ visitor: inout ParameterVisitor) {
    switch naming {
    case .numbers, .mobileNetV2:
      let list = naming == .numbers ? "block" : "conv"
      var number = 0
      func next() -> String {
        defer { number += 1 }
        return "\(list).\(number)"
      }
      if var present = expand {
        let name = next()
        visitor.visit("\(name).0", "\(name).1", &present)
        expand = present
      }
      let name = next()
      visitor.visit("\(name).0", "\(name).1", &depthwise)
      if excitation != nil { visitor.visit(next(), &excitation) }
      let last = next()
      if naming == .numbers {
        visitor.visit("\(last).0", "\(last).1", &project)
      } else {
        visitor.visit(last, next(), &project)
      }
    case .purposes:
      if var present = expand {
        visitor.visit("_expand_conv", "_bn0", &present)
        expand = present
      }
      visitor.visit("_depthwise_conv", "_bn1", &depthwise)
      if var present = excitation {
        present.visitParameters(&visitor)
        excitation = present
      }
      visitor.visit("_project_conv", "_bn2", &project)
    }
  }
}

/// Returns the multiple of 8 that is nearest to a number of channels, but not more than a tenth below it.
func roundedChannels(_ count: Double) -> Int {
  let rounded = max(8, Int(count + 4) / 8 * 8)
  return Double(rounded) < 0.9 * count ? rounded + 8 : rounded
}
