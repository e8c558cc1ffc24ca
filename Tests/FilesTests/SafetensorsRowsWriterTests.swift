import TestSupport
import Testing

@testable import Files

@Suite("SafetensorsRowsWriter")
struct SafetensorsRowsWriterTests {
  func bytes(_ floats: [Float]) -> [UInt8] { floats.withUnsafeBytes { Array($0) } }

  @Test("writes fewer rows than announced, and shorter notes, into a file that readers accept")
  func rows() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/rows.safetensors"
    var writer = try SafetensorsRowsWriter(
      path, name: "pooled", rowShape: [2], maximumRowCount: 1000,
      longestMetadata: ["files": String(repeating: "x", count: 500)], overwriting: false)
    // Untyped throws: a thunk between the two kinds crashes the compiler (Swift 6.3).
    try bytes([1, 2]).withUnsafeBytes { rows in try writer.write(rows: rows) }
    try bytes([3, 4, 5, 6]).withUnsafeBytes { rows in
      try writer.write(rows: rows)
    }
    #expect(writer.rowCount == 3)
    #expect(isFile(writer.workingPath))
    try writer.commit(metadata: ["files": "y"])
    let file = try SafetensorsFile(path)
    let entry = try #require(file["pooled"])
    #expect(entry.shape == [3, 2])
    #expect(entry.type == .float32)
    #expect(file.withBytes(of: entry) { Array($0) } == bytes([1, 2, 3, 4, 5, 6]))
    #expect(file.metadata == ["files": "y"])
  }

  @Test("refuses notes that no reader would take, before anything is written")
  func hugeNotes() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/rows.safetensors"
    let notes = ["files": String(repeating: "x", count: 9 << 20)]
    let error = #expect(throws: FileError.self) {
      _ = try SafetensorsRowsWriter(
        path, name: "pooled", rowShape: [2], maximumRowCount: 1, longestMetadata: notes,
        overwriting: false)
    }
    guard case .tooLarge = error?.problem else {
      Issue.record("expected .tooLarge, not \(String(describing: error))")
      return
    }
    #expect(try namesInFolder(folder.path) == [])
  }

  @Test("leaves nothing without a commit")
  func abandoned() throws {
    let folder = try TemporaryFolder()
    do {
      _ = try SafetensorsRowsWriter(
        "\(folder.path)/rows.safetensors", name: "pooled", rowShape: [2], maximumRowCount: 1,
        longestMetadata: [:], overwriting: false)
    }
    #expect(try namesInFolder(folder.path) == [])
  }
}
