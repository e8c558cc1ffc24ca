import Files

/// A run as TensorBoard shows it: `events.out.tfevents.SECONDS.HOST`.
///
/// Each start of a run begins a new file with a later name, which discards what the previous file
/// holds after the checkpoint. The older files stay: a TensorBoard that is running has one of them
/// open, and would wait for it for ever if it were deleted.
package struct TensorBoardFile: ~Copyable {
  private static let prefix = "events.out.tfevents."
  private var file: QueuedFile

  package var path: String { file.path }

  /// Begins a file in `folder`.
  ///
  /// - Parameters:
  ///   - folder: The folder of the run.
  ///   - step: The step of the checkpoint; older files count up to the step before.
  ///   - rows: The rows of the log; those of `step` are repeated.
  ///   - host: The machine's name.
  ///   - time: Now, in seconds since 1970.
  /// - Throws: `FileError` if the file cannot be written.
  package init(
    in folder: String, from step: Int, continuing rows: [TrainingRow], host: String, time: Double
  ) throws(FileError) {
    let older = try namesInFolder(folder).filter { $0.hasPrefix(Self.prefix) }
    let path = "\(folder)/\(Self.prefix)\(Self.seconds(time, after: older)).\(Self.part(host))"
    let head = TensorBoardEvent(time: time, step: 0, content: .fileVersion).record
    let restart = TensorBoardEvent(time: time, step: step, content: .restart).record
    let repeated = rows.filter { $0.step >= step }.flatMap { Self.record(of: $0) }
    try AtomicFile.write(head + (older.isEmpty ? [] : restart) + repeated, to: path)
    file = try QueuedFile(path)
  }

  /// Adds a row, or keeps it until there is space on the disk.
  package mutating func append(_ row: TrainingRow) {
    file.append(Self.record(of: row))
  }

  /// Waits until all rows are on the disk.
  package mutating func synchronize() throws(FileError) { try file.synchronize() }

  /// Returns ten digits that are later than those of the file names in `older`: TensorBoard reads
  /// files in the order of their names.
  private static func seconds(_ time: Double, after older: [String]) -> String {
    let taken = older.compactMap { Int($0.dropFirst(prefix.count).prefix { $0 != "." }) }.max()
    let digits = String(max(Int(time), (taken ?? 0) + 1))
    return String(repeating: "0", count: max(0, 10 - digits.count)) + digits
  }

  /// A name that may be part of a file's name.
  private static func part(_ host: String) -> String {
    let name = host.prefix(100).map { $0 == "/" || $0 == "\0" ? "_" : $0 }
    return name.isEmpty ? "localhost" : String(name)
  }

  /// Returns the record that TensorBoard draws for a row; tags are grouped by the part before the
  /// slash.
  static func record(of row: TrainingRow) -> [UInt8] {
    let scalars: [(String, Double?)] =
      switch row {
      case .step(let row):
        [
          ("loss/train", row.loss), ("optimizer/gradient_norm", row.gradientNorm),
          ("optimizer/learning_rate", row.learningRate),
          ("optimizer/sampling_rate", row.samplingRate),
          ("speed/captions_per_second", row.captionsPerSecond),
        ]
      case .summary(let row):
        [
          ("loss/epoch", row.trainingLoss), ("loss/validation", row.validation?.loss),
          ("optimizer/clipped_share", row.clippedShare),
          ("score/BLEU-4", row.validation?.scores?.bleu[3]),
          ("score/CIDEr", row.validation?.scores?.cider),
          ("score/ROUGE-L", row.validation?.scores?.rougeL),
          ("accuracy/frames", row.validation?.accuracy?.frames),
          ("accuracy/clips", row.validation?.accuracy?.clips),
        ]
      }
    let known = scalars.compactMap { tag, value in
      value.flatMap { $0.isFinite ? TensorBoardEvent.Scalar(tag: tag, value: Float($0)) : nil }
    }
    guard !known.isEmpty else { return [] }
    return TensorBoardEvent(time: row.time, step: row.step, content: .scalars(known)).record
  }
}
