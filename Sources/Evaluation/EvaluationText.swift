import Datasets
import Files
import Metrics
import Reports

// Scores as text, JSON and CSV.

extension Evaluation {
  package static let schema = "cutline.eval/1"

  /// Lines for a terminal.
  package var text: String {
    let referenceCount = captions.pictures.reduce(0) { $0 + $1.references.count }
    var rows = [
      ("pictures", "\(captions.pictures.count.grouped), with \(referenceCount.grouped) references")
    ]
    rows += columns.map { ($0.key, $0.corpus.text(places: 4)) }
    if let perplexity = captions.perplexity {
      rows.append(("perplexity", "\(perplexity.text(places: 2)) per word of the references"))
    }
    let distinct = variety.distinct
    rows.append(
      (
        "captions",
        "\(distinct.distinctCount.grouped) different, \(variety.meanLength.text(places: 1)) words on average"
      ))
    rows.append(
      (
        "words",
        "\(distinct.wordCount.grouped) different, distinct-1 \(variety.distinctShares[0].text(places: 3)), "
          + "distinct-2 \(variety.distinctShares[1].text(places: 3))"
      ))
    if let copied = variety.copiedCount {
      rows.append(("copied", "\(copied.grouped) word for word from the training data"))
    }
    let faults = faults.filter { $0.count > 0 }
    rows.append(
      (
        "faults",
        faults.isEmpty
          ? "none" : faults.map { "\($0.count.grouped) \($0.text)" }.joined(separator: ", ")
      ))
    for repetition in distinct.repetitions.prefix(3) {
      rows.append(
        (
          "repeated",
          "\(repetition.count.grouped) times: \(repetition.caption.joined(separator: " "))"
        ))
    }
    let width = rows.map(\.0.count).max() ?? 0
    let lines = rows.map { name, value in
      name + String(repeating: " ", count: width + 2 - name.count) + value + "\n"
    }.joined()
    return lines + baselineText + (confidence?.text ?? "")
  }

  private var faults: [(key: String, text: String, count: Int)] {
    [
      ("empty", "empty", variety.emptyCount),
      ("broken_off", "end in a word such as \"a\" or \"with\"", variety.brokenCount),
      ("word_twice", "have a word twice in a row", variety.stammeringCount),
      ("three_words_twice", "have three words in a row twice", variety.repeatingCount),
      ("unknown", "have <unk>", variety.unknownCount),
    ]
  }

  /// The scores, with those of each picture under the keys of pycocoevalcap.
  package var json: JSONValue {
    let distinct = variety.distinct
    var facts: [JSONValue.Member] = [
      .init("different", .number(Double(distinct.distinctCount))),
      .init("mean_words", .number(variety.meanLength)),
      .init("words", .number(Double(distinct.wordCount))),
      .init("distinct_1", .number(variety.distinctShares[0])),
      .init("distinct_2", .number(variety.distinctShares[1])),
    ]
    if let copied = variety.copiedCount { facts.append(.init("copied", .number(Double(copied)))) }
    facts += faults.map { .init($0.key, .number(Double($0.count))) }
    facts.append(
      .init(
        "repeated",
        .array(
          distinct.repetitions.prefix(20).map {
            [
              "caption": .string($0.caption.joined(separator: " ")),
              "count": .number(Double($0.count)),
            ]
          })))
    var scores = columns.map { JSONValue.Member($0.key, .number($0.corpus)) }
    if let perplexity = captions.perplexity {
      scores.append(.init("perplexity", .number(perplexity)))
    }
    var members: [JSONValue.Member] = [
      .init("schema", .string(Self.schema)), .init("results", .string(captions.path)),
      .init("pictures", .number(Double(captions.pictures.count))),
      .init("tokenizer", .string(captions.tokenizer.kind.rawValue)),
      .init("scores", .object(scores)),
    ]
    if !baselines.isEmpty { members.append(.init("baselines", baselineJSON)) }
    if let confidence { members.append(.init("confidence", confidence.json)) }
    members += [
      .init("bleu", bleuCounts.json), .init("captions", .object(facts)),
      .init("notes", .array(notes.map { .string($0) })),
      .init("images", .array(captions.pictures.indices.map(pictureJSON))),
    ]
    return .object(members)
  }

  private func pictureJSON(_ index: Int) -> JSONValue {
    let picture = captions.pictures[index]
    var members: [JSONValue.Member] = [
      .init("image_id", picture.number.map { .number(Double($0)) } ?? .string(picture.label))
    ]
    if let file = picture.file { members.append(.init("file", .string(file))) }
    members.append(.init("caption", .string(picture.captions[0])))
    if let confidence = picture.confidence {
      members.append(.init("confidence", .rounded(confidence)))
    }
    members += columns.map { column in
      .init(column.key, column.pictures[index].map { .number($0) } ?? .null)
    }
    return .object(members)
  }

  /// A line of column names, then one for each picture.
  package var csv: String {
    let header = ["image_id", "file", "caption"] + columns.map(\.key)
    let rows = captions.pictures.enumerated().map { index, picture in
      [picture.label, picture.file ?? "", picture.captions[0]].map(csvField)
        + columns.map { $0.pictures[index].map { "\($0)" } ?? "" }
    }
    return ([header] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
  }
}

extension BLEUCounts {
  fileprivate var json: JSONValue {
    func list(_ counts: [Int]) -> JSONValue { .array(counts.map { .number(Double($0)) }) }
    return [
      "testlen": .number(Double(candidateLength)), "reflen": .number(Double(referenceLength)),
      "guess": list(guessed), "correct": list(correct),
    ]
  }
}
