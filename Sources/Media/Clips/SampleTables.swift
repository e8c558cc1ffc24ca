import Glibc

// FFmpeg allocates an entry for each sample that an MP4 or QuickTime file declares before it checks that the
// file can hold it, so that 700 bytes can request 2 GB. The counts in the sample tables are therefore summed
// up first.

extension MediaBytes {
  /// The number of declared samples that is always accepted; FFmpeg allocates 24 bytes for each.
  private static let harmlessSampleCount = 1 << 20

  /// Throws if the tables declare far more samples than the file can hold.
  func checkSampleTables(name: String) throws(MediaError) {
    switch MediaFormat(recognizing: firstBytes(512)) {
    case .mp4, .quickTime, .avif: break
    default: return
    }
    var tables = SampleTables()
    addSampleTables(in: 0..<range.count, depth: 0, to: &tables)
    // A sample takes at least one byte, but those of multichannel audio may be counted once per edit.
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

  /// Walks the boxes in `place`, a range of the file.
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
      // The first entry, after version, flags and count, begins with its size and its type (ISO/IEC 23001-7).
      case "stsd":
        tables.isEncrypted = tables.isEncrypted || name(at: box.content.lowerBound + 12) == "encv"
      case "elst": tables.add(edits: number(at: box.content.lowerBound + 4))
      default: break
      }
      position = box.content.upperBound
    }
  }

  /// Returns the box at `position`, clipped to `end`; nil if its size is smaller than its header.
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

/// The counts that the sample tables of a file declare.
private struct SampleTables {
  /// The boxes that contain other boxes, as FFmpeg parses them.
  static let folders: Set = [
    "moov", "trak", "mdia", "minf", "stbl", "edts", "dinf", "udta", "mvex", "moof", "traf", "tref",
    "wave",
  ]
  static let deepest = 10
  /// The maximum number of boxes that are read, enough for a day in fragments of ten seconds.
  static let mostBoxes = 1 << 17

  var boxCount = 0
  /// True if a video stream is encrypted.
  var isEncrypted = false
  private var samples = 0
  private var mostEdits = 1

  /// The number of samples; each edit may present all of them again.
  var sampleCount: Int {
    let (product, isHuge) = samples.multipliedReportingOverflow(by: mostEdits)
    return isHuge ? .max : product
  }

  mutating func add(samples count: Int) { samples += count }
  mutating func add(edits count: Int) { mostEdits = max(mostEdits, count) }
}
