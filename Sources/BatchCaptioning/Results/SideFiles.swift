import Captioning
import Files
import Media
import Reports

/// The formats of captions in separate files, by their extensions.
package enum SideFormat: String, Sendable, CaseIterable {
  /// One caption per line, the likeliest first.
  case txt
  /// The likeliest caption of each part of a clip, with its times.
  case srt, vtt

  /// True if pictures have no file of this format.
  package var isForClips: Bool { self != .txt }

  /// Returns the content of the file of an input, which is never empty, as a truncated file would
  /// be; nil if there is none, as a picture has no timestamps.
  package func text(for media: CaptionedMedia) -> String? {
    let text: String? =
      switch self {
      case .txt: media.segments.flatMap { $0.captions.map { $0.text + "\n" } }.joined()
      case .srt: media.clip.map { _ in SubtitleFormat.srt.text(media.cues) }
      case .vtt: media.clip.map { _ in SubtitleFormat.webVTT.text(media.cues) }
      }
    // All captions may be withheld.
    return text.map { $0.isEmpty ? "\n" : $0 }
  }
}

/// Writes the side files of a batch below its folder.
///
/// They are not synchronized to the disk: if a power cut leaves one empty, the next run writes it
/// again.
package struct SideFiles: Sendable {
  private let folder: String
  private let formats: [SideFormat]
  /// One temporary name for all, protected by the lock on the journal; so a kill leaves at most one
  /// file.
  private let temporary: String

  package init(_ formats: [SideFormat], in folder: String, _ shard: Shard) {
    (self.formats, self.folder) = (formats, folder)
    temporary = "\(folder)/\(shard.fileName(".side-file", ".tmp"))"
  }

  /// Removes the partial file of a killed run.
  package func removeLeftover() throws(FileError) { try removeFile(temporary) }

  /// Writes the files of an input, or removes old ones if it failed.
  ///
  /// - Parameters:
  ///   - result: The result of the input.
  ///   - stem: The path of its files in the folder, without the extension.
  /// - Throws: `FileError` if a file cannot be written or removed.
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

/// Assigns every input a path for its side files below the output, whatever its name is.
///
/// The path depends only on the inputs before it, so that a later run finds the same one.
package struct SideFileNames {
  /// The maximum lengths of names and paths in file systems, in bytes, with room for a number and
  /// an extension.
  private static let longestName = 180
  private static let longestPath = 2000

  private var taken: Set<UInt64> = []

  package init() {}

  /// Returns a path without extension that no earlier input had: `a/b` for `a/b.jpg`, and `a/b.png`
  /// for `a/b.png` after it.
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

  /// Returns the path without parts that lead up or to the root, and of a length that can be
  /// created.
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

  /// Returns a name that is too long as its beginning and its checksum.
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
