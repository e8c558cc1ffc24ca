import ArgumentParser
import BatchCaptioning
import Captioning
import Datasets
import Files
import Media

/// The format and the destination of results.
struct ResultOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Output format: text, tsv, json, jsonl, coco, srt or vtt (default: text), or several with -o DIR, such as "
        + "srt,json.",
      discussion: "coco is the form of results that pycocoevalcap reads.",
      valueName: "list"))
  var format: ResultFormatList?
  @Flag(help: "Same as --format json.")
  var json = false
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Output file, whose extension selects the format, or a folder that gets a file for each input.",
      valueName: "file|dir"), completion: .file())
  var output = "-"
  @Option(
    name: .customLong("image-ids"),
    help: ArgumentHelp(
      "With -f coco: a file of COCO's form with the ids of the pictures (default: the number in the file's name).",
      valueName: "file"), completion: .file())
  var imageIDs: String?
  @Flag(help: "Overwrite existing output files.")
  var force = false
  @Option(
    name: [.customShort("k"), .long],
    help: ArgumentHelp("Number of captions per picture.", valueName: "n"))
  var captions = 1
  @Flag(
    name: [.customShort("0"), .long],
    help: "End lines of text with NUL, and print paths unchanged.")
  var null = false

  /// Throws if the format does not fit the files.
  func check(_ pictures: PictureOptions) throws {
    let format = formats[0]
    guard format.isForClips, !isIntoFolder else { return }
    guard pictures.files.count == 1 else {
      throw ValidationError(
        "\(format.rawValue) holds the captions of one clip. Give one clip, or an output folder with -o DIR/."
      )
    }
    let (name, source) = pictures.sources[0]
    // Files that cannot be opened, and pipes, are reported later.
    if case .file = source, source.isPictureFile, (try? source.firstBytes(1)) != nil {
      throw Failure(
        "\(name): is not a clip, so it has no timestamps for \(format.rawValue). Choose another --format.",
        .badData)
    }
  }

  var path: String? { output == "-" ? nil : output }

  /// Returns the ids of the files, if a file of them was named.
  ///
  /// - Throws: `Failure` if a file has none.
  func cocoIDs(of files: [String]) throws -> [String: JSONValue] {
    guard formats == [.coco] else { return [:] }
    guard let imageIDs else { return try ownIDs(of: files) }
    let known = try ReferenceCaptions.identities(at: imageIDs)
    let index = ReferenceIndex(known)
    return try files.reduce(into: [:]) { ids, file in
      guard let place = index.place(of: file), let id = known.pictures[place].id else {
        throw Failure(
          "\(file): is none of the pictures of \(imageIDs), so it has no id there. Leave it out.",
          .badData)
      }
      ids[file] = known.haveTextIDs ? .string(id.text) : id.json
    }
  }

  /// Returns the ids that the files' names say, which must be different.
  private func ownIDs(of files: [String]) throws(Failure) -> [String: JSONValue] {
    var ids: [String: JSONValue] = [:]
    var first: [String: String] = [:]
    for file in files {
      let id = cocoImageID(ofFile: file)
      if let other = first[id.compactText], other != file {
        throw Failure(
          "\(other), \(file): would have the same id in COCO results, \(id.compactText). Caption them apart, or name "
            + "a file of their ids with --image-ids.", .badData)
      }
      (ids[file], first[id.compactText]) = (id, file)
    }
    return ids
  }

  /// The output formats, at least one.
  var formats: [ResultFormat] {
    if let format { return format.formats }
    return [json ? .json : path.flatMap { ResultFormat(forFileName: $0) } ?? .text]
  }

  /// True if each input gets its own files, in a folder.
  var isIntoFolder: Bool {
    formats.count > 1 || path.map { $0.hasSuffix("/") || isFolder($0) } == true
  }

  /// Returns the output folder, after checking that its files can be written; nil if there is none.
  func folder(for pictures: PictureOptions) throws -> ResultFolder? {
    guard isIntoFolder, let path else { return nil }
    let folder = try ResultFolder(
      path, formats, of: pictures.files, overwriting: force, endsWithNull: null)
    for path in folder.paths { try pictures.protect(from: path) }
    return folder
  }

  func validate() throws {
    guard (1...100).contains(captions) else {
      throw ValidationError("--captions must be from 1 to 100, not \(captions).")
    }
    if json, let format, format.formats != [.json] {
      throw ValidationError(
        "--json and --format \(format.formats[0].rawValue) cannot be used together.")
    }
    if imageIDs != nil, formats != [.coco] {
      throw ValidationError("--image-ids is for COCO results. Add --format coco.")
    }
    if formats.contains(.coco), isIntoFolder {
      throw ValidationError(
        "coco is one list of all pictures. Write it to a file, with -o FILE.json.")
    }
    if formats.count > 1 {
      guard let path else {
        throw ValidationError("several formats need an output folder. Name it with -o DIR.")
      }
      guard ResultFormat(forFileName: path) == nil || isFolder(path) else {
        throw ValidationError(
          "'\(path)' is a file name, but several formats need an output folder. Name a folder.")
      }
    }
    if let path, format == nil, !isIntoFolder, !json, ResultFormat(forFileName: path) == nil {
      throw ValidationError(
        "'\(path)' has no extension of a known format (.txt .tsv .json .jsonl .srt .vtt). Add --format."
      )
    }
  }
}

/// A list of formats such as `srt,json`.
struct ResultFormatList: ExpressibleByArgument {
  /// At least one format, without duplicates.
  let formats: [ResultFormat]

  init?(argument: String) {
    let names = argument.split(separator: ",", omittingEmptySubsequences: false)
    let formats = names.compactMap { ResultFormat(rawValue: $0 == "txt" ? "text" : String($0)) }
    guard formats.count == names.count, !formats.isEmpty else { return nil }
    self.formats = ResultFormat.allCases.filter(formats.contains)
  }
}
