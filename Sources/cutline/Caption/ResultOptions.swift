import ArgumentParser
import BatchCaptioning
import Captioning
import Files
import Media

/// How results look and where they go.
struct ResultOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "text, tsv, json, jsonl, srt or vtt (default: text), or several such as srt,json with -o DIR.",
      valueName: "list"))
  var format: ResultFormatList?
  @Flag(help: "The same as --format json.")
  var json = false
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Write to a file, whose extension picks the format, or a file for each input into a folder.",
      valueName: "file|dir"), completion: .file())
  var output = "-"
  @Flag(help: "Replace output files that exist.")
  var force = false
  @Option(
    name: [.customShort("k"), .long],
    help: ArgumentHelp("Captions per picture.", valueName: "n"))
  var captions = 1
  @Flag(
    name: [.customShort("0"), .long],
    help: "End lines of text with NUL, and leave paths as they are.")
  var null = false

  /// Throws if the files do not fit the form.
  func check(_ pictures: PictureOptions) throws {
    let format = formats[0]
    guard format.isForClips, !isIntoFolder else { return }
    guard pictures.files.count == 1 else {
      throw ValidationError(
        "\(format.rawValue) holds the captions of one clip. Name one, or a folder with -o DIR/.")
    }
    let (name, source) = pictures.sources[0]
    // What cannot be opened, or comes down a pipe, is told of later.
    if case .file = source, source.isPictureFile, (try? source.firstBytes(1)) != nil {
      throw Failure(
        "\(name): is no clip, and has no times for \(format.rawValue). Choose another --format.",
        .badData)
    }
  }

  var path: String? { output == "-" ? nil : output }

  /// What is written, at least one form.
  var formats: [ResultFormat] {
    if let format { return format.formats }
    return [json ? .json : path.flatMap { ResultFormat(forFileName: $0) } ?? .text]
  }

  /// Whether each input gets files of its own, in a folder.
  var isIntoFolder: Bool {
    formats.count > 1 || path.map { $0.hasSuffix("/") || isFolder($0) } == true
  }

  /// The folder that files go to, once it is known that they can be written there; nil where there is none.
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
        "--json and --format \(format.formats[0].rawValue) contradict each other.")
    }
    if formats.count > 1 {
      guard let path else {
        throw ValidationError("several forms are written into a folder. Name it with -o DIR.")
      }
      guard ResultFormat(forFileName: path) == nil || isFolder(path) else {
        throw ValidationError(
          "'\(path)' is the name of a file, but several forms are written into a folder. Name one.")
      }
    }
    if let path, format == nil, !isIntoFolder, !json, ResultFormat(forFileName: path) == nil {
      throw ValidationError(
        "'\(path)' does not tell the format by its extension (.txt .tsv .json .jsonl .srt .vtt). Add --format."
      )
    }
  }
}

/// A list of forms such as `srt,json`.
struct ResultFormatList: ExpressibleByArgument {
  /// At least one, each once.
  let formats: [ResultFormat]

  init?(argument: String) {
    let names = argument.split(separator: ",", omittingEmptySubsequences: false)
    let formats = names.compactMap { ResultFormat(rawValue: $0 == "txt" ? "text" : String($0)) }
    guard formats.count == names.count, !formats.isEmpty else { return nil }
    self.formats = ResultFormat.allCases.filter(formats.contains)
  }
}
