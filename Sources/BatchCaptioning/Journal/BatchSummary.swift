import Files
import Media

/// The outcome of a batch, or its state so far: `summary.json`.
package struct BatchSummary: Sendable, Equatable {
  static let schema = "cutline.batch/1"

  package enum End: String, Sendable {
    case finished
    /// A signal ended it.
    case interrupted
    /// More inputs failed than the limit allows.
    case tooManyFailures = "too_many_failures"
    /// A file could not be written.
    case failed
  }

  /// The numbers of inputs, including those of earlier runs.
  package struct Counts: Sendable, Equatable {
    package var inputs = 0
    package var captioned = 0
    /// The number of those whose captions are all withheld.
    package var withheld = 0
    package var failures: [MediaError.Code: Int] = [:]

    package init() {}

    package var failed: Int { failures.values.reduce(0, +) }
    package var done: Int { captioned + failed }
  }

  package var end = End.finished
  package var counts = Counts()
  package var leftOut = BatchInputs.LeftOut()
  /// The number of inputs that got a row in this run, and the time in seconds.
  package var newCount = 0
  package var seconds = 0.0
  package let shard: Shard
  package let model: JSONValue
  package let settings: JSONValue

  init(of shard: Shard, model: JSONValue, settings: JSONValue) {
    (self.shard, self.model, self.settings) = (shard, model, settings)
  }

  init(of shard: Shard, _ head: ResultHead, _ survey: BatchSurvey) {
    self.init(of: shard, model: head.model, settings: head.settings)
    (counts, leftOut) = (survey.counts, survey.leftOut)
  }

  package var filesPerSecond: Double { seconds > 0 ? Double(newCount) / seconds : 0 }

  package var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("schema", .string(Self.schema)), .init("end", .string(end.rawValue)),
      .init("inputs", .count(counts.inputs)), .init("done", .count(counts.done)),
      .init("captioned", .count(counts.captioned)), .init("withheld", .count(counts.withheld)),
      .init("failed", .count(counts.failed)),
      .init("failures", .object(failureMembers)),
      .init("left_out", leftOut.json),
      .init("new", .count(newCount)), .init("seconds", .number((seconds * 10).rounded() / 10)),
      .init("files_per_second", .number((filesPerSecond * 100).rounded() / 100)),
      .init("model", model), .init("settings", settings),
    ]
    if shard != .whole {
      members.append(
        .init("shard", ["index": .count(shard.index), "count": .count(shard.count)]))
    }
    return .object(members)
  }

  private var failureMembers: [JSONValue.Member] {
    MediaError.Code.allCases.compactMap { code in
      counts.failures[code].map { JSONValue.Member(code.rawValue, .count($0)) }
    }
  }

  /// Writes the file into `folder`, in place of an older one.
  package func write(into folder: String) throws(FileError) {
    try AtomicFile.write(
      json.prettyText + "\n", to: Self.path(in: folder, shard), overwriting: true)
  }

  package static func path(in folder: String, _ shard: Shard) -> String {
    "\(folder)/\(shard.fileName("summary", ".json"))"
  }
}

extension BatchSummary {
  /// Reads the summary of a shard; nil if there is none, or it is something else.
  init?(of shard: Shard, in folder: String) {
    let path = Self.path(in: folder, shard)
    guard let bytes = try? MappedFile(path, limit: 1 << 20).withBytes({ Array($0) }),
      let json = try? JSONValue(reading: bytes), json["schema"]?.string == Self.schema,
      let end = json["end"]?.string.flatMap({ End(rawValue: $0) }), let model = json["model"],
      let settings = json["settings"], case .object(let failures) = json["failures"]
    else { return nil }
    (self.end, self.shard, self.model, self.settings) = (end, shard, model, settings)
    func count(_ key: String) -> Int { json[key]?.integer ?? 0 }
    counts.inputs = count("inputs")
    (counts.captioned, counts.withheld) = (count("captioned"), count("withheld"))
    for failure in failures {
      if let code = MediaError.Code(rawValue: failure.key) {
        counts.failures[code] = failure.value.integer
      }
    }
    leftOut = BatchInputs.LeftOut(json["left_out"])
    newCount = count("new")
    seconds = json["seconds"]?.number ?? 0
  }

  /// Adds the results of another shard that ran at the same time.
  mutating func add(_ other: BatchSummary) {
    counts.inputs += other.counts.inputs
    counts.captioned += other.counts.captioned
    counts.withheld += other.counts.withheld
    counts.failures.merge(other.counts.failures, uniquingKeysWith: +)
    newCount += other.newCount
    seconds = max(seconds, other.seconds)
  }
}

extension BatchInputs.LeftOut {
  fileprivate init(_ json: JSONValue?) {
    self.init()
    for reason in Reason.allCases {
      let names = json?["examples"]?[reason.rawValue]?.elements?.compactMap(\.string) ?? []
      set(reason, json?[reason.rawValue]?.integer ?? 0, examples: names)
    }
  }

  /// The number of files for each reason, and the names of a few.
  fileprivate var json: JSONValue {
    let numbers = Reason.allCases.map { JSONValue.Member($0.rawValue, .count(self[$0])) }
    let names = Reason.allCases.compactMap { reason in
      examples[reason].map { names in
        JSONValue.Member(reason.rawValue, .array(names.map { .string(visibleName($0)) }))
      }
    }
    return .object(numbers + (names.isEmpty ? [] : [.init("examples", .object(names))]))
  }
}

extension JSONValue {
  fileprivate static func count(_ count: Int) -> JSONValue { .number(Double(count)) }
}
