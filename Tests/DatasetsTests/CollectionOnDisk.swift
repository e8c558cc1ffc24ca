import Datasets
import Files
import TestSupport

/// A collection laid out in a folder of its own for one test.
struct CollectionOnDisk {
  let folder: TemporaryFolder
  var path: String { folder.path }
  var choices = ReadingChoices()

  /// A picture that no decoder would take, but that begins as one does.
  static let jpegHead = "\u{FF}\u{D8}\u{FF}\u{E0}".unicodeScalars.map { UInt8($0.value) }
  static let mp4Head = [0, 0, 0, 24] + Array("ftypisom".utf8) + [UInt8](repeating: 0, count: 64)

  /// Writes `files`, texts by their names; a name that ends with "/" makes a folder.
  init(_ files: [String: String]) throws {
    folder = try TemporaryFolder()
    for (name, text) in files {
      let path = "\(folder.path)/\(name)"
      if name.hasSuffix("/") {
        try Files.makeFolder(path)
      } else {
        try makeFile(Array(text.utf8), at: path)
      }
    }
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try makeFile(bytes, at: "\(folder.path)/\(name)")
  }

  func read(
    _ file: String = "", badRecords: BadRecords = .stop
  ) throws(DatasetError) -> CaptionContents {
    try collection(file).read(badRecords: badRecords, needingPictures: false)
  }

  func collection(_ file: String = "") throws(DatasetError) -> CaptionCollection {
    try CaptionCollection(at: file.isEmpty ? path : "\(path)/\(file)", choices)
  }

  /// The files that nothing is made of, without the folder's path: "picture a.jpg".
  func passedOver() throws -> [String] {
    let splits = CaptionDataset.Split.allCases
    let found = try collection()
    let passedOver = try found.passedOver(
      reading: found.read(badRecords: .leaveOut, needingPictures: false), of: splits)
    return PassedOver.Reason.allCases.flatMap { reason in
      passedOver[reason].map { "\(reason.rawValue) \($0.replacing("\(path)/", with: ""))" }
    }
  }

  /// Returns the error message of reading, with the folder's path removed.
  func message(_ file: String = "") -> String? {
    do throws(DatasetError) {
      _ = try read(file)
      return nil
    } catch {
      return error.description.replacing("\(path)/", with: "").replacing(path, with: ".")
    }
  }
}

extension CaptionContents {
  /// All that was read, a line for each picture: "val a.jpg: one caption | another".
  var lines: [String] {
    datasets.flatMap { dataset in
      dataset.examples.map {
        "\(dataset.split.rawValue) \($0.name): \($0.captions.joined(separator: " | "))"
      }
    }
  }
}
