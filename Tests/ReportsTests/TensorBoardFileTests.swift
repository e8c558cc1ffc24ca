import Files
import Foundation
import TestSupport
import Testing

@testable import Reports

@Suite("TensorBoard file")
struct TensorBoardFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

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
    "a later life's file has a later name, whatever the clock says, and no part of it is a path")
  func names() throws {
    for (host, time) in [("a/b", 1732200000.9), ("c", 1732200000.9), ("", 0)] {
      _ = try TensorBoardFile(in: folder.path, from: 0, continuing: [], host: host, time: time)
    }
    #expect(
      try namesInFolder(folder.path) == [
        "events.out.tfevents.1732200000.a_b", "events.out.tfevents.1732200001.c",
        "events.out.tfevents.1732200002.localhost",
      ])
  }

  @Test("a later life takes back what followed its checkpoint, and repeats what the log says of it")
  func lives() throws {
    let rows = TrainingLogTests.twoEpochs
    func begin(from step: Int, _ rows: [TrainingRow]) throws -> [UInt8] {
      var file = try TensorBoardFile(
        in: folder.path, from: step, continuing: rows, host: "h", time: 1e9)
      file.append(TrainingLogTests.step(9))
      try file.synchronize()
      return try MappedFile(file.path).withBytes { Array($0) }
    }
    func events(_ contents: [TensorBoardEvent.Content], _ rows: [TrainingRow]) -> [UInt8] {
      zip([0, 4], contents).flatMap { step, content in
        TensorBoardEvent(time: 1e9, step: step, content: content).record
      } + rows.flatMap { TensorBoardFile.record(of: $0) }
    }
    let last = TrainingLogTests.step(9)
    #expect(try begin(from: 0, []) == events([.fileVersion], [last]))
    // The checkpoint was written after the fourth step and its epoch's evaluation.
    let kept = Array(rows.prefix(5))
    #expect(
      try begin(from: 4, kept) == events([.fileVersion, .restart], [kept[3], kept[4], last]))
  }

  @Test("numbers that are not finite are left out, and a row without any is no record")
  func notFinite() throws {
    var file = try TensorBoardFile(in: folder.path, from: 0, continuing: [], host: "h", time: 1)
    let before = try MappedFile(file.path).count
    var row = StepRow(
      step: 1, epoch: 1, loss: .nan, gradientNorm: .infinity, isClipped: false,
      learningRate: .nan, time: 1)
    file.append(.step(row))
    #expect(try MappedFile(file.path).count == before)
    row.learningRate = 0
    file.append(.step(row))
    let added = try MappedFile(file.path).withBytes { Array($0) }.dropFirst(before)
    let text = String(decoding: added, as: UTF8.self)
    #expect(text.contains("optimizer/learning_rate") && !text.contains("loss/train"))
  }
}
