import BatchCaptioning
import Captioning
import Files
import Media

/// A folder with files of their own for each input, in one form or several: `clip.srt` and `clip.json`.
struct ResultFolder {
  private let formats: [ResultFormat]
  /// Where the files of each input go, without the ending.
  private let stems: [String]
  private let overwriting: Bool
  private let endsWithNull: Bool
  private var writtenCount = 0

  /// - Parameters:
  ///   - path: The folder, which is created if it is missing.
  ///   - formats: The forms to write.
  ///   - files: All inputs, in their order.
  ///   - overwriting: Whether files that are there may be replaced.
  ///   - endsWithNull: Whether lines of text end with NUL.
  /// - Throws: What keeps any of the files from being written.
  init(
    _ path: String, _ formats: [ResultFormat], of files: [String], overwriting: Bool,
    endsWithNull: Bool
  ) throws(FileError) {
    (self.formats, self.overwriting, self.endsWithNull) = (formats, overwriting, endsWithNull)
    var names = SideFileNames()
    stems = files.map { file in
      let name = file == "-" ? "standard-input" : file.split(separator: "/").last.map(String.init)
      return joinedPath(path, names.stem(for: name ?? file))
    }
    try makeFolder(path)
    guard !overwriting else { return }
    for path in paths where FileStatus(path, followingLinks: false) != nil {
      throw FileError(path, .exists)
    }
  }

  /// All files that may be written.
  var paths: [String] {
    stems.flatMap { stem in formats.map { "\(stem).\($0.fileExtension)" } }
  }

  /// Writes the files of the next input.
  ///
  /// - Returns: The forms that there are no files of, as a picture has no times.
  mutating func write(
    _ result: CaptionResult, _ head: ResultHead
  ) throws(FileError) -> [ResultFormat] {
    let stem = stems[writtenCount]
    writtenCount += 1
    let isPicture = (try? result.outcome.get()).map { $0.clip == nil } ?? false
    for format in formats where !(isPicture && format.isForClips) {
      var formatter = ResultFormatter(
        format, head, fileCount: 1, captionCount: 1, endsWithNull: endsWithNull)
      let bytes = formatter.bytes(for: result)
      // A failure is told by JSON alone.
      if bytes.isEmpty || !result.isSuccess && format.isForClips { continue }
      try AtomicFile.write(
        bytes, to: "\(stem).\(format.fileExtension)", overwriting: overwriting)
    }
    return isPicture ? formats.filter(\.isForClips) : []
  }
}

/// Where the captions of a run go: one stream of them, or a folder.
struct CaptionOutput: ~Copyable {
  private var stream: ResultOutput
  private var folder: ResultFolder?
  private var formatter: ResultFormatter
  private let head: ResultHead

  init(
    _ stream: consuming ResultOutput, _ folder: ResultFolder?, _ formatter: ResultFormatter,
    _ head: ResultHead
  ) {
    (self.folder, self.formatter, self.head) = (folder, formatter, head)
    self.stream = stream
  }

  /// Writes the next result, and says what of it cannot be written.
  ///
  /// - Returns: What came of the input in the end.
  mutating func write(
    _ result: CaptionResult, _ messages: Messages
  ) throws(FileError) -> Result<Void, MediaError> {
    let outcome = result.outcome.map { _ in }
    guard let left = try folder?.write(result, head) else {
      try stream.write(formatter.bytes(for: result))
      return outcome
    }
    guard !left.isEmpty else { return outcome }
    let error = MediaError(
      path: result.file, code: .unsupported, stage: .decode,
      problem: "a picture, which has no times for \(left.map(\.rawValue).joined(separator: ", ")). "
        + "Add another form, such as json.")
    if folder?.writesPictures == true {
      messages.warning(error.description)
      return outcome
    }
    messages.failure(error)
    return .failure(error)
  }

  consuming func finish() throws(FileError) {
    try stream.write(Array(folder == nil ? formatter.ending.utf8 : "".utf8))
    try stream.finish()
  }
}

extension ResultFolder {
  /// Whether there is a form that pictures have, too.
  fileprivate var writesPictures: Bool { !formats.allSatisfy(\.isForClips) }
}

extension CaptionResult {
  fileprivate var isSuccess: Bool { (try? outcome.get()) != nil }
}
