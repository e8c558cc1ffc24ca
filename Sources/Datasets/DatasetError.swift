import Files

/// Why a caption collection could not be read.
public struct DatasetError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Problem: Error, Equatable {
    case unreadable(FileError)
    case notJSON(JSONError)
    /// The file has no member of this name where it needs one.
    case missingMember(String)
    case missingField(String)
    /// The picture's file name leads out of the image folder.
    case outside(fileName: String)
    case repeatedImage(id: Int)
    case unknownImage(id: Int)
    case tooManyCaptions(limit: Int)
    /// A folder in which no caption file of a known name lies.
    case noCaptions(looked: [String])
    /// A caption file beside which there is no folder of pictures.
    case noImageFolder(looked: [String])
  }
  /// The annotation file, or the folder of the collection.
  public let path: String
  /// Which record, as "annotations[17]".
  public let record: String?
  public let problem: Problem

  init(_ path: String, record: String? = nil, _ problem: Problem) {
    self.path = path
    self.record = record
    self.problem = problem
  }

  public var description: String {
    if case .unreadable(let error) = problem { return error.description }
    let place = record.map { "\(path), \($0)" } ?? path
    return "\(place): \(fault)"
  }

  private var fault: String {
    switch problem {
    case .unreadable: ""
    case .notJSON(let error):
      "not as it should be \(error). Get a fresh copy, or compare it with the COCO captions form."
    case .missingMember(let name):
      "has no '\(name)'. Is it a file in the COCO captions form, with images and annotations?"
    case .missingField(let name): "has no '\(name)'. Add it, or remove the record."
    case .outside(let fileName):
      "file_name \(jsonString(fileName)) leads out of the image folder. "
        + "Name pictures relative to that folder, without '..'."
    case .repeatedImage(let id):
      "image \(id) is listed a second time. Give every picture its own id, or remove one record."
    case .unknownImage(let id):
      "image_id \(id) is none of the images. Add the picture's record, or remove the caption."
    case .tooManyCaptions(let limit):
      "holds more than \(limit) captions. Split the file into parts."
    case .noCaptions(let looked):
      "no captions found; looked for \(looked.joined(separator: ", ")). "
        + "See datasets/README.md for how to lay out a collection."
    case .noImageFolder(let looked):
      "no folder of pictures found; looked for \(looked.joined(separator: ", ")). "
        + "See datasets/README.md for how to lay out a collection."
    }
  }
}
