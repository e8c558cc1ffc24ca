import ArgumentParser
import BatchCaptioning
import Captioning
import Files
import Media
import Reports
import Tensors
import Workers

/// `cutline doctor`: the facts about this machine for a bug report.
struct DoctorCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show libraries, processor, model and limits, for bug reports.")

  @OptionGroup var model: ModelOptions
  @Flag(help: "Print JSON.")
  var json = false
  @OptionGroup var threads: ThreadOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func run() throws {
    let (threads, waiting) = (try threads.choice(), try WaitPolicy())
    let sections: [(name: String, facts: [JSONValue.Member])] = [
      ("cutline", [.init("version", .string(Cutline.configuration.version))]),
      ("libraries", libraries), ("processor", Self.processor(threads, waiting)),
      ("decoders", Self.decoders), ("model", modelFacts), ("limits", Self.limits),
      ("environment", Self.environment),
    ]
    if json {
      let document = JSONValue.object(sections.map { .init($0.name, .object($0.facts)) })
      return try StandardStream.output.write(document.prettyText + "\n")
    }
    for section in sections {
      let facts = section.facts.map { ("  \($0.key)", $0.value.plainText) }
      try StandardStream.output.write("\(section.name)\n" + listing(facts))
    }
  }

  private var libraries: [JSONValue.Member] {
    let versions =
      [(name: "oneDNN", version: Device.libraryVersion)] + MediaLibraries.versions
      + MediaLibraries.optionalVersions.map {
        (name: $0.name, version: $0.version ?? "not found (no \($0.pictures) is read)")
      }
      + [
        (name: "nettle", version: SHA256.libraryVersion),
        (
          name: "libavformat",
          version: MediaLibraries.clipLibraryVersion ?? "not found (no clips are read)"
        ),
        (
          name: "libarchive",
          version: ArchiveLibrary.version ?? "not found (no packed archives are read)"
        ),
        (name: "cairo", version: DrawingLibrary.version ?? "not found (nothing is drawn)"),
        (name: "pango", version: DrawingLibrary.textVersion ?? "not found (no contact sheets)"),
      ]
    return versions.map { .init($0.name, .string($0.version)) }
  }

  private var modelFacts: [JSONValue.Member] {
    let folders = ModelSearchPath.current.folders.map {
      JSONValue.string(isFolder($0) ? $0 : "\($0) (not found)")
    }
    let state: [JSONValue.Member]
    do throws(ModelError) {
      let directory = try model.directory()
      state = [
        .init("path", .string(directory.path)),
        .init("state", .string(directory.damage().map { "\($0)" } ?? "all checksums agree")),
      ]
    } catch {
      state = [.init("state", .string("\(error)".replacing("\n", with: " ")))]
    }
    return state + [.init("search path", .array(folders))]
  }

  private static func processor(
    _ threads: (count: Int, origin: String), _ waiting: WaitPolicy
  ) -> [JSONValue.Member] {
    let budget = ProcessorBudget()
    return [
      .init("model", .string(Processor.model)),
      .init("flags", .array(Processor.flagsOfInterest.map { .string($0) })),
      .init("cores allowed", .number(Double(budget.allowedCores))),
      .init("control group limit", budget.groupLimit.map(JSONValue.number) ?? "none"),
      .init("threads", .number(Double(threads.count))),
      .init("threads by", .string(threads.origin)),
      .init("threads wait", .string("\(waiting)")),
    ]
  }

  /// The state of the sandbox of decoding processes; one is started to find out.
  private static var decoders: [JSONValue.Member] {
    let settings = DecodingPool.Settings(workerCount: 1)
    let state: String
    do throws(WorkerError) {
      var pool = try WorkerPool(WorkerSettings(workerCount: 1, answerByteCount: 1))
      state =
        try pool.waitUntilReady()
        ? "work, and cannot open files (seccomp)"
        : "work, but can open files: this system does not filter system calls (seccomp)"
    } catch {
      state = "do not work: \(error)"
    }
    return [
      .init("processes", .string(state)),
      .init("megabytes of memory each", .number(Double(settings.memoryByteLimit >> 20))),
      .init("seconds for a picture", .number(settings.timeLimit.milliseconds / 1000)),
    ]
  }

  private static var limits: [JSONValue.Member] {
    let options = StillImageOptions()
    return [
      ("pixels in a picture", options.maximumPixels), ("side in pixels", options.maximumSide),
      ("bytes in a picture file", options.maximumFileBytes),
      ("scans in a JPEG", MediaLibraries.maximumJPEGScanCount),
      ("bytes in a safetensors header", SafetensorsFile.maximumHeaderSize),
      ("tensors in a file", SafetensorsFile.maximumTensorCount),
      ("depth of JSON", JSONReader.maximumDepth),
    ].map { .init($0.0, .number(Double($0.1))) }
  }

  /// All variables that are read; null for those that are unset or empty.
  private static var environment: [JSONValue.Member] {
    Variable.allCases.map { .init($0.rawValue, $0.value.map { .string($0) } ?? .null) }
  }
}

extension JSONValue {
  fileprivate var plainText: String {
    if let elements {
      return elements.isEmpty ? "none" : elements.map(\.plainText).joined(separator: ", ")
    }
    return string ?? (self == .null ? "unset" : compactText)
  }
}
