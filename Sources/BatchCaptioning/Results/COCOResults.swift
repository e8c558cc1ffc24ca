import Files

/// The captions of a finished batch as one list, as coco-caption reads results: `results.coco.json`.
package struct COCOResults: Sendable, Equatable {
  package static let fileName = "results.coco.json"

  /// The number of captions written.
  package private(set) var captionCount = 0
  /// The number of captions whose id another one has.
  package private(set) var repeatedCount = 0
  /// The number of rows without a caption: files that failed, and captions that were withheld.
  package private(set) var withoutCount = 0

  /// Writes the list.
  ///
  /// - Parameters:
  ///   - rows: The file of rows, with one row for each input.
  ///   - path: The file to write; an older one is replaced.
  /// - Throws: `FileError`, if a file cannot be read or written.
  package init(rowsOf rows: String, to path: String) throws(FileError) {
    let file = try AtomicFile(path, overwriting: true)
    var lines = LineReader(try ReadableFile(rows), limit: Journal.longestLine)
    var waiting = Array("[".utf8)
    var ids: Set<String> = []
    while let line = try lines.next() {
      guard let row = try? JSONValue(reading: Array(line)), let name = row["file"]?.string else {
        continue
      }
      let caption = row["segments"]?.elements?.first?["captions"]?.elements?.first?["text"]?.string
      guard let caption else {
        withoutCount += 1
        continue
      }
      let id = cocoImageID(ofFile: name)
      if !ids.insert(id.compactText).inserted { repeatedCount += 1 }
      let result: JSONValue = ["image_id": id, "caption": .string(caption)]
      waiting += ((captionCount > 0 ? ",\n" : "\n") + result.compactText).utf8
      captionCount += 1
      if waiting.count >= 1 << 18 {
        try file.write(waiting)
        waiting.removeAll(keepingCapacity: true)
      }
    }
    try file.write(waiting + Array("\n]\n".utf8))
    try file.commit()
  }
}
