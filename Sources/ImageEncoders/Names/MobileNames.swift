/// A layer of a network of inverted residual blocks, by its purpose.
struct MobileLayer {
  enum Purpose {
    case stem, expand, depthwise, reduce, restore, project, head
  }
  let purpose: Purpose
  /// True for the norm behind the layer.
  let isNorm: Bool
  /// The number of the block.
  let block: Int
  /// True if the block widens before it looks around.
  let widens: Bool

  /// Returns the layers of an encoder with the ends of their parameters' names, in the order of `parameters`.
  ///
  /// The order is that of the network: a stem, blocks, a head, each convolution with its norm.
  static func layers(of parameters: [String]) -> [(layer: MobileLayer, end: String)] {
    let split = parameters.map { name in
      let parts = name.split(separator: ".").map(String.init)
      return (module: parts.dropLast().joined(separator: "."), end: parts[parts.count - 1])
    }
    var modules: [String] = []
    for (module, _) in split where modules.last != module { modules.append(module) }
    func layer(
      _ purpose: Purpose, isNorm: Bool = false, block: Int = 0, widens: Bool = false
    ) -> MobileLayer {
      MobileLayer(purpose: purpose, isNorm: isNorm, block: block, widens: widens)
    }
    var layers: [MobileLayer] = [layer(.stem), layer(.stem, isNorm: true)]
    var rest = modules.dropFirst(2).dropLast(2)
    var block = 0
    while let first = rest.first {
      let key = Self.block(of: first)
      let members = rest.prefix { Self.block(of: $0) == key }
      let hasExcitation = members.contains { $0.hasSuffix("fc1") || $0.hasSuffix("_se_reduce") }
      let widens = members.count - (hasExcitation ? 2 : 0) == 6
      for purpose in [.expand, .depthwise, .reduce, .project] as [Purpose] {
        switch purpose {
        case .expand where !widens: continue
        case .reduce:
          if hasExcitation {
            layers += [.reduce, .restore].map { layer($0, block: block, widens: widens) }
          }
        default:
          layers += [false, true].map {
            layer(purpose, isNorm: $0, block: block, widens: widens)
          }
        }
      }
      rest = rest.dropFirst(members.count)
      block += 1
    }
    layers += [layer(.head), layer(.head, isNorm: true)]
    let byModule = Dictionary(zip(modules, layers), uniquingKeysWith: { first, _ in first })
    return split.compactMap { module, end in byModule[module].map { ($0, end) } }
  }

  /// Returns what the modules of one block have in common: `features.2.0.block`, `features.3.conv`, `_blocks.4`.
  private static func block(of module: String) -> Substring {
    for word in [".block.", ".conv."] {
      if let range = module.ranges(of: word).first { return module[..<range.lowerBound] }
    }
    let parts = module.split(separator: ".")
    return module[..<(parts.count > 1 ? parts[1].endIndex : module.endIndex)]
  }
}

extension PublishedNames {
  /// Returns the names of a mobile network in timm.
  ///
  /// - Parameters:
  ///   - counts: The number of blocks of each stage.
  ///   - headIsBlock: True if the last convolution is a stage of its own, as in MobileNetV3.
  ///   - padding: The padding style of its convolutions.
  ///   - epsilonDifference: The ε of its norms less that of the encoder's.
  ///   - mark: A word in the names of its models.
  /// - Returns: The names.
  static func mobileOfTimm(
    _ counts: [Int], headIsBlock: Bool = false, padding: PaddingStyle? = nil,
    epsilonDifference: Float = 0, mark: String? = nil
  ) -> PublishedNames {
    mobile(
      "timm", classifierPrefixes: headIsBlock ? ["conv_head.", "classifier."] : ["classifier."],
      padding: padding, epsilonDifference: epsilonDifference, mark: mark
    ) { layer in
      var (stage, place) = (0, layer.block)
      while stage < counts.count, place >= counts[stage] {
        place -= counts[stage]
        stage += 1
      }
      let block = "blocks.\(stage).\(place)"
      let first = layer.widens ? 1 : 0
      return switch layer.purpose {
      case .stem: layer.isNorm ? "bn1" : "conv_stem"
      case .expand: layer.isNorm ? "\(block).bn1" : "\(block).conv_pw"
      case .depthwise: layer.isNorm ? "\(block).bn\(first + 1)" : "\(block).conv_dw"
      case .reduce: "\(block).se.conv_reduce"
      case .restore: "\(block).se.conv_expand"
      case .project:
        layer.isNorm
          ? "\(block).bn\(first + 2)" : "\(block).\(layer.widens ? "conv_pwl" : "conv_pw")"
      case .head:
        if headIsBlock {
          "blocks.\(counts.count).0.\(layer.isNorm ? "bn1" : "conv")"
        } else {
          layer.isNorm ? "bn2" : "conv_head"
        }
      }
    }
  }

  /// The names of EfficientNet in the PyTorch port by Luke Melas-Kyriazi, with TensorFlow's weights.
  static let efficientNetOfPort = mobile(
    "efficientnet_pytorch", classifierPrefixes: ["_fc."], padding: .same,
    epsilonDifference: 1e-3 - 1e-5
  ) { layer in
    let block = "_blocks.\(layer.block)"
    return switch layer.purpose {
    case .stem: layer.isNorm ? "_bn0" : "_conv_stem"
    case .expand: layer.isNorm ? "\(block)._bn0" : "\(block)._expand_conv"
    case .depthwise: layer.isNorm ? "\(block)._bn1" : "\(block)._depthwise_conv"
    case .reduce: "\(block)._se_reduce"
    case .restore: "\(block)._se_expand"
    case .project: layer.isNorm ? "\(block)._bn2" : "\(block)._project_conv"
    case .head: layer.isNorm ? "_bn1" : "_conv_head"
    }
  }

  /// The names of EfficientNet in Hugging Face's transformers, with TensorFlow's weights.
  static let efficientNetOfTransformers = mobile(
    "transformers", classifierPrefixes: ["classifier."], padding: .same,
    epsilonDifference: 1e-3 - 1e-5
  ) { layer in
    let block = "encoder.blocks.\(layer.block)"
    return switch layer.purpose {
    case .stem: layer.isNorm ? "embeddings.batchnorm" : "embeddings.convolution"
    case .expand: "\(block).expansion.\(layer.isNorm ? "expand_bn" : "expand_conv")"
    case .depthwise:
      "\(block).depthwise_conv.\(layer.isNorm ? "depthwise_norm" : "depthwise_conv")"
    case .reduce: "\(block).squeeze_excite.reduce"
    case .restore: "\(block).squeeze_excite.expand"
    case .project: "\(block).projection.\(layer.isNorm ? "project_bn" : "project_conv")"
    case .head: layer.isNorm ? "encoder.top_bn" : "encoder.top_conv"
    }
  }

  /// The names of MobileNetV2 in Hugging Face's transformers, with TensorFlow's weights.
  static let mobileNetV2OfTransformers = mobile(
    "transformers", classifierPrefixes: ["classifier."], padding: .same,
    epsilonDifference: 1e-3 - 1e-5
  ) { layer in
    // The first block belongs to the stem.
    let block = layer.block == 0 ? "conv_stem" : "layer.\(layer.block - 1)"
    let name =
      switch layer.purpose {
      case .stem: "conv_stem.first_conv"
      case .expand: "\(block).expand_1x1"
      case .depthwise: "\(block).conv_3x3"
      case .project: "\(block).reduce_1x1"
      case .head: "conv_1x1"
      case .reduce, .restore: block
      }
    return "\(name).\(layer.isNorm ? "normalization" : "convolution")"
  }

  private static func mobile(
    _ library: String, classifierPrefixes: [String], padding: PaddingStyle?,
    epsilonDifference: Float, mark: String? = nil,
    name: @escaping @Sendable (MobileLayer) -> String
  ) -> PublishedNames {
    PublishedNames(
      library, classifierPrefixes: classifierPrefixes, padding: padding,
      epsilonDifference: epsilonDifference, mark: mark
    ) { parameters in
      MobileLayer.layers(of: parameters).map { "\(name($0.layer)).\($0.end)" }
    }
  }
}
