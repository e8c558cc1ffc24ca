import Files

// JSON with one record per line, with or without a comma after each.

/// Returns true if `text` is JSON lines, rather than one document.
///
/// The extensions `.jsonl` and `.ndjson` mean lines, unless the text is a single list; in other
/// files the first line must be complete, and not the last.
func areJSONLines(_ text: some BidirectionalCollection<UInt8>, named path: String) -> Bool {
  let text = text.drop(while: isJSONBlank)
  guard let first = text.first else { return false }
  let isCalledSo = ["jsonl", "ndjson"].contains(fileExtension(of: path))
  if first != UInt8(ascii: isCalledSo ? "[" : "{") { return isCalledSo }
  let line = text.prefix { $0 != 0x0A && $0 != 0x0D }
  return !text[line.endIndex...].allSatisfy(isJSONBlank) && isWhole(withoutTrailingComma(line))
}

/// Returns `line` without blanks at its end, and without one comma.
func withoutTrailingComma<Bytes: BidirectionalCollection<UInt8>>(_ line: Bytes) -> Bytes.SubSequence
{
  var rest = line[...]
  while let last = rest.last, isJSONBlank(last) { rest = rest.dropLast() }
  return rest.last == UInt8(ascii: ",") ? rest.dropLast() : rest
}

private func isWhole(_ bytes: some Collection<UInt8>) -> Bool {
  (try? Array(bytes).withUnsafeBytes { bytes throws(JSONError) in
    try JSONReader.read(bytes, takingNaN: true) { reader throws(JSONError) in
      try reader.skipValue()
    }
  }) != nil
}

private func isJSONBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) }

extension Gathering {
  /// Reads records from JSON lines, or from one list.
  mutating func readRows(
    _ file: AnnotationFile,
    _ body: (inout Gathering, CaptionRow, String) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    let column = choices.captionColumn
    guard file.isInLines else {
      let rows = try file.json { reader throws(JSONError) in
        try CaptionRow.list(&reader, captionColumn: column)
      }
      for (index, row) in rows.enumerated() { try body(&self, row, "[\(index)]") }
      return
    }
    try file.forEachLine { line throws(DatasetError) in
      let bytes = UnsafeRawBufferPointer(rebasing: withoutTrailingComma(line.bytes))
      guard !bytes.isEmpty else { return }
      let row: CaptionRow
      do throws(JSONError) {
        row = try JSONReader.read(bytes, takingNaN: true) { reader throws(JSONError) in
          try CaptionRow(&reader, captionColumn: column)
        }
      } catch {
        try record(line.name) { _ throws(DatasetError.Problem) in throw .notJSON(error) }
        return
      }
      try body(&self, row, line.name)
    }
  }
}
