import Files

/// A clip as a folder of pictures, one for each frame, in the order of their names.
package struct FrameFolder: Sendable {
  private let source: MediaSource
  private let names: [String]

  /// - Parameter source: The folder.
  /// - Throws: `MediaError` if there is no picture in it.
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

  /// All pictures in it.
  package var pictures: [MediaSource] { names.map(picture) }

  /// The pictures that are looked at.
  package func pictures(_ frames: ClipSampling.Frames) -> [MediaSource] {
    // One frame lasts one unit of time.
    ClipSegment(start: 0, end: Double(names.count)).times(frames, frameRate: 1)
      .map { picture(names[min(Int($0), names.count - 1)]) }
  }

  private func picture(_ name: String) -> MediaSource {
    switch source {
    case .fileInside(let folder, let path): .fileInside(folder: folder, name: "\(path)/\(name)")
    // Where the folder may lie anywhere, so may its pictures.
    default: .file("\(source.name)/\(name)")
    }
  }
}

/// A name whose numbers count by their values: `frame_2` comes before `frame_10`.
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
    // Names that differ in leading zeros only have an order, too.
    self.parts = parts + [.text(name)]
  }

  static func < (a: NumberedName, b: NumberedName) -> Bool {
    a.parts.lexicographicallyPrecedes(b.parts)
  }
}
