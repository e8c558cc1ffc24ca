import Files
import Foundation
import Media
import TestSupport
import Testing

@testable import Datasets

@Suite("Data set check")
struct DatasetCheckTests {
  private static let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../datasets/samples").standardized.path

  private func sample(_ name: String) throws -> [UInt8] {
    try MappedFile("\(Self.samples)/\(name)").withBytes { Array($0) }
  }

  /// Checks a table of captions with these pictures beside it.
  private func check(
    train: String, val: String = "", pictures: [String: [UInt8]] = [:], opening: Bool = true
  ) throws -> DatasetCheck {
    let collection = try CollectionOnDisk(
      val.isEmpty ? ["train.tsv": train] : ["train.tsv": train, "val.tsv": val])
    for (name, bytes) in pictures { try collection.folder.write(bytes, to: name) }
    symlink("/etc/hostname", "\(collection.path)/link.jpg")
    var inspector = PictureInspector(threadCount: 2)
    inspector.isFingerprinting = true
    return DatasetCheck(
      try collection.read(badRecords: .leaveOut), opening ? inspector : nil, minimumCount: 1,
      maximumWords: 3, threadCount: 1, report: { _ in })
  }

  private func codes(_ check: DatasetCheck) -> [String] {
    check.findings.map { "\($0.severity.rawValue) \($0.code) \($0.places.count)" }
  }

  @Test("finds pictures that are missing, no pictures, damaged, or links out of their folder")
  func pictures() throws {
    let jpeg = try sample("dog-on-grass.jpg")
    let check = try check(
      train: "a.jpg\tx\nb.jpg\tx\nc.jpg\tx\nd.jpg\tx\nlink.jpg\tx\ne.jpg\tx\n",
      pictures: [
        "a.jpg": jpeg, "b.jpg": Array("text".utf8), "c.jpg": Array(jpeg.prefix(jpeg.count / 2)),
        "e.jpg": [],
      ])
    #expect(
      codes(check) == [
        "error missing_picture 1", "error outside_picture 1", "error bad_picture 2",
        "warning damaged_picture 1",
      ])
    #expect(check.errorCount == 4 && check.warningCount == 1)
    #expect(check.findings[0].title == "1 picture is missing")
    #expect(check.findings[0].places[0].hasSuffix("/d.jpg"))
    #expect(check.findings[2].title == "2 pictures cannot be decoded")
    #expect(check.findings[2].places[0].contains("b.jpg: not a picture or video"))
  }

  @Test("takes one part of a clip that several people described for no copy")
  func describedTwice() throws {
    let json = #"{"v_a":{"duration":9,"timestamps":[[0,3]],"sentences":["A man."]}}"#
    let collection = try CollectionOnDisk(["val_1.json": json, "val_2.json": json])
    let check = try DatasetCheck(
      collection.read(), nil, minimumCount: 1, maximumWords: 3, threadCount: 1, report: { _ in })
    #expect(!codes(check).contains { $0.contains("duplicate") })
  }

  @Test("finds copies, look-alikes, and both where they leak from one split into another")
  func copies() throws {
    let dog = try sample("dog-on-grass.jpg")
    let house = try sample("house.png")
    let car = try sample("red-car.jpg")
    // The same pixels in another file: a comment in front of the picture.
    let again = Array(car.prefix(2)) + [0xFF, 0xFE, 0, 4, 65, 66] + car.dropFirst(2)
    let check = try check(
      train: "a.jpg\tx\nb.jpg\tx\nh.png\tx\nc.jpg\tx\nc2.jpg\tx\n",
      val: "a2.jpg\ty\nc3.jpg\ty\n",
      pictures: [
        "a.jpg": dog, "a2.jpg": dog, "h.png": house, "b.jpg": house, "c.jpg": car, "c2.jpg": again,
        "c3.jpg": again + [0],
      ])
    #expect(
      codes(check) == ["error leak 1", "warning near_leak 1", "warning duplicate_picture 1"])
    #expect(check.findings[0].places[0].contains("a.jpg (train) = "))
    #expect(check.findings[0].places[0].hasSuffix("a2.jpg (val)"))
    let near = try self.check(
      train: "c.jpg\tx\nc2.jpg\tx\n", pictures: ["c.jpg": car, "c2.jpg": again])
    #expect(codes(near) == ["warning near_duplicate_picture 1"])
  }

  @Test("without opening pictures still finds one listed in two splits")
  func listedTwice() throws {
    let check = try check(train: "a.jpg\tx\nb.jpg\tx\n", val: "a.jpg\ty\n", opening: false)
    #expect(codes(check) == ["error leak 1"])
  }

  @Test("finds bad records, blank captions and odd ones, and pictures without any")
  func captions() throws {
    let check = try check(
      train: "a.jpg\tfine\na.jpg\tdog dog dog\nb.jpg\t \n../c.jpg\tx\nd.jpg\n", opening: false)
    #expect(
      codes(check) == [
        "error bad_record 2", "warning blank_caption 1", "warning caption_repeats_a_word 1",
        "warning picture_without_captions 1",
      ])
    #expect(check.findings[1].places[0].hasSuffix("train.tsv, line 3"))
    #expect(check.findings[2].places[0].hasSuffix("a.jpg, caption 2: dog dog dog"))
  }

  @Test("counts words that a vocabulary lacks, and captions by their lengths")
  func words() throws {
    let check = try check(
      train: "a\tthe dog runs\nb\tthe dog\n", val: "c\tthe cat runs home\n", opening: false)
    #expect(check.unknownShares.map(\.split) == [.train, .validation])
    #expect(check.unknownShares.map(\.share) == [0, 0.5])
    #expect(check.lengthHistogram == [0, 0, 1, 1, 1])
    #expect(check.cutCounts.map(\.count) == [0, 1])
    // What is validated is not cut when it is scored.
    #expect(check.findings.isEmpty)
  }

  @Test("is not much troubled by clips")
  func clips() throws {
    let check = try check(
      train: "a.mp4\tx\nb.avi\tx\nc.mkv\tx\n",
      pictures: [
        "a.mp4": [0, 0, 0, 24] + Array("ftypisom".utf8) + [UInt8](repeating: 0, count: 64),
        "b.avi": Array("no video at all".utf8),
      ])
    #expect(codes(check) == ["error missing_picture 1", "error bad_picture 2"])
    let places = check.findings[1].places
    // The first has nothing but a beginning.
    #expect(places[0].contains("a.mp4: a damaged file: its header cannot be read"))
    #expect(places[1].hasSuffix("b.avi: not a video in any known format. Get a fresh copy."))
  }
}
