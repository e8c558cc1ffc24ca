import Files
import Foundation
import TestSupport
import Testing

@testable import Metrics

/// The maximum difference from METEOR's own scores; counts must be equal, and only `pow` may round otherwise.
private let tolerance = 1e-12
private let goldenFile = "../golden/metrics/scores.json"

@Suite("METEOR against METEOR 1.5")
struct METEORParityTests {
  /// The sets of modules that the references were computed with.
  static let moduleSets = (1...4).map { Array(METEORModule.allCases.prefix($0)) }

  /// `scripts/fixtures/meteor.py` wrote the fixture, with many captions that have equally good alignments.
  @Test("agrees on our own captions and tables, odd ones included", arguments: moduleSets)
  func fixture(modules: [METEORModule]) throws {
    let document = try json("\(Fixture.folder)/scores.json")
    let images = try #require(document["images"]?.elements).map { image in
      let captions = try #require(image.elements).map { words(try #require($0.string)) }
      return ScoredCaption(candidate: captions[0], references: Array(captions[1...]))
    }
    #expect(images.count == 247)
    let name = modules.map(\.description).joined(separator: " ")
    let expected = try #require(document["scores"]?[name])
    let scores = try METEORScores(
      scoring: images,
      with: METEORResources(meteorFolder: Fixture.folder, modules: Set(modules)),
      threadCount: modules.count)
    #expect(scores.name == "METEOR(\(modules.map(\.description).joined(separator: ",")))")
    expectClose(scores.images, try numbers(expected["images"]))
    expectClose([scores.corpus], [try #require(expected["corpus"]?.number)])
    let statistics = try #require(expected["statistics"]?.elements)
    for (index, counts) in statistics.enumerated() {
      #expect(scores.captions[index].numbers == (try numbers(counts)), "image \(index)")
    }
  }

  @Test(
    "agrees on 300 photographs' captions, with METEOR's own data",
    .enabled(if: TestData.has(goldenFile) && METEORData.isThere), arguments: moduleSets)
  func golden(modules: [METEORModule]) throws {
    let document = try json(#require(TestData.path(goldenFile)))
    let images = try #require(document["images"]?.elements)
    #expect(images.count == 300)
    let captions = try images.map { image in
      ScoredCaption(
        candidate: words(try #require(image["hypothesis_tokenized"]?.string)),
        references: try #require(image["references_tokenized"]?.elements).map {
          words(try #require($0.string))
        })
    }
    let resources = METEORResources(
      meteorFolder: try #require(METEORData.folder), modules: Set(modules))
    let scores = try METEORScores(scoring: captions, with: resources)
    let names = modules.map(\.description).joined(separator: " ")
    let key = modules.count == 4 ? "METEOR" : "METEOR \(names)"
    expectClose(scores.images, try images.map { try #require($0["scores"]?[key]?.number) })
    expectClose([scores.corpus], [try #require(document["corpus"]?[key]?.number)])
  }

  private func numbers(_ value: JSONValue?) throws -> [Double] {
    try #require(value?.elements).map { try #require($0.number) }
  }
}

/// The small tables that `scripts/fixtures/meteor.py` wrote.
private enum Fixture {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/meteor").path
}

/// METEOR's own data, which is not ours to distribute: the folder that CUTLINE_METEOR_DATA names.
private enum METEORData {
  static let folder = ProcessInfo.processInfo.environment["CUTLINE_METEOR_DATA"]

  /// True if it is named; otherwise a line on standard error says that tests are skipped.
  static var isThere: Bool {
    if folder != nil { return true }
    let line = "SKIPPED: tests with METEOR's own data, which CUTLINE_METEOR_DATA does not name\n"
    FileHandle.standardError.write(Data(line.utf8))
    return false
  }
}

extension METEORStatistics {
  /// The counts in the order in which METEOR prints them.
  fileprivate var numbers: [Double] {
    let lengths = [
      candidate.length, reference.length, candidate.functionWordCount, reference.functionWordCount,
    ]
    let matches = METEORModule.allCases.map(\.rawValue).flatMap { module in
      [
        candidate.contentMatches[module], reference.contentMatches[module],
        candidate.functionMatches[module], reference.functionMatches[module],
      ]
    }
    let totals = [chunkCount, candidate.matchCount, reference.matchCount]
    return (lengths + matches + totals).map(Double.init)
  }
}

private func expectClose(_ found: [Double], _ expected: [Double]) {
  #expect(found.count == expected.count)
  for (index, (found, expected)) in zip(found, expected).enumerated() {
    #expect(abs(found - expected) <= tolerance, "\(index): \(found), but expected \(expected)")
  }
}

private func json(_ path: String) throws -> JSONValue {
  try JSONValue(reading: Array(Data(contentsOf: URL(filePath: path))))
}

/// Returns the words between single blanks; a no-break space does not separate words.
private func words(_ text: String) -> [String] {
  text.unicodeScalars.split(separator: " ").map(String.init)
}
