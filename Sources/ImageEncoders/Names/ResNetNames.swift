extension PublishedNames {
  /// The names of ResNet in Hugging Face's transformers.
  static let resNetOfTransformers = PublishedNames(
    "transformers", classifierPrefixes: ["classifier."], classifier: ["classifier.1"]
  ) { $0.map(resNetName) }

  /// The names of torchvision's ResNet as a list of its children, which many captioners train: `0` is the first
  /// convolution, `4` the first stage.
  static let resNetOfChildren = PublishedNames(
    "torchvision", classifierPrefixes: ["9."]
  ) { names in
    names.map { name in
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      let child =
        switch parts[0] {
        case "conv1": "0"
        case "bn1": "1"
        default: "\((Int(parts[0].dropFirst(5)) ?? 0) + 3)"
        }
      return "\(child).\(parts[1])"
    }
  }

  /// Returns the name for one such as `layer1.0.conv2.weight`.
  private static func resNetName(_ name: String) -> String {
    let parts = name.split(separator: ".").map(String.init)
    guard let stage = parts[0].hasPrefix("layer") ? Int(parts[0].dropFirst(5)) : nil else {
      return "embedder.embedder.\(layer(parts[0])).\(parts[1])"
    }
    let block = "encoder.stages.\(stage - 1).layers.\(parts[1])"
    if parts[2] == "downsample" {
      return "\(block).shortcut.\(parts[3] == "0" ? "convolution" : "normalization").\(parts[4])"
    }
    let number = (parts[2].last?.wholeNumberValue ?? 1) - 1
    return "\(block).layer.\(number).\(layer(parts[2])).\(parts[3])"
  }

  private static func layer(_ name: String) -> String {
    name.hasPrefix("conv") ? "convolution" : "normalization"
  }

  /// The names of VGG in timm, which keeps fc6 and fc7 as convolutions.
  static let vggOfTimm = PublishedNames(
    "timm", classifierPrefixes: ["head."], classifier: ["head.fc"]
  ) { names in
    names.map {
      $0.replacing("classifier.0.", with: "pre_logits.fc1.")
        .replacing("classifier.3.", with: "pre_logits.fc2.")
    }
  }
}
