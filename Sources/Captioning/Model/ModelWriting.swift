import Files
import ImageEncoders
import Layers
import Tensors
import Text

extension ModelDirectory {
  /// The contents of a model folder.
  package struct Contents {
    package var configuration: ModelConfiguration
    package var parameters: [(name: String, value: Tensor)]
    /// Absent where there is no decoder.
    package var words: (vocabulary: Vocabulary, counts: WordCounts)?
    /// The classes of the encoder's classifier; absent where it has none.
    package var classes: PictureClasses?
    /// The model card, in Markdown.
    package var card: String

    package init(
      configuration: ModelConfiguration, parameters: [(name: String, value: Tensor)],
      words: (vocabulary: Vocabulary, counts: WordCounts)?, classes: PictureClasses? = nil,
      card: String
    ) {
      (self.configuration, self.parameters) = (configuration, parameters)
      (self.words, self.classes, self.card) = (words, classes, card)
    }
  }

  /// Writes a model folder aside and then gives it its name, so that it is whole or not there.
  ///
  /// - Parameters:
  ///   - contents: Everything the folder will hold.
  ///   - path: The folder; one that is there already is replaced only if it is a model and `isReplacing`.
  ///   - precision: The element type that the weights are stored in.
  ///   - isReplacing: True if an existing model may be replaced.
  ///   - report: Receives the folder that the files are written to first, which a stopped program removes.
  /// - Throws: `FileError` if a file cannot be written.
  package static func write(
    _ contents: Contents, to path: String, precision: ElementType,
    replacing isReplacing: Bool = false, reportingWorkingPath report: (String) -> Void = { _ in }
  ) throws(FileError) {
    let folder = try replacement(of: path, replacing: isReplacing)
    report(folder.workingPath)
    try write(contents, into: folder.workingPath, precision: precision)
    try folder.commit()
  }

  /// Throws if no model could be written to a folder.
  package static func checkWritable(
    _ path: String, replacing isReplacing: Bool
  ) throws(FileError) {
    _ = try replacement(of: path, replacing: isReplacing)
  }

  /// Begins to write a model folder aside.
  static func replacement(
    of path: String, replacing isReplacing: Bool
  ) throws(FileError) -> DirectoryReplacement {
    if isFile("\(path)/\(FileName.optimizer)") {
      throw FileError(path, .kept("is a checkpoint of a training, which could not resume from it"))
    }
    return try DirectoryReplacement(
      path, replacingFolderWith: isReplacing ? FileName.configuration : nil)
  }

  /// Writes the files of a model into a folder that is there.
  package static func write(
    _ contents: Contents, into working: String, precision: ElementType
  ) throws(FileError) {
    var names = [FileName.configuration, FileName.weights, FileName.card]
    try AtomicFile.write(
      contents.configuration.json.prettyText + "\n", to: "\(working)/\(FileName.configuration)")
    try WeightsFile.write(
      contents.parameters.map { ($0.name, $0.value.converted(to: precision)) },
      to: "\(working)/\(FileName.weights)", metadata: ["format": "pt"])
    try AtomicFile.write(contents.card, to: "\(working)/\(FileName.card)")
    if let (vocabulary, counts) = contents.words {
      names += [FileName.vocabulary, FileName.counts, FileName.tokenizer]
      try AtomicFile.write(vocabulary.json(), to: "\(working)/\(FileName.vocabulary)")
      try AtomicFile.write(counts.tsv(), to: "\(working)/\(FileName.counts)")
      if let pieces = vocabulary.pieces {
        names.append(FileName.merges)
        try AtomicFile.write(pieces.file(), to: "\(working)/\(FileName.merges)")
      }
      let tokenizer =
        vocabulary.pieces == nil ? vocabulary.tokenizer.identity : BytePairEncoding.identity
      try AtomicFile.write(
        "{\"type\": \"\(tokenizer.type)\", \"version\": \(tokenizer.version)}\n",
        to: "\(working)/\(FileName.tokenizer)")
    }
    if let classes = contents.classes {
      names.append(FileName.classes)
      try AtomicFile.write(classes.text, to: "\(working)/\(FileName.classes)")
    }
    let checksums = try ChecksumList(of: names.sorted(), in: working)
    try AtomicFile.write(checksums.text, to: "\(working)/\(FileName.checksums)")
  }
}
