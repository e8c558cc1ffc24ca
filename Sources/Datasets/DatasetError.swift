import Files
import Media

/// The reason why a caption collection, or one of its records, could not be read.
public struct DatasetError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Error, Equatable {
    case unreadable(FileError)
    case notJSON(JSONError)
    /// Bytes that are not UTF-8.
    case notText
    /// The file has no member of this name where it needs one.
    case missingMember(String, form: String)
    case missingField(String)
    /// A value of another kind than is needed; `member` is empty for the record itself.
    case wrongValue(member: String, expected: String, found: String)
    case missingColumn(String, found: [String])
    /// A table whose first line is a record already, which begins with this field.
    case noHeader(firstField: String)
    case wrongColumnCount(expected: Int, found: Int)
    /// A quoted field that does not end, or continues after its last quote.
    case badQuoting
    /// A line without the tab between path and caption.
    case noTab
    /// A line whose first column is not `FILE#NUMBER`.
    case noCaptionNumber(String)
    /// A line that does not begin with a clip.
    case noClipName
    /// A line of a mapping of names that has not two of them.
    case noNamePair
    /// The picture's file name leads out of the image folder.
    case outside(fileName: String)
    /// A picture's name that holds nothing, or is `.`.
    case emptyName
    case nameTooLong(byteCount: Int)
    case repeatedImage(id: String)
    /// An id of several pictures, which makes its captions ambiguous.
    case ambiguousImage(id: String, fileNames: [String])
    case unknownImage(id: String)
    case unknownSplit(String)
    /// A picture that is in two split lists.
    case inTwoSplits(fileName: String)
    /// A picture that is described by a metadata file nearer to it.
    case nearerMetadata(fileName: String)
    /// A part of a clip that ends before it begins.
    case badTimes
    case blankCaption
    case tooManyCaptions(limit: Int)
    /// A folder or file in none of the formats.
    case noCaptions(looked: [String], unknown: [String])
    /// JSON in none of the formats, with its content, and the member chosen for captions.
    case unknownJSON(found: String, captionColumn: String?)
    /// An archive that cannot be read from some byte on.
    case badArchive(atByte: Int)
    /// The pointer that Git LFS leaves for a large file that was not fetched.
    case largeFilePointer
    /// A symbolic link that was unpacked as a text, and its target.
    case linkText(String)
    /// A file in a known format that is not read; its format, and the advice.
    case unreadForm(String, advice: String)
    /// An option without meaning for the format.
    case uselessOption(String, form: String)
    /// Several files of a format, of which only one can be read.
    case severalFiles(form: String, [String])
    /// A caption file beside which there is no folder of pictures.
    case noImageFolder(looked: [String])
    case noSplit(String, found: [String])
    /// References of several splits, of which one must be chosen.
    case severalSplits([String])
    /// References without a caption.
    case noReferences
    /// A file or folder of results without any.
    case noResults
    /// A table of results without the columns that are needed.
    case noResultColumns(found: [String])
    /// JSON that is no results, with its content.
    case unknownResults(String)
    case unknownForm(known: [String])
    /// Something that cannot be written in a format, the reason, and the advice.
    case unwritable(
      form: String, _ reason: String, advice: String = "Choose another form, or rename it.")
    /// A clip without a label.
    case noLabel
    /// A clip with several different labels.
    case severalLabels([String])
    /// A label that cannot be stored in a vocabulary file, or has another meaning there.
    case unusableLabel(String)
    /// A label without training clips.
    case unlearnedLabel(String, known: [String])
    /// Too few labels to train a classifier.
    case fewLabels([String])
    /// A folder of a label without clips.
    case noClips
    /// A picture that cannot be decoded; the text says why.
    case badPicture(String)
  }
  /// The annotation file, or the folder of the collection.
  public let path: String
  /// The record, as "annotations[17]".
  public let record: String?
  package let problem: Problem

  init(_ path: String, record: String? = nil, _ problem: Problem) {
    self.path = path
    self.record = record
    self.problem = problem
  }

  package var isOfNearerMetadata: Bool {
    if case .nearerMetadata = problem { true } else { false }
  }

  /// True if the record should be corrected: not for blank captions, and pictures that other
  /// metadata describe.
  package var isBad: Bool { problem != .blankCaption && !isOfNearerMetadata }

  /// The failure of a data set without captions to score against.
  package static func noReferences(in path: String) -> DatasetError {
    DatasetError(path, .noReferences)
  }

  /// The failure of a picture that cannot be decoded.
  package static func badPicture(_ error: MediaError) -> DatasetError {
    DatasetError(error.path, .badPicture(error.description))
  }

  public var description: String {
    switch problem {
    case .unreadable(let error): return error.description + adviceOnLinks(error)
    case .badPicture(let text): return text
    default: break
    }
    var place = record.map { "\(path), \($0)" } ?? path
    if case .wrongValue(let member, _, _) = problem, !member.isEmpty { place += ".\(member)" }
    return "\(place): \(fault)"
  }
}

extension DatasetError {
  private var fault: String {
    switch problem {
    case .unreadable, .badPicture: ""
    case .notJSON(let error):
      "not as it should be \(error). Get a fresh copy, or compare it with datasets/README.md."
    case .notText: "is not UTF-8 text. Convert it, with iconv -t UTF-8."
    case .missingMember(let name, let form):
      "has no '\(name)'. Is it \(form)? Compare it with datasets/README.md."
    case .missingField(let name): "has no '\(name)'. Add it, or remove the record."
    case .wrongValue(_, let expected, let found):
      "is \(found), but must be \(expected). Mend it, or remove the record."
    case .missingColumn(let name, let found):
      "has no column \(name), only \(list(found)). Name the columns in the first line, or the one of the "
        + "captions with --caption-column."
    case .noHeader(let field):
      "has no names of columns: its first line begins with \(jsonString(field)). Write one above it, such "
        + "as image,caption."
    case .wrongColumnCount(let expected, let found):
      "has \(found) columns, but the first line names \(expected). Quote fields with commas in them."
    case .badQuoting:
      "a quoted field has no end, or continues after it. Double the quotes inside a field."
    case .noTab: "has no tab between path and caption. Put one there, or remove the line."
    case .noCaptionNumber(let text):
      "begins with \(jsonString(text)), not with FILE#NUMBER. Mend the line, or remove it."
    case .noClipName: "does not begin with a clip, ID_START_END. Mend the line, or remove it."
    case .noNamePair: "is no pair of names. Mend the line, or remove it."
    case .tooManyCaptions(let limit):
      "holds more than \(limit) captions. Split the file into parts."
    default: pictureFault
    }
  }

  private var pictureFault: String {
    switch problem {
    case .outside(let fileName):
      "file name \(jsonString(fileName)) leads out of the image folder. "
        + "Name pictures relative to that folder, without '..'."
    case .emptyName: "the name of its picture is empty. Write it, or remove the record."
    case .nameTooLong(let byteCount):
      "a file name of \(byteCount) bytes is more than Linux takes. Mend it, or remove the record."
    case .repeatedImage(let id):
      "image \(id) is listed a second time. Give every picture its own id, or remove one record."
    case .ambiguousImage(let id, let fileNames):
      "image \(id) is \(fileNames.prefix(3).map(jsonString).joined(separator: " and "))"
        + (fileNames.count > 3 ? " and more" : "")
        + ", so that its captions belong to no one picture. Give every picture its own id."
    case .unknownImage(let id):
      "image \(id) is none of those listed. Add the picture's record, or remove the caption."
    case .inTwoSplits(let fileName):
      "\(jsonString(fileName)) is in two splits. Remove it from one of the lists."
    case .blankCaption: "a caption without any text was left out."
    case .nearerMetadata(let fileName):
      "\(jsonString(fileName)) was left out: a metadata file nearer to it says what it shows."
    case .badTimes: "ends before it begins, or has no times. Mend them, or remove the record."
    default: collectionFault
    }
  }

  private var collectionFault: String {
    switch problem {
    case .unknownSplit(let name):
      "split \(jsonString(name)) is not known. Use train, restval, val or test."
    case .noCaptions(let looked, let unknown):
      "no captions found; looked for:\n\(looked.map { "  \($0)\n" }.joined())"
        + (unknown.isEmpty ? "" : "in no form that is known:\n")
        + unknown.map { "  \($0)\n" }.joined()
        + "See datasets/README.md for how to lay out a collection."
    case .unknownJSON(let found, let column):
      "is JSON in no form that is known: it is \(found). A list, or lines, of records with "
        + (column.map { "'image' and '\($0)'" } ?? "'image' and 'caption'")
        + " would do, or COCO's 'images' and 'annotations'; see datasets/README.md."
    case .badArchive(let offset):
      "is no tar archive, or ends or is damaged at byte \(offset). Get a fresh copy."
    case .largeFilePointer:
      "is a Git LFS pointer, not the file itself. Fetch it, with git lfs pull."
    case .linkText(let target):
      "is only the text of a link to \(target). Unpack it with its links, and add --follow-links."
    case .unreadForm(let form, let advice): "is \(form), which is not read. \(advice)"
    case .uselessOption(let option, let form):
      "\(option) means nothing for \(form). Leave it out."
    case .severalFiles(let form, let names):
      "holds several files of \(form): \(names.joined(separator: ", ")). Name the one to read."
    case .unknownForm(let known):
      "is no form that can be written. Use one of \(known.joined(separator: ", "))."
    case .unwritable(let form, let reason, let advice):
      "cannot be written as \(form): \(reason). \(advice)"
    case .noImageFolder(let looked):
      "no folder of pictures found; looked for \(looked.joined(separator: ", ")). "
        + "Name it with --images, or see datasets/README.md for how to lay out a collection."
    case .noSplit(let name, let found):
      "has no pictures to \(name == "train" ? "learn from" : "look at") (split '\(name)'), only "
        + "\(list(found)). Is it the right folder?"
    default: scoringFault
    }
  }

  private var scoringFault: String {
    switch problem {
    case .severalSplits(let names):
      "has the splits \(list(names)). Choose one, with --split."
    case .noReferences: "has no captions to score against. Name a file or split that has."
    case .noResults:
      "holds no captions to score. Name the file that a program wrote its captions to."
    case .noResultColumns(let found):
      "its first line names no column of pictures, such as image_id or file, or none of captions, such as caption: "
        + "\(list(found)). Name them there, or the captions with --caption-column; or write picture<TAB>caption."
    case .unknownResults(let found):
      "is no results: it is \(found). Write [{\"image_id\": 9, \"caption\": \"a dog\"}], as COCO has it."
    default: labelFault
    }
  }

  private var labelFault: String {
    switch problem {
    case .noLabel:
      "has no label. Give it one caption, its label, or remove it. \(Self.adviceOnLabels)"
    case .severalLabels(let labels):
      "has different labels: \(few(labels)). Give it one caption, its label, or remove it. "
        + Self.adviceOnLabels
    case .unusableLabel(let label):
      "its label \(jsonString(label)) cannot be a word of a model. Choose another. "
        + Self.adviceOnLabels
    case .unlearnedLabel(let label, let known):
      "its label \(jsonString(label)) is none of those to learn from: \(few(known)). "
        + "Add clips of it to learn from, or remove it. \(Self.adviceOnLabels)"
    case .fewLabels(let labels):
      "has \(labels.isEmpty ? "no label" : "the label \(few(labels)) alone") to learn from. Telling "
        + "clips apart takes two: add clips of another."
    case .noClips:
      "has no clips in it. Put videos or folders of frames there, or remove it."
    default: ""
    }
  }

  private static let adviceOnLabels = "--skip-bad leaves such clips out."

  /// Returns the first few labels, in quotes.
  private func few(_ labels: [String]) -> String {
    labels.prefix(5).map { jsonString(String($0.prefix(60))) }.joined(separator: ", ")
      + (labels.count > 5 ? ", …" : "")
  }

  private func list(_ names: [String]) -> String {
    names.isEmpty ? "nothing" : names.map { "'\($0)'" }.joined(separator: ", ")
  }
}

/// Returns the advice on a link that leads out of its folder, besides moving the file there; a name
/// that leads out is never followed.
private func adviceOnLinks(_ error: FileError) -> String {
  guard case .outsideFolder(let folder) = error.problem, error.path.hasPrefix("\(folder)/"),
    isInsideFolder(String(error.path.dropFirst(folder.count + 1)))
  else { return "" }
  return " Or add --follow-links, if it may be followed."
}
