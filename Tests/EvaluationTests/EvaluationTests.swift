import Datasets
import Files
import Metrics
import Tensors
import TestSupport
import Testing
import Text

@testable import Evaluation

/// Scores captions, without METEOR unless it is asked for.
private func scored(
  of captions: EvaluatedCaptions, metrics: [Metric]? = [.bleu, .rouge, .cider]
) throws -> Evaluation {
  var choices = Evaluation.Choices()
  choices.metrics = metrics
  return try Evaluation(of: captions, choices)
}

/// Captions of a few words, drawn at random.
private func drawn(
  _ count: Int, seed: UInt64, references: Int = 3, captions: Int = 1
) -> EvaluatedCaptions {
  var random = SeededGenerator(seed: seed)
  let words = "a the dog cat man runs sits on in grass water red two with and".split(separator: " ")
  func sentence() -> String {
    (0..<3 + random.below(6)).map { _ in String(words[random.below(words.count)]) }.joined(
      separator: " ")
  }
  let pictures = (0..<count).map { index in
    ReferenceCaptions.Picture(
      id: RecordID("\(index)"), name: "\(index).jpg",
      captions: (0..<references).map { _ in sentence() })
  }
  return EvaluatedCaptions(
    "drawn", (0..<count).map { _ in (0..<captions).map { _ in sentence() } },
    of: ReferenceCaptions("references", pictures))
}

@Suite("Evaluation")
struct EvaluationTests {
  private func corpus(_ evaluation: Evaluation) -> [String: Double] {
    Dictionary(uniqueKeysWithValues: evaluation.columns.map { ($0.key, $0.corpus) })
  }

  @Test("does not depend on the order of pictures and references")
  func order() throws {
    let captions = drawn(60, seed: 3)
    let references = captions.pictures.map {
      ReferenceCaptions.Picture(id: RecordID($0.label), captions: $0.references.reversed())
    }
    let turned = EvaluatedCaptions(
      "turned", captions.pictures.reversed().map(\.captions),
      of: ReferenceCaptions("references", references.reversed()))
    let metrics = Metric.allCases.filter { ![.selfCIDEr, .meteor, .spice].contains($0) }
    let (a, b) = (
      corpus(try scored(of: captions, metrics: metrics)),
      corpus(try scored(of: turned, metrics: metrics))
    )
    #expect(a.keys == b.keys)
    for (key, score) in a { #expect(abs(score - (b[key] ?? -1)) < 1e-12, "\(key)") }
  }

  @Test("of shards adds up to that of all")
  func shards() throws {
    let captions = drawn(60, seed: 8)
    var choices = Evaluation.Choices()
    choices.metrics = [.bleu, .rouge, .cider, .wer]
    // Weights of n-grams are those of all pictures.
    choices.frequencies = DocumentFrequencies(
      of: captions.pictures.map { $0.references.map(captions.tokenizer.words(of:)) },
      tokenizer: captions.tokenizer.kind)
    let all = try Evaluation(of: captions, choices)
    let first = Set(captions.pictures.prefix(23).map(\.label))
    let parts = try [true, false].map { isFirst in
      try Evaluation(of: captions.keeping { first.contains($0.label) == isFirst }, choices)
    }
    var counts = parts[0].bleuCounts
    counts += parts[1].bleuCounts
    #expect(counts.scores == all.bleuCounts.scores)
    for (column, whole) in all.columns.enumerated() {
      // Each picture has its score whichever others there are.
      for (part, all) in zip(parts.flatMap { $0.columns[column].pictures }, whole.pictures) {
        #expect(abs((part ?? -1) - (all ?? -1)) < 1e-12, "\(whole.key)")
      }
      guard ["ROUGE_L", "CIDEr"].contains(whole.key) else { continue }
      let mean = (parts[0].columns[column].corpus * 23 + parts[1].columns[column].corpus * 37) / 60
      #expect(abs(mean - whole.corpus) < 1e-12, "\(whole.key)")
    }
  }

  @Test("gives a reference in a caption's place the best scores")
  func perfect() throws {
    let captions = drawn(60, seed: 5)
    let references = ReferenceCaptions(
      "references",
      captions.pictures.map { .init(id: RecordID($0.label), captions: $0.references) })
    let own = EvaluatedCaptions("own", captions.pictures.map { [$0.references[1]] }, of: references)
    let scores = corpus(try scored(of: own, metrics: [.bleu, .rouge, .wer, .cer, .exact]))
    for key in ["Bleu_1", "Bleu_2", "Bleu_3", "ROUGE_L", "exact"] {
      #expect(abs((scores[key] ?? 0) - 1) < 1e-6, "\(key)")
    }
    #expect(scores["WER"] == 0 && scores["CER"] == 0)
  }

  @Test(
    "takes a caption with the words of a reference for exact, whatever the case and the punctuation"
  )
  func exact() throws {
    let texts = [
      ("ein großes Quadrat.", "Ein großes quadrat", 1.0), ("ein Quadrat", "ein Kreis", 0),
      ("Quadrat ein", "ein Quadrat", 0), ("小さい犬", "小さい犬。", 1), ("?", "!", 0), ("", "", 1),
      ("ein", "", 0), ("", "ein", 0),
    ]
    let references = ReferenceCaptions(
      "references",
      texts.enumerated().map { .init(id: RecordID("\($0)"), captions: ["nichts davon", $1.1]) })
    var captions = EvaluatedCaptions("own", texts.map { [$0.0] }, of: references)
    captions.tokenizer = CaptionTokenizer(.unicode)
    let column = try scored(of: captions, metrics: [.exact]).columns[0]
    #expect(column.pictures == texts.map { $0.2 as Double? })
  }

  @Test("has the keys of pycocoevalcap, for each picture too")
  func keys() throws {
    let evaluation = try scored(of: drawn(60, seed: 7), metrics: [.bleu, .rouge, .cider])
    #expect(
      evaluation.columns.map(\.key) == ["Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "ROUGE_L", "CIDEr"])
    let json = evaluation.json
    #expect(json["scores"]?["CIDEr"]?.number == evaluation.columns[5].corpus)
    let first = try #require(json["images"]?.elements?.first)
    #expect(first["image_id"]?.integer == 0)
    #expect(first["file"]?.string == "0.jpg")
    #expect(first["Bleu_4"]?.number == evaluation.columns[3].pictures[0])
    let lines = evaluation.csv.split(separator: "\n")
    #expect(lines.count == 61)
    #expect(lines[0] == "image_id,file,caption,Bleu_1,Bleu_2,Bleu_3,Bleu_4,ROUGE_L,CIDEr")
  }

  @Test("says why CIDEr of one picture is 0, and that of a few means little")
  func few() throws {
    #expect(try scored(of: drawn(1, seed: 1)).notes.contains { $0.contains("single picture") })
    #expect(try scored(of: drawn(9, seed: 1)).notes.contains { $0.contains("9 pictures") })
    #expect(try scored(of: drawn(60, seed: 1)).notes.isEmpty)
    #expect(try scored(of: drawn(1, seed: 1), metrics: [.bleu]).notes.isEmpty)
  }

  @Test(
    "names METEOR's modules where they are not all there, and leaves it out for other languages")
  func meteor() throws {
    var captions = drawn(20, seed: 1)
    let column = try scored(of: captions, metrics: [.meteor]).columns[0]
    #expect(
      column.key.hasPrefix("METEOR(exact,stem") && column.key.hasSuffix(";own function words)"))
    #expect(zip(column.pictures, 0...).allSatisfy { $0.0 == column.score([$0.1]) })
    captions.tokenizer = CaptionTokenizer(.unicode)
    let other = try scored(of: captions, metrics: nil)
    #expect(!other.columns.contains { $0.key.hasPrefix("METEOR") })
    #expect(other.notes.contains("METEOR is for English, and left out"))
    var choices = Evaluation.Choices()
    choices.meteor = METEORResources(meteorFolder: "/nowhere")
    #expect(throws: METEORError.self) { try Evaluation(of: drawn(2, seed: 1), choices) }
  }

  @Test("of the diversity needs several captions of a picture")
  func diversity() throws {
    #expect(throws: EvaluationError.self) {
      try scored(of: drawn(9, seed: 1), metrics: [.selfCIDEr])
    }
    let several = try scored(of: drawn(9, seed: 1, captions: 4), metrics: [.selfCIDEr])
    #expect((0...1).contains(several.columns[0].corpus))
  }

  @Test("of very long captions ends, and says that they are cut")
  func long() throws {
    let text = String(repeating: "dog ", count: 200_000)
    let captions = EvaluatedCaptions(
      "long", [[text]], of: ReferenceCaptions("references", [.init(name: "a", captions: [text])]))
    let notes = try scored(of: captions, metrics: [.bleu, .rouge]).notes
    #expect(notes.contains { $0.contains("are cut") })
  }
}

@Suite("Comparison")
struct ComparisonTests {
  @Test("of a caption with itself finds no difference")
  func same() throws {
    let evaluation = try scored(of: drawn(60, seed: 1))
    let found = Comparison(evaluation, evaluation, names: ("a", "b"), resampleCount: 100)
    #expect(found.rows.allSatisfy { $0.difference == 0 && $0.p == 1 })
    #expect(found.contrasts.isEmpty)
  }

  @Test("finds that references are better than chance, and is the same each time")
  func better() throws {
    let captions = drawn(60, seed: 1)
    let references = ReferenceCaptions(
      "references", captions.pictures.map { .init(id: RecordID($0.label), captions: $0.references) }
    )
    let own = EvaluatedCaptions("own", captions.pictures.map { [$0.references[0]] }, of: references)
    let (a, b) = (try scored(of: captions), try scored(of: own))
    let found = Comparison(a, b, names: ("a", "b"), resampleCount: 200, contrastCount: 3)
    for row in found.rows {
      #expect(row.interval.lowerBound > 0 && row.p < 0.05, "\(row.key)")
      #expect(row.interval.contains(row.difference), "\(row.key)")
    }
    #expect(found.contrasts.count == 3)
    let again = Comparison(a, b, names: ("a", "b"), resampleCount: 200, contrastCount: 3)
    #expect(again.rows == found.rows)
    #expect(found.text.contains("95.0 % INTERVAL"))
  }
}
