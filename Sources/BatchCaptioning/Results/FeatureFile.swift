import Captioning
import Files
import ImageEncoders
import Tensors

/// A safetensors file of one tensor, with a row for each picture that could be read.
///
/// The tensor is called `pooled` or `map`. The file's metadata has the model and the names of the
/// pictures (`files`, a JSON array; `file_bytes`, the same in base 64, if a name is not UTF-8).
package struct FeatureFile: ~Copyable {
  private let path: String
  private let kind: FeatureJob.Kind
  private let overwriting: Bool
  private let candidates: [String]
  private let model: [String: String]
  private var written: [String] = []
  private var writer: SafetensorsRowsWriter?

  /// - Parameters:
  ///   - path: The file to write, created with the first row.
  ///   - kind: The kind of the features.
  ///   - candidates: The names of all pictures that may get a row.
  ///   - directory: The model of the encoder.
  ///   - overwriting: True if an existing file may be replaced.
  /// - Throws: `ModelError` if the model's configuration cannot be read.
  package init(
    _ path: String, _ kind: FeatureJob.Kind, candidates: [String], by directory: ModelDirectory,
    overwriting: Bool
  ) throws(ModelError) {
    (self.path, self.kind, self.overwriting) = (path, kind, overwriting)
    self.candidates = candidates
    var model = [
      "schema": "cutline.features/1", "model": directory.name,
      "encoder": try directory.configuration().encoder.architecture.name,
    ]
    model["config_sha256"] = directory.configurationDigest()
    model["model_sha256"] = directory.weightsDigest()
    self.model = model
  }

  package var rowCount: Int { written.count }
  /// The path of the file until the commit; nil before the first row.
  package private(set) var workingPath: String?

  /// Adds a row for each of `names`: `rows` is `[P, F]` or `[P, h, w, C]`.
  package mutating func append(_ rows: Tensor, of names: [String]) throws(FileError) {
    precondition(rows.shape[0] == names.count, "\(rows.shape[0]) rows for \(names.count) names")
    if writer == nil {
      let begun = try SafetensorsRowsWriter(
        path, name: kind.rawValue, rowShape: Array(rows.shape.dropFirst()),
        maximumRowCount: candidates.count, longestMetadata: notes(candidates),
        overwriting: overwriting)
      workingPath = begun.workingPath
      writer = consume begun
    }
    try rows.withBytes { bytes throws(FileError) -> Void in
      try writer?.write(rows: bytes)
    }
    written += names
  }

  /// Moves the file to its final name, if it has a row.
  package consuming func commit() throws(FileError) {
    let metadata = notes(written)
    if let writer { try writer.commit(metadata: metadata) }
  }

  private func notes(_ files: [String]) -> [String: String] {
    var notes = ["files": JSONValue.array(files.map { .string(visibleName($0)) }).compactText]
    if !files.allSatisfy({ isUTF8Name($0) }) {
      let bytes = files.map { JSONValue.string(base64(nameBytes($0))) }
      notes["file_bytes"] = JSONValue.array(bytes).compactText
    }
    return model.merging(notes) { $1 }
  }
}
