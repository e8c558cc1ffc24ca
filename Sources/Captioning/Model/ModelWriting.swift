import Files
import ImageEncoders
import Layers
import Tensors
import Text

extension ModelDirectory {
  /// What a model folder is made from.
  package struct Contents {
    package var configuration: ModelConfiguration
    package var parameters: [(name: String, value: Tensor)]
    /// Absent where there is no decoder.
    package var words: (vocabulary: Vocabulary, counts: WordCounts)?
    /// The model card, in Markdown.
    package var card: String

    package init(
      configuration: ModelConfiguration, parameters: [(name: String, value: Tensor)],
      words: (vocabulary: Vocabulary, counts: WordCounts)?, card: String
    ) {
      (self.configuration, self.parameters) = (configuration, parameters)
      (self.words, self.card) = (words, card)
    }
  }

  /// Writes a model folder aside and then gives it its name, so that it is whole or not there.
  ///
  /// - Parameters:
  ///   - contents: Everything the folder will hold.
  ///   - path: The folder; one that is there already is replaced only if it is a model and `isReplacing`.
  ///   - precision: How the numbers are stored.
  ///   - isReplacing: Whether a model of that name may be replaced.
  ///   - report: Is told where the files are written first, to remove them should the program be stopped.
  /// - Throws: What the file system said.
  package static func write(
    _ contents: Contents, to path: String, precision: Tensors.ElementType,
    replacing isReplacing: Bool = false, reportingWorkingPath report: (String) -> Void = { _ in }
  ) throws(FileError) {
    let folder = try DirectoryReplacement(
      path, replacingFolderWith: isReplacing ? FileName.configuration : nil)
    report(folder.workingPath)
    try write(contents, into: folder.workingPath, precision: precision)
    try folder.commit()
  }

  /// Writes the files of a model into a folder that is there.
  package static func write(
    _ contents: Contents, into working: String, precision: Tensors.ElementType
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
      try AtomicFile.write(
        "{\"type\": \"ptb-lower\", \"version\": 1}\n", to: "\(working)/\(FileName.tokenizer)")
    }
    let checksums = try ChecksumList(of: names.sorted(), in: working)
    try AtomicFile.write(checksums.text, to: "\(working)/\(FileName.checksums)")
  }
}
