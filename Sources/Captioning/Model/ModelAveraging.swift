import Layers
import Tensors
import Text

extension ModelEnsemble {
  /// Writes one model, the mean of these: stochastic weight averaging (Izmailov et al., 2018) if they are
  /// checkpoints of one training.
  ///
  /// - Parameters:
  ///   - path: The folder to write.
  ///   - precision: The element type that the weights are stored in.
  ///   - isReplacing: True if an existing model may be replaced.
  /// - Throws: `ModelError` if a model is not whole or is not like the first; `FileError` for what cannot
  ///   be written.
  package func average(
    to path: String, precision: ElementType, replacing isReplacing: Bool = false
  ) throws {
    let first = directories[0]
    _ = try first.verify()
    var configuration = try first.configuration()
    let classes = try first.classes(configuration.encoder)
    let words = configuration.decoder == nil ? nil : try first.vocabulary()
    var sum = try first.weightsFile().tensors()
    for directory in directories.dropFirst() {
      _ = try directory.verify()
      let other = try directory.configuration()
      guard other.encoder == configuration.encoder, other.decoder == configuration.decoder else {
        throw ModelError(directory.path, .otherParts(than: first.path))
      }
      guard try directory.classes(other.encoder) == classes else {
        throw ModelError(directory.path, .otherParts(than: first.path))
      }
      guard try words == nil || directory.vocabulary() == words else {
        throw ModelError(directory.path, .otherWords(than: first.path))
      }
      // Verified to hold what their equal configurations ask for, but not in this order.
      let added = Dictionary(uniqueKeysWithValues: try directory.weightsFile().tensors())
      sum = sum.map { name, value in (name, added[name].map { value + $0 } ?? value) }
    }
    // Those are the first's.
    configuration.metrics = [:]
    let share = 1 / Float(directories.count)
    try ModelDirectory.write(
      .init(
        configuration: configuration, parameters: sum.map { ($0.name, $0.value * share) },
        words: try words.map { ($0, try first.counts()) },
        classes: classes, card: card),
      to: path, precision: precision, replacing: isReplacing)
  }

  private var card: String {
    let list = directories.map { "- \($0.name)\n" }.joined()
    return
      "# A mean of models\n\nThe weights are the mean of those of \(directories.count) models:\n\n\(list)"
  }
}
