import Files
import Foundation
import TestSupport
import Testing

@testable import Reports

@Suite("TensorBoard file")
struct TensorBoardFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func names() throws -> [String] {
    try namesInFolder(folder.path).filter { $0.contains("tfevents") }
  }

  @Test("the checksum is the one of RFC 3720")
  func checksum() {
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([]) == 0)
  }

  /// `scripts/fixtures/tensorboard_events.py` wrote the fixture with TensorBoard 2.21.
  @Test("events are the bytes that TensorBoard itself writes")
  func parity() throws {
    let expected = try Data(contentsOf: Fixture.folder.appending(path: "tensorboard/events"))
    let contents: [(Int, TensorBoardEvent.Content)] = [
      (0, .fileVersion), (0, .restart),
      (
        1,
        .scalars([
          .init(tag: "loss/train", value: 9.25), .init(tag: "optimizer/learning_rate", value: 4e-6),
        ])
      ),
      (
        300,
        .scalars([
          .init(tag: "loss/train", value: 0), .init(tag: "optimizer/learning_rate", value: 4e-4),
        ])
      ),
      (1 << 40, .scalars([.init(tag: "score/CIDEr", value: -1.5)])),
    ]
    let bytes = contents.flatMap { step, content in
      TensorBoardEvent(time: 1732200000.25, step: step, content: content).record
    }
    #expect(bytes == Array(expected))
  }

  @Test(
    "a later life's file holds what its predecessor held, has a later name, and is the only one")
  func lives() throws {
    let rows = TrainingLogTests.twoEpochs
    var first = try TensorBoardFile(
      in: folder.path, continuing: [], host: "a/b", time: 1732200000.9)
    #expect(try names() == ["events.out.tfevents.1732200000.a_b"])
    for row in rows { try first.append(row) }
    try first.synchronize()
    let straight = try MappedFile(first.path).withBytes { Array($0) }
    // Within the same second, and by a clock that was set back.
    var second = try TensorBoardFile(
      in: folder.path, continuing: Array(rows.prefix(5)), host: "c", time: 1732200000.9)
    #expect(try names() == ["events.out.tfevents.1732200001.c"])
    for row in rows.dropFirst(5) { try second.append(row) }
    #expect(try MappedFile(second.path).withBytes { Array($0) } == straight)
    _ = try TensorBoardFile(in: folder.path, continuing: rows, host: "", time: 0)
    #expect(try names() == ["events.out.tfevents.1732200002.localhost"])
    #expect(
      try MappedFile("\(folder.path)/\(names()[0])").withBytes { Array($0) }.suffix(1000)
        == straight.suffix(1000))
  }

  @Test("numbers that are not finite are left out, and a row without any is no record")
  func notFinite() throws {
    var file = try TensorBoardFile(in: folder.path, continuing: [], host: "h", time: 1)
    let before = try MappedFile(file.path).count
    var row = StepRow(
      step: 1, epoch: 1, loss: .nan, gradientNorm: .infinity, isClipped: false,
      learningRate: .nan, time: 1)
    try file.append(.step(row))
    #expect(try MappedFile(file.path).count == before)
    row.learningRate = 0
    try file.append(.step(row))
    let added = try MappedFile(file.path).withBytes { Array($0) }.dropFirst(before)
    let text = String(decoding: added, as: UTF8.self)
    #expect(text.contains("optimizer/learning_rate") && !text.contains("loss/train"))
  }
}
