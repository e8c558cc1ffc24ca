import Files
import ImageEncoders
import Layers
import Text

/// A model folder: configuration, vocabulary, weights, and checksums of all three.
package struct ModelDirectory: Sendable {
  package let path: String

  enum FileName {
    static let configuration = "config.json"
    static let weights = "model.safetensors"
    static let vocabulary = "vocab.json"
    static let counts = "counts.tsv"
    static let classes = "classes.txt"
    static let confidence = "confidence.safetensors"
    static let quantization = "quantization.json"
    static let tokenizer = "tokenizer_config.json"
    /// Only a model that writes pieces of words has it.
    static let merges = "merges.txt"
    static let card = "README.md"
    static let checksums = "SHA256SUMS"
    /// Only a checkpoint of a training has it.
    static let optimizer = "optimizer.safetensors"

    /// The files that captions depend on.
    static let essential = [configuration, weights, vocabulary]
    /// The files that results depend on.
    static let decisive = essential + [merges, classes, confidence, quantization]
    /// All files but the list of checksums.
    static let all = decisive + [counts, tokenizer, card]
  }

  package init(_ path: String) { self.path = path }

  /// The folder of the model that a user calls `name`: a path, or a name in one of `folders`.
  ///
  /// - Parameters:
  ///   - name: The path or name that the user typed.
  ///   - folders: The folders in which names are looked up; the first that has the model counts.
  ///   - advice: The source of `name`, for advice if there is no such model.
  /// - Throws: `ModelError` if there is none.
  package init(
    named name: String, searching folders: [String], advice: ModelError.Advice = .captioner
  ) throws(ModelError) {
    let candidates = [name] + (name.contains("/") ? [] : folders.map { "\($0)/\(name)" })
    // A training's folder has a config.json, too.
    let inside = ["best", "last", "model"].map { "\(name)/\($0)" }
      .first { ModelDirectory($0).isModel }
    let isRun = inside != nil && !isFile("\(name)/\(FileName.weights)")
    guard !isRun, let found = candidates.first(where: { ModelDirectory($0).isModel }) else {
      if isFolder(name) { throw ModelError(name, .notAModel(inside: inside)) }
      let looked = name.contains("/") ? [name] : folders
      throw ModelError(name, .notFound(searched: looked, advice))
    }
    path = found
  }

  /// True if the folder has a configuration, whether or not the model is complete.
  var isModel: Bool { isFile("\(path)/\(FileName.configuration)") }

  /// The model's name: the last part of its path.
  package var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  // MARK: Reading

  /// The SHA-256 of the weights, as the folder's list of checksums has it; nil where it has none.
  package func weightsDigest() -> String? { listedDigest(of: FileName.weights) }
  package func confidenceDigest() -> String? { listedDigest(of: FileName.confidence) }
  package func configurationDigest() -> String? { listedDigest(of: FileName.configuration) }

  /// The SHA-256 of the weights, computed where the folder has no list.
  package func weightsChecksum() throws(ModelError) -> String {
    if let digest = weightsDigest() { return digest }
    return try checksum(of: FileName.weights)
  }

  /// The SHA-256 of a file of the model's.
  func checksum(of name: String) throws(ModelError) -> String {
    let file = "\(path)/\(name)"
    do throws(FileError) {
      return try SHA256.digest(ofFile: file).description
    } catch {
      throw ModelError(file, .unreadable(error))
    }
  }

  func listedDigest(of name: String) -> String? {
    let list = try? ChecksumList(reading: "\(path)/\(FileName.checksums)")
    return list?.entries.first { $0.name == name }?.digest.description
  }

  package func configuration() throws(ModelError) -> ModelConfiguration {
    let file = "\(path)/\(FileName.configuration)"
    let bytes = try bytes(of: file, limit: 1 << 20)
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(reading: bytes)
    } catch {
      throw ModelError(file, .notJSON(error))
    }
    if let schema = ModelConfiguration.newerSchema(of: json) {
      throw ModelError(file, .newerSchema(schema))
    }
    do throws(ConfigurationProblem) {
      return try ModelConfiguration(json)
    } catch {
      throw ModelError(file, .configuration(key: error.key, problem: error.problem))
    }
  }

  package func vocabulary() throws(ModelError) -> Vocabulary {
    let tokenizer = try tokenizer()
    let pieces = try tokenizer == nil ? merges() : nil
    let file = "\(path)/\(FileName.vocabulary)"
    let json = try bytes(of: file, limit: Vocabulary.sizeLimit)
    do throws(VocabularyError) {
      return try Vocabulary(
        json: json, path: file, tokenizer: tokenizer ?? CaptionTokenizer(.unicode), pieces: pieces)
    } catch {
      throw ModelError(file, .vocabulary(error))
    }
  }

  /// Reads the merges that pieces of words are made by.
  private func merges() throws(ModelError) -> BytePairEncoding {
    let file = "\(path)/\(FileName.merges)"
    let text = try bytes(of: file, limit: BytePairEncoding.sizeLimit)
    do throws(VocabularyError) {
      return try BytePairEncoding(merges: text, path: file)
    } catch {
      throw ModelError(file, .vocabulary(error))
    }
  }

  /// Returns the number of times each word was seen in training; none if the folder has no such file.
  func counts() throws(ModelError) -> WordCounts {
    let file = "\(path)/\(FileName.counts)"
    guard isFile(file) else { return WordCounts() }
    let tsv = try bytes(of: file, limit: WordCounts.sizeLimit)
    do throws(VocabularyError) {
      return try WordCounts(tsv: tsv, path: file)
    } catch {
      throw ModelError(file, .vocabulary(error))
    }
  }

  /// Returns the classes of the encoder's classifier; nil if it has none.
  ///
  /// - Throws: `ModelError` if the file lacks or cannot be read, or holds another number of classes.
  package func classes(_ encoder: EncoderConfiguration) throws(ModelError) -> PictureClasses? {
    guard let count = encoder.classCount else { return nil }
    let file = "\(path)/\(FileName.classes)"
    let text = String(decoding: try bytes(of: file, limit: 1 << 28), as: UTF8.self)
    guard let classes = PictureClasses(text), classes.count == count else {
      throw ModelError(file, .otherClasses(count))
    }
    return classes
  }

  /// The encoder alone, which an imported folder has without a decoder.
  package func encoder(
    _ configuration: EncoderConfiguration
  ) throws(ModelError) -> any ImageEncoder {
    func load<Encoder: ImageEncoder>(_ encoder: Encoder) throws(ModelError) -> any ImageEncoder {
      var encoder = encoder
      try self.load(
        into: &encoder, prefix: CaptionModel.encoderPrefix, keepingBfloat16Matrices: false
      ) {
        !$0.hasPrefix(CaptionModel.encoderPrefix)
      }
      return encoder
    }
    return try load(configuration.makeEncoder())
  }

  /// Returns the encoder and the decoder with their weights; a training needs them without bfloat16 matrices.
  package func model(
    _ configuration: ModelConfiguration, vocabulary: Vocabulary,
    keepingBfloat16Matrices keepsBfloat16Matrices: Bool = true
  ) throws(ModelError) -> CaptionModel {
    guard let decoder = configuration.decoder else { throw ModelError(path, .noDecoder) }
    _ = try tokenizer()
    try checkScores(vocabulary, decoder)
    try checkSizes(decoder)
    let encoder = configuration.encoder.makeEncoder()
    var model = CaptionModel(
      encoder: encoder,
      decoder: decoder.makeDecoder(reading: encoder, vocabularySize: vocabulary.count))
    try load(into: &model, prefix: "", keepingBfloat16Matrices: keepsBfloat16Matrices) { _ in false
    }
    return model
  }

  /// Starts to compare the files with their checksums.
  package func beginVerification() -> ChecksumVerification { ChecksumVerification(of: path) }

  private func load(
    into module: inout some Module, prefix: String,
    keepingBfloat16Matrices keepsBfloat16Matrices: Bool,
    ignoring: (String) -> Bool
  ) throws(ModelError) {
    let weights = try weightsFile()
    do throws(WeightsError) {
      try weights.load(
        into: &module, prefix: prefix, ignoring: ignoring,
        keepingBfloat16Matrices: keepsBfloat16Matrices)
    } catch {
      throw ModelError(weights.path, .weights(error))
    }
  }

  func weightsFile() throws(ModelError) -> WeightsFile {
    let file = "\(path)/\(FileName.weights)"
    do throws(SafetensorsError) {
      return try WeightsFile(file)
    } catch {
      throw ModelError(file, .weightsFile(error))
    }
  }

  /// Returns the tokenizer that the folder names, which is that of English if it names none; nil for pieces of words.
  ///
  /// - Throws: An error if this version does not have it.
  private func tokenizer() throws(ModelError) -> CaptionTokenizer? {
    let file = "\(path)/\(FileName.tokenizer)"
    guard isFile(file) else { return CaptionTokenizer() }
    let json: JSONValue
    let bytes = try bytes(of: file, limit: 1 << 20)
    do throws(JSONError) {
      json = try JSONValue(reading: bytes)
    } catch {
      throw ModelError(file, .notJSON(error))
    }
    let identity = json["type"]?.string.flatMap { type in
      json["version"]?.integer.map { CaptionTokenizer.Identity(type: type, version: $0) }
    }
    if identity == BytePairEncoding.identity { return nil }
    guard let tokenizer = identity.flatMap(CaptionTokenizer.init) else {
      throw ModelError(file, .otherTokenizer(json.compactText))
    }
    return tokenizer
  }

  /// Throws if a single matrix of the decoder would hold more numbers than the weights file.
  ///
  /// Memory for parameters is taken before their shapes are compared, and a system may not have that much.
  private func checkSizes(_ decoder: DecoderConfiguration) throws(ModelError) {
    let count = try weightsFile().elementCount
    let (annotation, attention) = (DecoderType.annotationSize, DecoderType.attentionSize)
    var matrices = [("hidden", decoder.hiddenSize, decoder.hiddenSize)]
    if decoder.type.has(annotation) {
      matrices.append(("annotation_size", decoder.type[annotation], decoder.type[attention]))
    }
    for (key, rows, columns) in matrices where rows * columns > count {
      throw ModelError(
        "\(path)/\(FileName.configuration)",
        .configuration(
          key: "decoder.\(key)", problem: "is \(rows), which is too large for \(FileName.weights)"))
    }
  }

  /// A vocabulary of another size would show as a wrong shape, which names the wrong file.
  private func checkScores(
    _ vocabulary: Vocabulary, _ decoder: DecoderConfiguration
  ) throws(ModelError) {
    let (weights, specialCount) = (try weightsFile(), Vocabulary.specialWords.count)
    let found = weights.shape(of: "\(decoder.type.entry.outputLayer).bias")?.first
    let scores =
      decoder.writesSentences
      ? found ?? vocabulary.count
      : specialCount + max(found ?? vocabulary.count - specialCount, 1)
    guard scores == vocabulary.count else {
      throw ModelError(
        "\(path)/\(FileName.vocabulary)",
        .otherVocabulary(words: vocabulary.count, scores: scores))
    }
  }

  func bytes(of file: String, limit: Int) throws(ModelError) -> [UInt8] {
    do throws(FileError) {
      return try MappedFile(file, limit: limit).withBytes { Array($0) }
    } catch {
      throw ModelError(file, .unreadable(error))
    }
  }
}
