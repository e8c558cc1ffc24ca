import Datasets
import Files
import TestSupport

/// A collection laid out in a folder of its own for one test.
struct CollectionOnDisk {
  let folder: TemporaryFolder
  var path: String { folder.path }

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

  func read(
    _ file: String = "", badRecords: BadRecords = .stop
  ) throws(DatasetError) -> CaptionContents {
    try CaptionCollection(at: file.isEmpty ? path : "\(path)/\(file)")
      .read(badRecords: badRecords, needingPictures: false)
  }

  /// What reading says, with the folder's path cut out.
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
