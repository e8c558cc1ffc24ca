import Foundation
import TestSupport
import Testing

@testable import Media

/// The odd and broken pictures of the shared test data, which are not part of this repository.
private enum TrickyFiles {
  static let name = "tricky"

  static var folder: URL? { TestData.path(name).map { URL(filePath: $0) } }

  /// All stills, as paths below the folder.
  static var stills: [String] {
    guard let folder, let paths = FileManager.default.enumerator(atPath: folder.path) else {
      return []
    }
    return paths.compactMap { $0 as? String }.filter { path in
      let url = folder.appending(path: path)
      let isFile = try? url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile
      return isFile == true && !path.hasPrefix("video/") && path != "TABLE.tsv"
    }.sorted()
  }

  /// What Pillow reads of a file: the size, or `nil` for nothing.
  struct Expectation {
    var strict: String?
    var tolerant: String?
  }

  /// `scripts/fixtures/tricky_expectations.py` wrote these.
  static func expectations() throws -> [String: Expectation] {
    let table = String(decoding: try MediaFixture.bytes("tricky.tsv"), as: UTF8.self)
    return Dictionary(
      uniqueKeysWithValues: table.split(separator: "\n").map { line in
        let cells = line.split(separator: "\t").map(String.init)
        let sizes = cells.dropFirst().map { $0 == "-" ? nil : $0 }
        return (cells[0], Expectation(strict: sizes[0], tolerant: sizes[1]))
      })
  }
}

@Suite("Tricky files", .enabled(if: TestData.has(TrickyFiles.name), "needs CUTLINE_TEST_DATA"))
struct TrickyFilesTests {
  /// What decoding gives: the upright size, or the error's code.
  func outcome(
    _ path: String, _ options: StillImageOptions
  ) throws -> (size: String?, code: MediaError.Code?) {
    let folder = try #require(TrickyFiles.folder)
    do throws(MediaError) {
      let image = try decodeStillImage(.file(folder.appending(path: path).path), options).image
      return ("\(image.width)x\(image.height)", nil)
    } catch {
      return (nil, error.code)
    }
  }

  @Test("are all there")
  func complete() throws {
    let expected = try TrickyFiles.expectations()
    #expect(expected.count > 200)
    #expect(Set(expected.keys).isSubset(of: Set(TrickyFiles.stills)))
  }

  @Test("are read as Pillow reads them, strictly and with LOAD_TRUNCATED_IMAGES, or named")
  func agreement() throws {
    let expectations = try TrickyFiles.expectations()
    for path in TrickyFiles.stills {
      let strict = try outcome(path, .strict)
      let tolerant = try outcome(path, StillImageOptions())
      if let expected = expectations[path] {
        #expect(strict.size == expected.strict, "\(path), strictly")
        #expect(tolerant.size == expected.tolerant, "\(path), tolerantly")
      } else {
        #expect([.unsupported, .notMedia, .empty].contains(tolerant.code), "\(path)")
      }
    }
  }
}
