extension PublishedNames {
  /// The names of ConvNeXt in timm.
  static let convNeXtOfTimm = convNeXt(
    "timm", classifierPrefixes: ["head."], classifier: ["head.norm", "head.fc"],
    .init(
      stem: "stem", stages: "stages", halving: { "stages.\($0).downsample" }, blocks: ".blocks",
      scale: "gamma", depthwise: "conv_dw", norm: "norm", widen: "mlp.fc1", narrow: "mlp.fc2"))

  /// The names of ConvNeXt in Hugging Face's transformers.
  static let convNeXtOfTransformers = convNeXt(
    "transformers", classifierPrefixes: ["layernorm.", "classifier."],
    .init(
      stem: "embeddings", stemParts: ["patch_embeddings", "layernorm"], stages: "encoder.stages",
      halving: { "encoder.stages.\($0).downsampling_layer" }, blocks: ".layers",
      scale: "layer_scale_parameter", depthwise: "dwconv", norm: "layernorm", widen: "pwconv1",
      narrow: "pwconv2"))

  /// The names of ConvNeXt as its authors published it.
  static let convNeXtOfAuthors = convNeXt(
    "the authors", classifierPrefixes: ["norm.", "head."],
    .init(
      stem: "downsample_layers.0", stages: "stages", halving: { "downsample_layers.\($0)" },
      blocks: "", scale: "gamma", depthwise: "dwconv", norm: "norm", widen: "pwconv1",
      narrow: "pwconv2"))

  private struct Words: Sendable {
    let stem: String
    var stemParts = ["0", "1"]
    let stages: String
    let halving: @Sendable (_ stage: Int) -> String
    let blocks: String
    let (scale, depthwise, norm, widen, narrow): (String, String, String, String, String)

    init(
      stem: String, stemParts: [String] = ["0", "1"], stages: String,
      halving: @escaping @Sendable (Int) -> String, blocks: String, scale: String,
      depthwise: String, norm: String, widen: String, narrow: String
    ) {
      (self.stem, self.stemParts, self.stages) = (stem, stemParts, stages)
      (self.halving, self.blocks) = (halving, blocks)
      (self.scale, self.depthwise, self.norm) = (scale, depthwise, norm)
      (self.widen, self.narrow) = (widen, narrow)
    }

    /// Returns the name for one such as `features.3.0.block.5.weight`.
    func name(_ own: String) -> String {
      let parts = own.split(separator: ".").map(String.init)
      guard let index = Int(parts[1]), let part = Int(parts[2]) else { return own }
      let end = parts[parts.count - 1]
      if index == 0 { return "\(stem).\(stemParts[part]).\(end)" }
      if index.isMultiple(of: 2) { return "\(halving(index / 2)).\(part).\(end)" }
      let block = "\(stages).\(index / 2)\(blocks).\(part)"
      if end == "layer_scale" { return "\(block).\(scale)" }
      let layers = ["0": depthwise, "2": norm, "3": widen, "5": narrow]
      return "\(block).\(layers[parts[4]] ?? parts[4]).\(end)"
    }
  }

  private static func convNeXt(
    _ library: String, classifierPrefixes: [String], classifier: [String]? = nil, _ words: Words
  ) -> PublishedNames {
    PublishedNames(library, classifierPrefixes: classifierPrefixes, classifier: classifier) {
      $0.map(words.name)
    }
  }
}
