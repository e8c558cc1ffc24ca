import BatchCaptioning
import Captioning
import Files
import Media

/// A folder with separate files for each input, in one format or several: `clip.srt` and
/// `clip.json`.
struct ResultFolder {
  private let formats: [ResultFormat]
  /// The paths of the files of each input, without the extension.
  private let stems: [String]
  private let overwriting: Bool
  private let endsWithNull: Bool
  private var writtenCount = 0

  /// - Parameters:
  ///   - path: The folder, which is created if it is missing.
  ///   - formats: The formats to write.
  ///   - files: All inputs, in order.
  ///   - overwriting: True if existing files may be replaced.
  ///   - endsWithNull: True if lines of text end with NUL.
  /// - Throws: `FileError` if any of the files cannot be written.
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

  /// The paths of all files that may be written.
  var paths: [String] {
    stems.flatMap { stem in formats.map { "\(stem).\($0.fileExtension)" } }
  }

  /// Writes the files of the next input.
  ///
  /// - Returns: The formats that were not written, since a picture has no timestamps.
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
      // Only JSON describes failures. Captions may be withheld, and an older file must not stand for them.
      if !result.isSuccess && (bytes.isEmpty || format.isForClips) { continue }
      try AtomicFile.write(
        bytes, to: "\(stem).\(format.fileExtension)", overwriting: overwriting)
    }
    return isPicture ? formats.filter(\.isForClips) : []
  }
}

/// The destination of captions: a stream, or a folder.
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

  /// Writes the next result, and reports formats that cannot be written.
  ///
  /// - Returns: The final outcome of the input.
  mutating func write(
    _ result: CaptionResult, _ messages: Messages
  ) throws(FileError) -> Result<Void, MediaError> {
    let outcome = result.outcome.map { _ in }
    guard let left = try folder?.write(result, head) else {
      try stream.write(formatter.bytes(for: result))
      // Its captions may be withheld, and an older file must not stand for them.
      if case .success = outcome { stream.keep() }
      return outcome
    }
    guard !left.isEmpty else { return outcome }
    let error = MediaError(
      path: result.file, code: .unsupported, stage: .decode,
      problem:
        "a picture, which has no timestamps for \(left.map(\.rawValue).joined(separator: ", ")). "
        + "Add another format, such as json.")
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
  /// True if there is a format that pictures have, too.
  fileprivate var writesPictures: Bool { !formats.allSatisfy(\.isForClips) }
}

extension CaptionResult {
  fileprivate var isSuccess: Bool { (try? outcome.get()) != nil }
}
