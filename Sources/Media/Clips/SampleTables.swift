import Glibc

// FFmpeg makes room for each sample that an MP4 or QuickTime file announces before it looks whether the file
// can hold it: 700 bytes can ask for two gigabytes. A table's size is a number and no more, so the tables are
// found and added up first.

extension MediaBytes {
  /// Announcements that no file is too short for; FFmpeg makes 24 bytes of each.
  private static let harmlessSampleCount = 1 << 20

  /// Throws if the tables announce far more samples than the file can have.
  func checkSampleTables(name: String) throws(MediaError) {
    switch MediaFormat(recognizing: firstBytes(512)) {
    case .mp4, .quickTime, .avif: break
    default: return
    }
    var tables = SampleTables()
    addSampleTables(in: 0..<range.count, depth: 0, to: &tables)
    // A sample takes a byte at least; those of a sound of many channels may be counted for each edit.
    guard tables.sampleCount <= max(4 * range.count, Self.harmlessSampleCount) else {
      throw MediaError(
        path: name, code: .corrupt, stage: .open,
        problem:
          "a damaged file: it announces more frames than its \(range.count.grouped) bytes can "
          + "hold. Get a fresh copy.")
    }
    guard !tables.isEncrypted else {
      throw MediaError(
        path: name, code: .unsupported, stage: .open,
        problem: "an encrypted clip, for which a key is needed. Give one that is not.")
    }
  }

  /// Walks the boxes at `place`, counted from the start of the file.
  private func addSampleTables(in place: Range<Int>, depth: Int, to tables: inout SampleTables) {
    var position = place.lowerBound
    while place.upperBound - position >= 8, tables.boxCount < SampleTables.mostBoxes {
      guard let box = box(at: position, before: place.upperBound) else { return }
      tables.boxCount += 1
      switch box.kind {
      case _ where SampleTables.folders.contains(box.kind) && depth < SampleTables.deepest:
        addSampleTables(in: box.content, depth: depth + 1, to: &tables)
      case "stsz", "stz2": tables.add(samples: number(at: box.content.lowerBound + 8))
      case "trun": tables.add(samples: number(at: box.content.lowerBound + 4))
      // Behind version, flags and count the first entry has its size, and what it is (ISO/IEC 23001-7).
      case "stsd":
        tables.isEncrypted = tables.isEncrypted || name(at: box.content.lowerBound + 12) == "encv"
      case "elst": tables.add(edits: number(at: box.content.lowerBound + 4))
      default: break
      }
      position = box.content.upperBound
    }
  }

  /// The box at `position`, cut off at `end`; nil if it says that it is shorter than its own head.
  private func box(at position: Int, before end: Int) -> (kind: String, content: Range<Int>)? {
    var header = reader(16, at: position)
    guard var size = header.bigEndian32(), let kind = header.fourLetters() else { return nil }
    if size == 1 {
      guard let long = header.bigEndian64() else { return nil }
      size = long
    }
    if size == 0 { size = end - position }
    guard size >= header.position else { return nil }
    let stop = size > end - position ? end : position + size
    return (kind, min(position + header.position, stop)..<stop)
  }

  private func name(at position: Int) -> String? {
    var reader = reader(4, at: position)
    return reader.fourLetters()
  }

  private func number(at position: Int) -> Int {
    var reader = reader(4, at: position)
    return reader.bigEndian32() ?? 0
  }
}

/// What the tables of a file announce together.
private struct SampleTables {
  /// The boxes that hold others, as FFmpeg looks into them.
  static let folders: Set = [
    "moov", "trak", "mdia", "minf", "stbl", "edts", "dinf", "udta", "mvex", "moof", "traf", "tref",
    "wave",
  ]
  static let deepest = 10
  /// As many as a day in fragments of ten seconds has; further ones are not looked at.
  static let mostBoxes = 1 << 17

  var boxCount = 0
  /// Whether a stream of pictures is.
  var isEncrypted = false
  private var samples = 0
  private var mostEdits = 1

  /// Each edit may show all samples anew.
  var sampleCount: Int {
    let (product, isHuge) = samples.multipliedReportingOverflow(by: mostEdits)
    return isHuge ? .max : product
  }

  mutating func add(samples count: Int) { samples += count }
  mutating func add(edits count: Int) { mostEdits = max(mostEdits, count) }
}
