import Captioning
import Files
import Media
import Reports

/// The forms in which captions can lie beside each other in files of their own, by their names' endings.
package enum SideFormat: String, Sendable, CaseIterable {
  /// A caption a line, the likeliest first.
  case txt
  /// Of clips: the likeliest sentence of each part, with its times.
  case srt, vtt

  /// Whether pictures have none.
  package var isForClips: Bool { self != .txt }

  /// What the file of an input holds, never nothing, which would look like a file cut off; nil where there
  /// is none, as a picture has no times.
  package func text(for media: CaptionedMedia) -> String? {
    switch self {
    case .txt:
      media.segments.flatMap { $0.captions.map { $0.text + "\n" } }.joined()
    case .srt: media.clip.map { _ in SubtitleFormat.srt.text(media.cues) }
    case .vtt: media.clip.map { _ in SubtitleFormat.webVTT.text(media.cues) }
    }
  }
}

/// Writes the side files of a batch below its folder.
///
/// None of them is waited for: should a power cut leave one empty, the next run writes it again.
package struct SideFiles: Sendable {
  private let folder: String
  private let formats: [SideFormat]
  /// One name for all, which the lock on the journal makes ours; so a kill leaves one file at most.
  private let temporary: String

  package init(_ formats: [SideFormat], in folder: String, _ shard: Shard) {
    (self.formats, self.folder) = (formats, folder)
    temporary = "\(folder)/\(shard.fileName(".side-file", ".tmp"))"
  }

  /// Removes what a killed run left half written.
  package func removeLeftover() throws(FileError) { try removeFile(temporary) }

  /// Writes the files of an input, or removes old ones if it failed.
  ///
  /// - Parameters:
  ///   - result: What came of the input.
  ///   - stem: Where its files go in the folder, without the ending.
  /// - Throws: What the file system said.
  package func write(_ result: CaptionResult, to stem: String) throws(FileError) {
    for format in formats {
      let path = "\(folder)/\(stem).\(format.rawValue)"
      switch result.outcome {
      case .failure:
        if FileStatus(path, followingLinks: false)?.kind == .file { try removeFile(path) }
      case .success(let media):
        guard let text = format.text(for: media) else { continue }
        try makeFolder(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
        try replaceFile(Array(text.utf8), at: path, by: temporary)
      }
    }
  }
}

/// Gives every input a place for its side files below the output, whatever it is called.
///
/// The place follows from the inputs before it alone, so that a later run finds the same.
package struct SideFileNames {
  /// What file systems allow a name, with room for a number and an ending, and a path, in bytes.
  private static let longestName = 180
  private static let longestPath = 2000

  private var taken: Set<UInt64> = []

  package init() {}

  /// A path without an ending that no input had before: `a/b` for `a/b.jpg`, and `a/b.png` for
  /// `a/b.png` after it.
  package mutating func stem(for mirrorPath: String) -> String {
    let path = Self.confined(mirrorPath)
    var stem = path
    if let ending = fileExtension(of: path) { stem.removeLast(ending.count + 1) }
    var number = 1
    while !taken.insert(JournalIndex.hash(stem)).inserted {
      stem = number == 1 ? path : "\(path)-\(number)"
      number += 1
    }
    return stem
  }

  /// The path without what leads up or to the root, and of a length that can be created.
  private static func confined(_ path: String) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." && $0 != ".." }
      .map { shortened(String($0).replacing("\0", with: "\\0")) }
    guard let name = parts.last else { return "unnamed" }
    let folders = parts.dropLast().map { folder in
      // No folder may have the name of a side file.
      fileExtension(of: folder).flatMap(SideFormat.init) == nil ? folder : folder + "_"
    }
    let whole = (folders + [name]).joined(separator: "/")
    return whole.utf8.count <= longestPath ? whole : "long-paths/\(digest(whole))-\(name)"
  }

  /// A name that is too long as its beginning and its checksum.
  private static func shortened(_ name: String) -> String {
    guard name.utf8.count > longestName else { return name }
    var start = ""
    for scalar in name.unicodeScalars where start.utf8.count < longestName / 2 {
      start.unicodeScalars.append(scalar)
    }
    return "\(start)~\(digest(name))" + (MediaKind(fileName: name) == nil ? "" : ".media")
  }

  private static func digest(_ text: String) -> String {
    let digest = Array(text.utf8).withUnsafeBytes { SHA256.digest(of: $0) }
    return String("\(digest)".prefix(16))
  }
}
