import Foundation
import TestSupport
import Testing

@testable import Media

/// The unusual and damaged images of the shared test data, which are not part of this repository.
private enum TrickyFiles {
  static let name = "tricky"

  static var folder: URL? { TestData.path(name).map { URL(filePath: $0) } }

  /// The paths of all still images, relative to the folder.
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

  /// The result of Pillow for a file: the size, or `nil` for an error.
  struct Expectation {
    var strict: String?
    var tolerant: String?
  }

  /// Returns the sizes of images that Pillow decodes, from the table that comes with the files.
  static func pillowSizes() throws -> [String: String] {
    guard let folder else { return [:] }
    let table = try String(contentsOf: folder.appending(path: "TABLE.tsv"), encoding: .utf8)
    let rows = table.split(whereSeparator: \.isNewline).compactMap { line -> (String, String)? in
      guard let size = line.firstMatch(of: #/PIL ok \w+ (\d+x\d+)/#) else { return nil }
      return (String(line.prefix { $0 != "\t" }), String(size.1))
    }
    var sizes = Dictionary(rows) { first, _ in first }
    // Its frame extends beyond the canvas, which Pillow enlarges and FFmpeg does not.
    sizes["image_rs/issue_1455_oversized.gif"] = "10x10"
    return sizes
  }

  /// Returns true if a file's format is decoded with a library that may accept more than Pillow does.
  static func areReadByOthers(_ path: String) throws -> Bool {
    guard let folder else { return false }
    let head = try MediaSource.file(folder.appending(path: path).path).firstBytes(512)
    guard let format = MediaFormat(recognizing: head) else { return false }
    return format.isReadByFFmpeg || [.tiff, .avif, .heic, .jpegXL, .icon].contains(format)
  }

  /// Reads the table written by `scripts/fixtures/tricky_expectations.py`.
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
  /// Returns the result of decoding: the upright size, or the error's code.
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
    let sizes = try TrickyFiles.pillowSizes()
    for path in TrickyFiles.stills {
      let strict = try outcome(path, .strict)
      let tolerant = try outcome(path, StillImageOptions())
      if let expected = expectations[path] {
        #expect(strict.size == expected.strict, "\(path), strictly")
        #expect(tolerant.size == expected.tolerant, "\(path), tolerantly")
      } else if let size = sizes[path], try TrickyFiles.areReadByOthers(path) {
        #expect(tolerant.size == size, "\(path)")
      } else {
        let codes: [MediaError.Code?] = [
          .unsupported, .notMedia, .empty, .noFrames, .truncated, .corrupt, .tooLarge,
        ]
        // Of damaged files, these libraries may decode more than Pillow does.
        let isRead = try tolerant.code == nil && TrickyFiles.areReadByOthers(path)
        #expect(isRead || codes.contains(tolerant.code), "\(path)")
      }
    }
  }
}
