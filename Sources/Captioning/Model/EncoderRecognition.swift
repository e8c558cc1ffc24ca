import Files
import ImageEncoders
import Layers
import Tensors

/// The encoder that a file holds the weights of, and its names there.
struct EncoderRecognition: Sendable {
  let architecture: EncoderArchitecture
  /// The names of its parameters in the file, behind the prefix.
  let names: PublishedNames
  /// The prefix of the names, such as `module.`.
  let prefix: String
  /// The number of parameters that the file has, under their names and in their shapes.
  private let foundCount: Int
  private let parameterCount: Int

  /// Returns true if a tensor of the file belongs to the classifier.
  func isClassifier(_ name: String) -> Bool {
    name.hasPrefix(prefix) && names.isClassifier(String(name.dropFirst(prefix.count)))
  }

  private var foundShare: Double { Double(foundCount) / Double(max(1, parameterCount)) }

  /// The question that the tensors leave open; nil if there is none.
  var doubt: EncoderImport.Doubt? {
    // Each library trained its own weights, with pictures of its own.
    if names.library != architecture.ownNames.library { return .preprocessing }
    return architecture.hasSecondWeights ? .torchvisionVersion : nil
  }

  /// True if the file has all parameters.
  private var isWhole: Bool { foundCount == parameterCount }

  /// Finds the encoder that a file holds the weights of.
  ///
  /// It is the one with the most parameters of those that are whole. If none is, it is the one of which most was
  /// found, if that is nearly all or there is only one architecture; then the error names what is missing.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - architectures: The encoders that it may be.
  ///   - prefix: The prefix of the names, with or without the dot at its end; nil finds it.
  ///   - title: What the file is called, such as its path and the name of its architecture in a file beside it.
  /// - Throws: `EncoderImportError` if it is none, or several.
  init(
    of file: WeightsFile, among architectures: [EncoderArchitecture], prefix: String?,
    titled title: String
  ) throws {
    let prefix = prefix.map { $0.isEmpty || $0.hasSuffix(".") ? $0 : $0 + "." }
    var found: [EncoderRecognition] = []
    for architecture in architectures {
      found += try Self.candidates(architecture, in: file, prefix: prefix, titled: title)
    }
    if let prefix, !file.names.contains(where: { $0.hasPrefix(prefix) }) {
      let parts = Set(
        file.names.compactMap { name in name.firstIndex(of: ".").map { name[...$0] } })
      throw EncoderImportError(
        file.path, .prefix(prefix, parts.sorted().prefix(8).map(String.init)))
    }
    // Of a network and a deeper one whose beginning it is, the file is the deeper one's.
    let whole = found.filter(\.isWhole)
    let largest = whole.map(\.parameterCount).max()
    let fitting = whole.filter { $0.parameterCount == largest }
    if let first = fitting.first {
      let others = Set(fitting.map(\.architecture))
      guard others.count == 1 else {
        throw EncoderImportError(file.path, .ambiguous(others.map(\.name).sorted()))
      }
      self = first
      return
    }
    guard let best = found.max(by: { $0.foundShare < $1.foundShare }),
      architectures.count == 1 || best.foundShare > 0.9
    else { throw EncoderImportError(file.path, .unknown(file.names)) }
    // The first of equals: the encoder's own names.
    self = found.first { $0.foundShare == best.foundShare } ?? best
  }

  private init(
    _ architecture: EncoderArchitecture, _ names: PublishedNames, prefix: String, foundCount: Int,
    parameterCount: Int
  ) {
    (self.architecture, self.names, self.prefix) = (architecture, names, prefix)
    (self.foundCount, self.parameterCount) = (foundCount, parameterCount)
  }

  /// Returns what an architecture could be under the names of each library.
  private static func candidates(
    _ architecture: EncoderArchitecture, in file: WeightsFile, prefix: String?,
    titled title: String
  ) throws -> [EncoderRecognition] {
    let parameters = architecture.makeEncoder().parameters
    let (own, shapes) = (parameters.map(\.parameter.name), parameters.map(\.value.shape))
    let marked = architecture.otherNames.filter { title.contains($0.mark ?? "\0") }
    let unmarked = architecture.otherNames.filter { $0.mark == nil }
    return try ([architecture.ownNames] + marked + unmarked).map { names in
      let theirs = Array(zip(names.names(of: own), shapes))
      let match = try file.match(of: theirs, prefix: prefix)
      return EncoderRecognition(
        architecture, names, prefix: match.prefix, foundCount: match.count,
        parameterCount: parameters.count)
    }
  }
}

/// A file of weights that cannot become an encoder.
package struct EncoderImportError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Equatable, Sendable {
    /// The tensors, of which these are the names, fit none of the encoders.
    case unknown([String])
    /// They fit several.
    case ambiguous([String])
    /// A file beside the weights cannot be followed.
    case settings(String)
    /// The encoder is published with one padding style.
    case padding(String)
    /// The encoder has no classifier that could be kept.
    case noClassifier(String)
    /// The file lacks this tensor of the classifier.
    case classifierMissing(String)
    /// The classifier has one class only.
    case oneClass
    /// The encoder cannot read pictures of this size; those that it can.
    case size(Int, String, ClosedRange<Int>)
    /// The classes are not as many as the classifier has; nil if there is no list of so many.
    case classes(Int, found: Int?)
    /// No tensor has this prefix; there are these.
    case prefix(String, [String])
  }
  package let path: String
  package let problem: Problem

  package init(_ path: String, _ problem: Problem) { (self.path, self.problem) = (path, problem) }

  package var description: String {
    switch problem {
    case .ambiguous(let names):
      "\(path): fits several encoders. Say which with --encoder: \(names.joined(separator: ", "))."
    case .settings(let what):
      "\(path): \(what). If that is wrong, correct the file, or move the weights away from it and choose "
        + "--preprocessing."
    case .padding(let name):
      "\(path): --padding is not for \(name), which has one padding style. Leave it out."
    case .noClassifier(let name):
      "\(path): \(name) has no published classifier. Leave out --classifier."
    case .classifierMissing(let name):
      "\(path): has no classifier, of which '\(name.prefix(80))' would be a tensor. Leave out --classifier."
    case .oneClass:
      "\(path): has a classifier of one class, which says nothing. Leave out --classifier."
    case .size(let size, let name, let sizes):
      "\(path): \(name) reads pictures of \(sizes.lowerBound) to \(sizes.upperBound) pixels, not \(size). Choose "
        + "another --size."
    case .classes(let count, let found):
      (found.map { "\(path): names \($0) classes, but the classifier has \(count). " }
        ?? "\(path): has a classifier of \(count) classes that are not ImageNet's. ")
        + "Name them with --classes FILE, a class on each line."
    case .prefix(let prefix, let others):
      "\(path): no tensor begins with '\(prefix.prefix(60))'. There are: "
        + others.map { "'\($0)'" }.joined(separator: ", ") + "."
    case .unknown(let names):
      "\(path): contains \(Self.kind(names)). \(Self.remedy)"
    }
  }

  private static let remedy =
    "Cutline knows \(EncoderArchitecture.nameList); with --encoder it says which tensors are missing."

  /// Returns a description of tensors by their names.
  private static func kind(_ names: [String]) -> String {
    let first = names.prefix(2).map { "'\($0.prefix(60))'" }.joined(separator: " and ")
    func has(_ words: String...) -> Bool {
      names.contains { name in words.contains { name.contains($0) } }
    }
    if has("rpn.", "roi_heads.", "bbox_embed", "anchor_generator", "detect", ".cv2.", "box_head") {
      return "the weights of a detector (\(first)), not of an image classifier"
    }
    if has("attention.query", "attn.qkv", "cls_token", "self_attention", "in_proj_weight") {
      return "the weights of a transformer (\(first)), not of a convolutional encoder"
    }
    let more = names.count > 2 ? " and \(names.count - 2) more" : ""
    return "no encoder that Cutline knows (its tensors are \(first)\(more))"
  }
}
