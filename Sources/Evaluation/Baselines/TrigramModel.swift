#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A model of captions that knows the two words before, and nothing of the picture.
///
/// Probabilities are those of Witten and Bell (1991): with the count `c` and the number `T` of different words that
/// follow a history `h`, and the history without its first word `h'`,
///
///     p(w | h) = (c(h w) + T(h) p(w | h')) / (c(h) + T(h))
///
/// down to all words being equally likely.
struct TrigramModel {
  /// Begins and ends captions; stands before the first word twice.
  private static let boundary: Int32 = 0
  /// Stands for all words that are not known.
  private static let unknown: Int32 = 1
  private static let unknownText = "<unk>"

  /// Counts of the words that follow a history.
  private struct Followers {
    var count = 0
    var words: [Int32: Int] = [:]
  }

  /// The words by their numbers; those of the boundary and of unknown words first.
  private var words = ["", TrigramModel.unknownText]
  private var numbers: [String: Int32] = [:]
  private var followers: [History: Followers] = [:]

  /// The last two words, or fewer.
  private struct History: Hashable {
    private let first: Int32
    private let last: Int32
    /// Stands for a word that is left out.
    private static let none: Int32 = -1

    private init(_ first: Int32, _ last: Int32) { (self.first, self.last) = (first, last) }

    /// The history at the beginning of a caption.
    static let start = History(boundary, boundary)

    /// The history after one more word.
    func adding(_ word: Int32) -> History { History(last, word) }

    /// The history without its first word; nil for an empty one.
    var shorter: History? {
      if last == Self.none { return nil }
      return first == Self.none ? History(Self.none, Self.none) : History(Self.none, last)
    }
  }

  /// - Parameters:
  ///   - captions: The captions to learn from, as words.
  ///   - isKnown: Returns true for a word of the vocabulary; all others are one word.
  init(of captions: [[String]], isKnown: (String) -> Bool = { _ in true }) {
    for caption in captions {
      for word in caption where numbers[word] == nil && isKnown(word) {
        numbers[word] = Int32(words.count)
        words.append(word)
      }
    }
    for caption in captions {
      forEachWord(caption) { history, word in
        var history: History? = history
        while let known = history {
          followers[known, default: Followers()].count += 1
          followers[known, default: Followers()].words[word, default: 0] += 1
          history = known.shorter
        }
      }
    }
  }

  /// Calls `body` with each word of a caption, its end included, and what stands before.
  private func forEachWord(_ caption: [String], _ body: (History, Int32) -> Void) {
    var history = History.start
    for word in caption.map({ numbers[$0] ?? Self.unknown }) + [Self.boundary] {
      body(history, word)
      history = history.adding(word)
    }
  }

  /// Returns the probability of a word after others.
  private func probability(of word: Int32, after history: History) -> Double {
    let shorter =
      history.shorter.map { probability(of: word, after: $0) } ?? 1 / Double(words.count)
    guard let found = followers[history] else { return shorter }
    let kinds = Double(found.words.count)
    return (Double(found.words[word] ?? 0) + kinds * shorter) / (Double(found.count) + kinds)
  }

  /// Returns the perplexity per word of captions, their ends and unknown words included.
  func perplexity(of captions: [[String]]) -> Double {
    var (sum, count) = (0.0, 0)
    for caption in captions {
      forEachWord(caption) { history, word in
        sum -= log(probability(of: word, after: history))
        count += 1
      }
    }
    return exp(sum / Double(max(count, 1)))
  }

  /// Returns the likeliest caption that a beam search finds, of at most `limit` words.
  func likeliest(beamWidth: Int = 10, limit: Int = 20) -> [String] {
    struct Path {
      var words: [Int32]
      var score: Double
    }
    var paths = [Path(words: [], score: 0)]
    var best: Path?
    for _ in 0...limit {
      var next: [Path] = []
      for path in paths {
        let history = path.words.reduce(History.start) { $0.adding($1) }
        // Words that never follow are less likely than those that do.
        for (word, _) in followers[history]?.words ?? [:] where word != Self.unknown {
          let score = path.score + log(probability(of: word, after: history))
          if word != Self.boundary {
            next.append(Path(words: path.words + [word], score: score))
          } else if score > best?.score ?? -.infinity, !path.words.isEmpty {
            best = Path(words: path.words, score: score)
          }
        }
      }
      next.sort { a, b in
        a.score != b.score ? a.score > b.score : a.words.lexicographicallyPrecedes(b.words)
      }
      paths = Array(next.prefix(beamWidth))
      // A longer path is less likely than its beginning.
      if let best, let first = paths.first, first.score <= best.score { break }
    }
    return (best ?? paths.first)?.words.map { words[Int($0)] } ?? []
  }
}
