import ArgumentParser
import BatchCaptioning
import Captioning
import Files

/// The inputs of a batch.
struct BatchInputOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Files, folders, archives (tar, also compressed, zip, 7z), and quoted patterns such as 'photos/**/*.jpg'.",
      valueName: "input"),
    completion: .file())
  var paths: [String] = []
  @Flag(name: .shortAndLong, help: "Search subfolders.")
  var recursive = false
  @Flag(
    help: """
      Follow symbolic links in folders, wherever they lead, as in Hugging Face's cache and for DVC and \
      git-annex. Links that are named, also by a pattern, are always followed.
      """)
  var followLinks = false
  @Option(
    help: ArgumentHelp(
      "Caption the files named in a list, one per line; - reads the list from standard input.",
      valueName: "file"),
    completion: .file())
  var from: String?
  @Flag(
    name: [.customShort("0"), .long],
    help: "Names in the list end with NUL, as written by find -print0.")
  var null = false

  func validate() throws {
    if paths.contains("-") {
      throw ValidationError(
        "batch cannot read a picture from standard input. Use --from - to read a list of files.")
    }
    if null, from == nil { throw ValidationError("--null is for lists of files. Add --from.") }
  }

  var isEmpty: Bool { paths.isEmpty && from == nil }

  /// Returns all named inputs; a list on standard input is copied beside the output, since it is
  /// read twice.
  func inputs(outsideOf output: String) throws -> BatchInputs {
    var arguments = paths.map { BatchInputs.Argument.path($0) }
    if let from { arguments.append(.list(try list(from, output), isSeparatedByNull: null)) }
    if let path = paths.first(where: { isFolder($0) && isSameFile($0, output) }) {
      throw Failure(
        "\(path): is both input and output. Choose another folder with -o.", .cannotCreate)
    }
    return BatchInputs(
      arguments, isRecursive: recursive, followsLinks: followLinks, outsideOf: output)
  }

  private func list(_ path: String, _ output: String) throws -> ReadableFile {
    let file: ReadableFile
    do throws(FileError) {
      file = path == "-" ? try .copyOfStandardInput(in: output) : try ReadableFile(path)
    } catch {
      throw Failure(error.description, .inputMissing)
    }
    switch ListProblem(file, isSeparatedByNull: null) {
    case nil: return file
    case .isUTF16:
      throw Failure(
        "\(file.path): is UTF-16 text. Save it as UTF-8, as with: iconv -f UTF-16 -t UTF-8",
        .badData)
    case .holdsNull:
      throw Failure(
        "\(file.path): contains NUL bytes. Add -0 if find -print0 wrote it; save UTF-16 text as UTF-8.",
        .badData)
    }
  }

  /// A short name for the inputs.
  var title: String {
    switch (paths.count, from) {
    case (1, nil): paths[0]
    case (0, .some("-")): "standard input"
    case (0, .some(let list)): list
    default: "\(paths.count + (from == nil ? 0 : 1)) inputs"
    }
  }
}

/// The part of a batch that this process handles.
struct ShardOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Process only part I of N, counted from 0 (default: from the variables of Slurm, Kubernetes or MPI).",
      valueName: "i/n"))
  var shard: Shard?
  @Option(
    help: ArgumentHelp(
      "Number of parts, where $JOB_COMPLETION_INDEX gives the index, and for --merge.",
      valueName: "n"))
  var shards: Int?
  @Flag(help: "Merge the results of all parts; takes no input.")
  var merge = false

  func validate() throws {
    if let shards, !(1...Shard.maximumCount).contains(shards) {
      throw ValidationError(
        "--shards must be from 1 to \(Shard.maximumCount), not \(shards).")
    }
    if let shard, let shards, shard.count != shards {
      throw ValidationError("--shard and --shards name different numbers of parts.")
    }
    if merge, shard != nil {
      throw ValidationError("--merge merges all parts. Leave out --shard.")
    }
  }

  /// Returns the part of a batch whose results go to `folder`, and the variable that determines it;
  /// the whole batch if nothing does.
  func chosen(for folder: String) throws(ShardError) -> (shard: Shard, variable: String?) {
    if let shard { return (shard, nil) }
    guard let assigned = try AssignedShard(by: Variable.value(of:), count: shards) else {
      return (.whole, nil)
    }
    try assigned.check(in: folder)
    return (assigned.shard, assigned.variable)
  }
}

extension Shard: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension BatchJob.FailureLimit: ExpressibleByArgument {
  public init?(argument: String) {
    if argument.hasSuffix("%") {
      guard let percent = Double(argument.dropLast()), (0...100).contains(percent) else {
        return nil
      }
      self = .percent(percent)
    } else {
      guard let count = Int(argument), count >= 0 else { return nil }
      self = .count(count)
    }
  }
}

/// A list of formats such as `txt,srt,coco`.
struct SideFormatList: ExpressibleByArgument {
  /// The formats of which each file gets one.
  let formats: [SideFormat]
  /// True if all captions are also written as one list, as coco-caption reads results.
  let hasCOCO: Bool

  init?(argument: String) {
    let all = argument.split(separator: ",").map { $0 == "text" ? "txt" : String($0) }
    let names = all.filter { $0 != "coco" }
    hasCOCO = all.contains("coco")
    let formats = names.compactMap { SideFormat(rawValue: $0) }
    guard formats.count == names.count, !all.isEmpty else { return nil }
    self.formats = SideFormat.allCases.filter(formats.contains)
  }
}
