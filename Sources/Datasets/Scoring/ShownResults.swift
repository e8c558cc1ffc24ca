import Files

/// Results to look at: the captions of pictures and of parts of clips, failures included.
///
///     let results = try ShownResults(at: "out")
///
/// Takes the forms of `ResultCaptions`; what `cutline caption` and `batch` write as JSON says more than others do:
/// failures, warnings, confidence, and the parts of clips.
package struct ShownResults: Sendable {
  /// A picture or clip.
  package struct Row: Sendable, Equatable {
    /// The id or the file, as the results have it.
    package var picture: String
    /// The file, if there is an id, too.
    package var file: String?
    /// The parts of a clip, or one for a picture; none if it failed.
    package var parts: [Part] = []
    /// The messages of warnings, doubts of the model excepted.
    package var warnings: [String] = []
    /// The reason for the failure; nil if there are captions.
    package var failure: String?
    package var isClip = false
    /// The bytes of a member of an archive.
    package var member: Range<Int>?

    /// The name in messages and under pictures: the file, else the id.
    package var name: String { file ?? picture }
    /// True if the model is not sure of a caption.
    package var isUnsure: Bool { parts.contains(where: \.isUnsure) }
    /// True if all captions are withheld.
    package var isWithheld: Bool { !parts.isEmpty && parts.allSatisfy(\.isWithheld) }
  }

  /// A picture, or a part of a clip, with its captions.
  package struct Part: Sendable, Equatable {
    /// The times in seconds; nil for a picture.
    package var times: ClosedRange<Double>?
    /// The captions, the best first; none if they are withheld, or the program wrote none.
    package var captions: [String] = []
    /// The probability that the first caption is right; nil where that is not known.
    package var confidence: Double?
    /// The log-probability per word of the first caption, in nats; nil where that is not known.
    package var score: Double?
    package var isWithheld = false
    package var isUnsure = false
    /// The classes that may be seen, as `label (65 %)`.
    package var tags: [String] = []

    package init() {}
  }

  /// The file or folder that they were read from.
  package let path: String
  /// The rows, in the order of the file; of several of a file the last.
  package private(set) var rows: [Row]
  /// The name of the model, where the results say it.
  package private(set) var model: String?
  /// True if the last line is torn, as that of a batch that is being written.
  package private(set) var isTorn = false

  /// The rows of a batch in its folder.
  private static let batchFileName = "results.jsonl"

  /// Reads results.
  ///
  /// - Parameters:
  ///   - path: A file, the folder of a batch, or a folder with a text for each picture.
  ///   - captionColumn: The column or member of the captions; nil for one of the usual names.
  /// - Throws: `DatasetError`, if they cannot be read or are in none of the forms.
  package init(at path: String, captionColumn: String? = nil) throws(DatasetError) {
    let batch = "\(path)/\(Self.batchFileName)"
    let file = isFolder(path) && isFile(batch) ? batch : path
    self.path = file
    rows = []
    if !isFolder(file), try readOwn(AnnotationFile(file)) {
      guard !rows.isEmpty else { throw DatasetError(file, .noResults) }
      return
    }
    rows = Self.grouped(try ResultCaptions(at: file, captionColumn: captionColumn).rows)
  }

  // MARK: Results of cutline

  private static let schema = "cutline.result/1"

  /// Reads the JSON that `cutline` writes; returns false if it is something else.
  private mutating func readOwn(_ file: AnnotationFile) throws(DatasetError) -> Bool {
    let first = file.withText { $0.first { $0 != 0x20 && !(9...13).contains($0) } }
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return false }
    var places: [String: Int] = [:]
    if file.isInLines {
      var isOwn = true
      var broken: (line: String, error: JSONError)?
      try file.forEachLine { line throws(DatasetError) in
        guard isOwn else { return }
        // Only the last line may be torn.
        if let broken { throw DatasetError(file.path, record: broken.line, .notJSON(broken.error)) }
        do throws(JSONError) {
          let json = try JSONValue(reading: line.bytes)
          isOwn = add(json, &places)
        } catch {
          broken = (line.name, error)
        }
      }
      isTorn = broken != nil && !rows.isEmpty
      return isOwn && !rows.isEmpty
    }
    guard let json = file.withText({ try? JSONValue(reading: $0) }) else { return false }
    for record in json.elements ?? [json] where !add(record, &places) { return false }
    return true
  }

  /// Adds a record; returns false if it is none of `cutline`.
  private mutating func add(_ json: JSONValue, _ places: inout [String: Int]) -> Bool {
    guard json["schema"]?.string == Self.schema, let row = Row(json) else { return false }
    if model == nil { model = json["model"]?["name"]?.string }
    if let place = places[row.picture] {
      rows[place] = row
    } else {
      places[row.picture] = rows.count
      rows.append(row)
    }
    return true
  }

  // MARK: Other results

  /// Joins rows of the same picture, as `-k 2` and `--every` write them in a table.
  private static func grouped(_ found: [ResultCaptions.Row]) -> [Row] {
    var rows: [Row] = []
    for row in found {
      let part = Part(columns: row.captions)
      guard let last = rows.last, last.picture == row.picture else {
        rows.append(
          Row(
            picture: row.picture, file: row.file, parts: [part], isClip: part.times != nil))
        continue
      }
      let place = rows.count - 1
      if let times = part.times, last.parts.last?.times != times {
        rows[place].parts.append(part)
      } else {
        rows[place].parts[last.parts.count - 1].captions += part.captions
      }
    }
    return rows
  }
}

extension ShownResults.Part {
  /// Takes captions of a table, before which there may be two columns of times, and tags behind.
  fileprivate init(columns captions: [String]) {
    self.init()
    self.captions = captions
    guard captions.count == 1 else { return }
    var columns = captions[0].split(separator: "\t", omittingEmptySubsequences: false)
    if columns.count >= 3, let start = Double(columns[0]), let end = Double(columns[1]),
      start <= end
    {
      times = start...end
      columns.removeFirst(2)
    }
    self.captions = [String(columns[0])]
    tags = columns.dropFirst().flatMap { $0.split(separator: ";").map { trimmed(String($0)) } }
  }
}

extension ShownResults.Row {
  /// Reads a row of `cutline`; nil if it names no file.
  fileprivate init?(_ json: JSONValue) {
    let bytes = json["file_bytes"]?.string.flatMap { Files.bytes(ofBase64: $0) }
    guard let file = bytes.map({ nameText($0) }) ?? json["file"]?.string else { return nil }
    self.init(picture: file)
    failure = json["error"].map { $0["message"]?.string ?? "failed" }
    isClip = json["kind"]?.string == "video"
    if let size = json["source"]?["size"]?.integer, let offset = json["source"]?["offset"]?.integer,
      size >= 0, offset >= 0, size <= Int.max - offset
    {
      member = offset..<offset + size
    }
    let doubts = (json["warnings"]?.elements ?? []).filter { $0["code"]?.string == "unsure" }
    warnings = (json["warnings"]?.elements ?? []).compactMap { warning in
      warning["code"]?.string == "unsure" ? nil : warning["message"]?.string
    }
    parts = (json["segments"]?.elements ?? []).map(ShownResults.Part.init)
    for index in parts.indices {
      // The doubt of a part of a clip begins with its times.
      parts[index].isUnsure = doubts.contains { doubt in
        guard parts.count > 1, let times = parts[index].times else { return true }
        return doubt["message"]?.string?.hasPrefix(Self.place(times)) ?? false
      }
    }
  }

  private static func place(_ times: ClosedRange<Double>) -> String {
    func text(_ seconds: Double) -> String { "\((seconds * 100).rounded() / 100)" }
    return "\(text(times.lowerBound))-\(text(times.upperBound)) s"
  }
}

extension ShownResults.Part {
  fileprivate init(_ json: JSONValue) {
    self.init()
    if let start = json["start"]?.number, let end = json["end"]?.number, start <= end {
      times = start...end
    }
    captions = json["captions"]?.elements?.compactMap { $0["text"]?.string } ?? []
    score = json["captions"]?.elements?.first?["score"]?.number
    confidence = json["confidence"]?.number
    isWithheld = json["withheld"] == .boolean(true)
    tags = (json["tags"]?.elements ?? []).compactMap { tag in
      guard let label = tag["label"]?.string, let share = tag["p"]?.number else { return nil }
      return "\(label) (\(Int((share * 100).rounded())) %)"
    }
  }
}
