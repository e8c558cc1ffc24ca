import Files
import Reports
import Tensors
import Training

/// The cost of a data set's batches in every order of `MinibatchBuilder`.
struct BatchingComparison {
  /// The number of words of each caption, `<eos>` included, and the number of frames of its picture
  /// or clip.
  private let pictures: [(words: [Int], frameCount: Int)]
  private let random: SeededRandom

  /// - Parameters:
  ///   - lengths: The number of words of each caption, picture by picture.
  ///   - frameCounts: The number of frames of each picture or clip: 1 for a picture.
  ///   - maximumWords: The maximum number of words; longer captions are cut.
  ///   - random: The randomness of the shuffling.
  init(_ lengths: [[Int]], frameCounts: [Int], maximumWords: Int, random: SeededRandom) {
    pictures = zip(lengths, frameCounts).map { lengths, frameCount in
      (lengths.filter { $0 > 0 }.map { min($0, maximumWords) + 1 }, frameCount)
    }.filter { !$0.0.isEmpty }
    self.random = random
  }

  struct Row {
    /// "captions", or "pictures" with all their captions.
    let unit: String
    /// "64 captions" or "820 words".
    let budget: String
    let order: MinibatchBuilder.Order
    let padding: MinibatchBuilder.Padding
    /// The speed-up over shuffled batches of a decoder that pads.
    let speedUp: Double
  }

  /// Returns one epoch in every order, of single captions and of pictures, in batches of a number
  /// of captions and of words.
  func rows(batchSize: Int, batchWords: Int?) -> [Row] {
    let captions = pictures.flatMap { words, frameCount in
      words.map { MinibatchBuilder.Length(source: frameCount, target: $0) }
    }
    guard !captions.isEmpty else { return [] }
    let wordCount = captions.reduce(0) { $0 + $1.wordCount }
    let batchWords = batchWords ?? max(1, wordCount * batchSize / captions.count)
    let whole = pictures.map { words, frameCount in
      MinibatchBuilder.Length(
        source: frameCount, target: words.max() ?? 0, captionCount: words.count,
        wordCount: words.reduce(0, +))
    }
    return [("captions", captions), ("pictures", whole)].flatMap { unit, members in
      [MinibatchBuilder.Budget.captions(batchSize), .words(batchWords)].flatMap { budget in
        rows(unit, members, budget)
      }
    }
  }

  private func rows(
    _ unit: String, _ members: [MinibatchBuilder.Length], _ budget: MinibatchBuilder.Budget
  ) -> [Row] {
    let paddings = MinibatchBuilder.Order.allCases.map { order in
      let builder = MinibatchBuilder(members, order: order, budget: budget, random: random)
      return (order, padding: builder.padding())
    }
    let shuffled = paddings.first { $0.0 == .shuffle }?.padding.slotCount ?? 0
    return paddings.map { order, padding in
      Row(
        unit: unit, budget: budget.name, order: order, padding: padding,
        speedUp: Double(shuffled) / Double(max(padding.slotCount, 1)))
    }
  }

  static func text(_ rows: [Row]) -> String {
    table(
      rows.map { row in
        [
          row.unit, row.budget, row.order.rawValue, row.padding.batchCount.grouped,
          percent(row.padding.ratio), row.padding.slotCount.grouped,
          row.speedUp.text(places: 2) + "x",
        ]
      }, under: ["OF", "BATCH", "ORDER", "BATCHES", "PADDING", "COMPUTED", "SPEED"])
  }
}

extension BatchingComparison.Row {
  var json: JSONValue {
    [
      "unit": .string(unit), "batch": .string(budget), "order": .string(order.rawValue),
      "batches": .number(Double(padding.batchCount)), "padding": .number(padding.ratio),
      "words": .number(Double(padding.stepCount)), "slots": .number(Double(padding.slotCount)),
      "speed": .number(speedUp),
    ]
  }
}

extension MinibatchBuilder.Budget {
  fileprivate var name: String {
    switch self {
    case .captions(let count): "\(count.grouped) captions"
    case .words(let count): "\(count.grouped) words"
    }
  }
}
