import Files
import ImageEncoders
import Layers

/// A description of a model that needs no run of it.
package struct ModelSummary: Sendable {
  package let name: String
  package let path: String
  package let configuration: ModelConfiguration
  /// The number of learned parameters of each part: the encoder, then the decoder's parts.
  package let parts: [(name: String, parameterCount: Int)]
  /// The size of its vocabulary, special words included; nil without a decoder.
  package let wordCount: Int?
  /// The number of merges that pieces of words are made by; nil where words are whole.
  package let mergeCount: Int?
  /// True if it says how sure it is.
  package let isCalibrated: Bool
  /// The rounding of its encoder, and what it costs; nil if it was not quantized.
  package let quantization: ModelQuantization?
  /// The size of all its files, in bytes.
  package let byteCount: Int

  package var parameterCount: Int { parts.reduce(0) { $0 + $1.parameterCount } }
}

extension ModelDirectory {
  /// Reads the configuration, the words, and the names and shapes of the weights.
  package func summary() throws(ModelError) -> ModelSummary {
    let configuration = try configuration()
    let vocabulary = configuration.decoder == nil ? nil : try vocabulary()
    return ModelSummary(
      name: name, path: path, configuration: configuration, parts: try parts(),
      wordCount: vocabulary?.count, mergeCount: vocabulary?.pieces?.mergeCount,
      isCalibrated: isFile("\(path)/\(FileName.confidence)"), quantization: try quantization(),
      byteCount: byteCountOfFiles(in: path))
  }

  /// Checks everything that can be checked: checksums, configuration, words, shapes, finite numbers.
  ///
  /// - Returns: The number of the model's tensors.
  package func verify() throws(ModelError) -> Int {
    let verification = beginVerification()
    let configuration = try configuration()
    let tensorCount: Int
    if configuration.decoder == nil {
      let encoder = try encoder(configuration.encoder)
      tensorCount = encoder.parameters.count
      _ = try quantization(of: encoder)
    } else {
      let model = try model(configuration, vocabulary: try vocabulary())
      tensorCount = model.parameters.count
      _ = try quantization(of: model.encoder)
    }
    _ = try classes(configuration.encoder)
    _ = try confidence(featureSize: configuration.encoder.makeEncoder().pooledSize)
    try verification.wait()
    return tensorCount
  }

  /// Returns the first file that does not agree with its checksum, as an error; nil if all agree.
  package func damage() -> ModelError? {
    do throws(ModelError) {
      try beginVerification().wait()
      return nil
    } catch {
      return error
    }
  }

  /// Counts learned parameters by the first word of the tensors' names.
  private func parts() throws(ModelError) -> [(name: String, parameterCount: Int)] {
    let weights = try weightsFile()
    var counts: [(name: String, parameterCount: Int)] = []
    for name in weights.names.sorted() where !Self.isStatistic(name) {
      let part = String(name.prefix { $0 != "." })
      let count = weights.shape(of: name)?.reduce(1, *) ?? 0
      if counts.last?.name == part {
        counts[counts.count - 1].parameterCount += count
      } else {
        counts.append((part, count))
      }
    }
    return counts
  }

  private static func isStatistic(_ name: String) -> Bool {
    name.hasSuffix(".running_mean") || name.hasSuffix(".running_var")
  }
}

extension ModelSearchPath {
  /// The models on the path; one hidden by another of its name is left out.
  package var models: [ModelDirectory] {
    var names: Set<String> = []
    return folders.flatMap { folder in
      // What a killed import leaves behind begins with a dot.
      ((try? namesInFolder(folder)) ?? []).filter { !$0.hasPrefix(".") }
        .map { ModelDirectory("\(folder)/\($0)") }
        .filter { $0.isModel && names.insert($0.name).inserted }
    }
  }
}
