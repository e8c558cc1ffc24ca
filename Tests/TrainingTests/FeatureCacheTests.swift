import Captioning
import Files
import Foundation
import ImageEncoders
import Layers
import Media
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Feature cache")
struct FeatureCacheTests {
  let folder: TemporaryFolder
  /// Pictures of one row, and a clip of four.
  let rows: [(path: String, row: Tensor)]

  init() throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    rows = try (0..<5).map { number in
      let path = try folder.write(Array("picture \(number)".utf8), to: "\(number).jpg")
      return (
        path, FormulaWeights.scaled("\(number)", [number == 2 ? 4 : 1, 7]).converted(to: .bfloat16)
      )
    }
  }

  private func cache(_ encoder: String = "e", size: Int = 7) -> FeatureCache {
    FeatureCache(encoder: encoder, rowSize: size, in: "\(folder.path)/cache")
  }

  private func add(_ rows: some Sequence<(path: String, row: Tensor)>) throws {
    try cache().add(keyed(rows))
  }

  private func keyed(
    _ rows: some Sequence<(path: String, row: Tensor)>
  ) -> [(key: FeatureCache.Key, rows: Tensor)] {
    rows.compactMap { path, row in FeatureCache.Key([path]).map { ($0, row) } }
  }

  private func found(_ path: String, in cache: FeatureCache) -> [Float]? {
    FeatureCache.Key([path]).flatMap(cache.rows)?.floats
  }

  @Test("gives back what was added, to whoever opens it next")
  func roundTrip() throws {
    let first = cache()
    #expect(found(rows[0].path, in: first) == nil)
    try first.add(keyed(rows[..<3]))
    try first.add(keyed(rows[3...]))
    let second = cache()
    for (path, row) in rows { #expect(found(path, in: second) == row.floats) }
    #expect(found("\(folder.path)/none.jpg", in: second) == nil)
    #expect(found(rows[0].path, in: cache("other")) == nil, "another encoder sees other things")
  }

  @Test("a picture that was written anew is another picture, even if it has the same bytes")
  func changedPicture() throws {
    try add(rows)
    let path = rows[1].path
    try AtomicFile.write("picture 1", to: path, overwriting: true)
    #expect(found(path, in: cache()) == nil)
    try add([(path, rows[2].row)])
    #expect(found(path, in: cache()) == rows[2].row.floats)
  }

  @Test("a torn or damaged record is as if it were not there, and the others are")
  func damage() throws {
    try add(rows)
    let path = "\(folder.path)/cache/e/rows"
    let bytes = try MappedFile(path).withBytes { Array($0) }
    // A head of 32 bytes and rows of 14, at multiples of 8.
    var changed = bytes
    changed[48 + 40] ^= 1
    try write(Array(changed.dropLast(3)), to: path)
    let damaged = cache()
    let isThere = rows.map { found($0.path, in: damaged) != nil }
    #expect(isThere == [true, false, true, true, false])
    // What is added follows the last whole record.
    try add([rows[4], rows[1]])
    let mended = cache()
    for (path, row) in rows { #expect(found(path, in: mended) == row.floats) }
    // Without its head nobody knows where a record ends.
    changed = bytes
    changed[2 * 48 + 25] ^= 1
    try write(changed, to: path)
    let headless = cache()
    #expect(rows.map { found($0.path, in: headless) != nil } == [true, true, false, false, false])
    try write(Array(repeating: 7, count: 1000), to: path)
    #expect(found(rows[0].path, in: cache()) == nil)
  }

  @Test("is done without where another process is writing, or nothing can be written")
  func unwritable() throws {
    try makeFolder("\(folder.path)/cache/e")
    do {
      let lock = try FolderLock("\(folder.path)/cache/e")
      try add(rows)
      withExtendedLifetime(lock) {}
    }
    #expect(found(rows[0].path, in: cache()) == nil)
    let blocked = FeatureCache(encoder: "e", rowSize: 7, in: "\(rows[0].path)/cache")
    #expect(throws: FileError.self) { try blocked.add(keyed(rows)) }
  }

  @Test("features are the same bits, from the cache, half from it, or not")
  func sameBits() throws {
    let pictures = try (0..<21).map { number in
      try folder.write(
        Array(try MappedFile(samplePicture).withBytes { Array($0) }), to: "photo\(number).jpg")
    }
    let examples = pictures.enumerated().map { number, path in
      TrainingExample(number: number, path: path, captions: [], canBeMirrored: true)
    }
    var random = SeededGenerator(seed: 3)
    var encoder = SmallCNN()
    encoder.initialize(using: &random)
    let loader = PictureLoader(EncoderConfiguration(.smallCNN).preprocessing)
    func features(
      _ examples: [TrainingExample], _ cache: FeatureCache?
    ) throws -> (numbers: [Float], found: Int) {
      var store = PictureFeatures(.pooled, cache: cache)
      var reports: [PassProgress] = []
      try store.prepare(examples, by: encoder, loader) { reports.append($0) }
      return (store(examples).values.floats, reports[0].done)
    }
    let alone = try features(examples, nil)
    _ = try features(Array(examples[7..<12]), cache(size: 128))
    let half = try features(examples, cache(size: 128))
    let whole = try features(examples, cache(size: 128))
    let counts = [alone.found, half.found, whole.found]
    #expect(counts == [0, 5, 21])
    #expect(half.numbers == alone.numbers && whole.numbers == alone.numbers)
  }

  private var samplePicture: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../datasets/samples/dog-on-grass.jpg").standardized.path
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    let file = try AtomicFile(path, overwriting: true)
    try file.write(bytes)
    try file.commit()
  }
}
