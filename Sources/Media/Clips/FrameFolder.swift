import Files

/// A clip stored as a folder with one image per frame, in the order of their names.
package struct FrameFolder: Sendable {
  private let source: MediaSource
  private let names: [String]

  /// - Parameter source: The folder.
  /// - Throws: `MediaError` if it holds no image.
  package init(_ source: MediaSource) throws(MediaError) {
    let found = (try? namesInFolder(source.name)) ?? []
    names = found.filter { MediaKind(fileName: $0) == .image && !$0.hasPrefix(".") }
      .map { (NumberedName($0), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    self.source = source
    guard !names.isEmpty else {
      throw MediaError(
        path: source.name, code: .noFrames, stage: .open,
        problem: "has no pictures in it. A clip is a video, or a folder of its frames.")
    }
  }

  /// All images in the folder.
  package var pictures: [MediaSource] { names.map(picture) }

  /// Returns the images of the sampled frames.
  package func pictures(_ frames: ClipSampling.Frames) -> [MediaSource] {
    // The frame rate is one frame per unit of time.
    ClipSegment(start: 0, end: Double(names.count)).times(frames, frameRate: 1)
      .map { picture(names[min(Int($0), names.count - 1)]) }
  }

  private func picture(_ name: String) -> MediaSource {
    switch source {
    case .fileInside(let folder, let path): .fileInside(folder: folder, name: "\(path)/\(name)")
    // The folder is not confined to another folder, and neither are its images.
    default: .file("\(source.name)/\(name)")
    }
  }
}

/// A name whose numbers are compared by value: `frame_2` comes before `frame_10`.
private struct NumberedName: Comparable {
  private let parts: [Part]

  private enum Part: Comparable {
    case number(Int)
    case text(String)
  }

  init(_ name: String) {
    var (parts, rest): ([Part], Substring.UTF8View) = ([], name[...].utf8)
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    while let first = rest.first {
      let run = rest.prefix { isDigit($0) == isDigit(first) }
      rest = rest[run.endIndex...]
      let text = String(decoding: run, as: UTF8.self)
      parts.append(Int(text).map { .number($0) } ?? .text(text))
    }
    // The name itself orders names that differ only in leading zeros.
    self.parts = parts + [.text(name)]
  }

  static func < (a: NumberedName, b: NumberedName) -> Bool {
    a.parts.lexicographicallyPrecedes(b.parts)
  }
}
