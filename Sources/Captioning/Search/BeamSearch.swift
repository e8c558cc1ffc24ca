import Layers
import Tensors
import Text

/// Keeps the `width` most likely captions at every step, rather than only one.
///
/// A finished caption leaves the beam and narrows it by one; a width of 1 is greedy decoding. Pictures
/// are searched together; the captions of one do not depend on the others.
public struct BeamSearch: Sendable, Equatable {
  /// The number of captions kept at every step, and found in the end; at least 1.
  public var width = 3
  /// The most words of a caption; it ends there without `<eos>`.
  public var maximumWords = 20
  /// The ranking of captions of different lengths.
  public var lengthPenalty = LengthPenalty.none
  /// The words that captions may contain.
  public var rules = WordRules()
  /// The words that every caption contains, fewer than `maximumWords` and each once.
  ///
  /// Captions compete only with those that contain as many of them (grid beam search; Hokamp & Liu, 2017), so
  /// that no word is too unlikely to come.
  package var forced: [TokenID] = []
  /// The number of groups of captions, each `width / groupCount` wide; it divides `width`.
  public var groupCount = 1
  /// The penalty, in nats, for a word that another group chose at the same step (diverse beam search;
  /// Vijayakumar et al., 2018).
  public var diversity: Float = 0

  public init(width: Int = 3, maximumWords: Int = 20) {
    (self.width, self.maximumWords) = (width, maximumWords)
  }

  /// Finds captions for each picture.
  ///
  /// - Parameters:
  ///   - features: Of all pictures or clips.
  ///   - decoder: Scores the words.
  /// - Returns: Up to `width` captions of each picture, the best first.
  package func captions<Decoder: CaptionDecoder>(
    of features: PackedSequence, by decoder: Decoder
  ) -> [[Hypothesis]] {
    captions(
      from: DecoderCaptions(of: features, by: decoder), pictureCount: features.count)
  }

  /// Finds captions for each picture.
  ///
  /// - Parameters:
  ///   - start: One empty caption of each picture.
  ///   - pictureCount: The number of pictures.
  ///   - rewards: The words of each picture that are rewarded, in nats, where a caption has them first; nil rewards
  ///     none.
  /// - Returns: Up to `width` captions of each picture, the best first.
  package func captions<Captions: CaptionsInProgress>(
    from start: Captions, pictureCount: Int, rewarding rewards: [[TokenID: Float]]? = nil
  ) -> [[Hypothesis]] {
    var found = [[[Hypothesis]]](
      repeating: Array(repeating: [], count: groupCount), count: pictureCount)
    // Row k of `captions` is the decoder's state after beam[k].
    var beam = found.indices.flatMap { picture in
      (0..<groupCount).map { Row(picture: picture, group: $0, caption: Hypothesis()) }
    }
    var captions = groupCount > 1 ? start.rows(beam.map(\.picture)) : start

    for _ in 0..<maximumWords where !beam.isEmpty {
      let (next, longer) = captions.reading(
        beam.map(\.caption.lastWord), describing: beam.map(\.picture))
      let (ended, growing) = continuations(of: beam, next, rewards) {
        room(in: found[$0.picture][$0.group])
      }
      for row in ended { found[row.picture][row.group].append(row.caption) }
      let kept = growing.filter { room(in: found[$0.row.picture][$0.row.group]) > 0 }
      beam = kept.map(\.row)
      if !beam.isEmpty { captions = longer.rows(kept.map(\.parent)) }
    }
    for row in beam { found[row.picture][row.group].append(row.caption) }
    return found.map { ranked($0.flatMap(\.self)) }
  }

  /// An unfinished caption, the picture that it describes, and the group in which it competes.
  private struct Row {
    let picture: Int
    let group: Int
    var caption: Hypothesis
  }

  /// The number of captions that a group still has room for.
  private func room(in found: [Hypothesis]) -> Int { width / groupCount - found.count }

  /// The number of forced words that a caption contains.
  private func forcedCount(in caption: Hypothesis) -> Int {
    forced.count(where: caption.words.contains)
  }

  private func ranked(_ found: [Hypothesis]) -> [Hypothesis] {
    let most = found.map(forcedCount).max()
    var seen: Set<[TokenID]> = []
    return found.filter { forcedCount(in: $0) == most && seen.insert($0.words).inserted }
      .sorted { Hypothesis.isBetter($0, $1, by: lengthPenalty) }
  }
}

// MARK: One step

extension BeamSearch {
  /// A caption one word longer.
  private struct Candidate {
    /// The row of the beam that the candidate extends.
    let parent: Int
    let word: TokenID
    let logProbability: Float
    /// The reward of the word.
    let reward: Float
    /// The number of forced words that it contains.
    let forcedCount: Int
    /// The log-probability of the whole caption and its rewards, less the diversity penalty of its last word.
    let score: Float
  }

  /// Returns the best captions one word longer: of each group, as many as it has `room` for.
  private func continuations(
    of beam: [Row], _ next: Tensor, _ rewards: [[TokenID: Float]]?, room: (Row) -> Int
  ) -> (ended: [Row], growing: [(row: Row, parent: Int)]) {
    let words = PossibleWords(
      next, count: candidateCount(in: beam), keepsAll: !forced.isEmpty || rewards != nil)
    var (ended, growing): ([Row], [(row: Row, parent: Int)]) = ([], [])
    var (start, chosen): (Int, [TokenID]) = (0, [])
    while start < beam.count {
      let first = beam[start]
      let end =
        beam[start...].firstIndex { ($0.picture, $0.group) != (first.picture, first.group) }
        ?? beam.count
      if start == 0 || beam[start - 1].picture != first.picture { chosen = [] }
      let possible = (start..<end).flatMap { row in
        candidates(after: beam[row], at: row, words, chosen, rewards?[first.picture] ?? [:])
      }
      // If every word is forbidden, the caption ends here.
      if possible.isEmpty { ended += beam[start..<end] }
      for candidate in best(room(first), of: possible) {
        chosen.append(candidate.word)
        var row = beam[candidate.parent]
        row.caption = row.caption.extended(
          by: candidate.word, candidate.logProbability, reward: candidate.reward)
        if row.caption.isFinished {
          ended.append(row)
        } else {
          growing.append((row, candidate.parent))
        }
      }
      start = end
    }
    return (ended, growing)
  }

  /// Returns the words that may follow the caption of a row; those that other groups have `chosen` are penalized.
  private func candidates(
    after row: Row, at parent: Int, _ words: PossibleWords, _ chosen: [TokenID],
    _ rewards: [TokenID: Float]
  ) -> [Candidate] {
    let caption = row.caption
    let (before, written) = (caption.logProbability + caption.reward, caption.words)
    let missing = forced.filter { !written.contains($0) }
    var forbidden = rules.forbidden(
      after: written, isLast: written.count + 1 == maximumWords)
    if !missing.isEmpty { forbidden.insert(.end) }
    // Rewarded words may be too unlikely to come otherwise.
    let rewarded = rewards.filter { !written.contains($0.key) && !forbidden.contains($0.key) }
    let kept =
      missing.filter { !forbidden.contains($0) }
      + rewarded.keys.sorted().filter { !missing.contains($0) }
    return words.after(row: parent, kept, except: forbidden).map { word, logProbability in
      let reward = rewarded[word] ?? 0
      return Candidate(
        parent: parent, word: word, logProbability: logProbability, reward: reward,
        forcedCount: forced.count - missing.count + (missing.contains(word) ? 1 : 0),
        score: before + logProbability + reward
          - diversity * Float(chosen.count { $0 == word }))
    }
  }

  /// The best `count` candidates for each number of forced words that they contain.
  private func best(_ count: Int, of candidates: [Candidate]) -> [Candidate] {
    let sorted = candidates.sorted { $0.score > $1.score }
    guard !forced.isEmpty else { return Array(sorted.prefix(count)) }
    return (0...forced.count).flatMap { forcedCount in
      sorted.filter { $0.forcedCount == forcedCount }.prefix(count)
    }
  }

  /// The number of a row's likeliest words to consider: other groups may have chosen the likeliest, rules may
  /// forbid them, and forced words compete apart.
  private func candidateCount(in beam: [Row]) -> Int {
    let length = beam.map(\.caption.words.count).max() ?? 0
    return width + rules.forbiddenCount(inLength: length) + forced.count
      + (groupCount > 1 ? width : 0)
  }
}

/// The words that may follow each row of a beam: the likeliest, and those that must come or are rewarded.
private struct PossibleWords {
  private let likeliest: [[(index: Int, value: Float)]]
  /// All scores; nil without such words.
  private let all: (scores: [Float], columns: Int)?

  init(_ next: Tensor, count: Int, keepsAll: Bool) {
    likeliest = next.largest(count)
    all = keepsAll ? (next.floats, next.shape[1]) : nil
  }

  func after(
    row: Int, _ kept: [TokenID], except forbidden: Set<TokenID>
  ) -> [(word: TokenID, logProbability: Float)] {
    let likely = likeliest[row].lazy.filter { $0.value > .impossible / 2 }
      .map { (word: TokenID($0.index), logProbability: $0.value) }
      .filter { !forbidden.contains($0.word) && !kept.contains($0.word) }
    guard let all else { return Array(likely) }
    return likely
      + kept.map { ($0, all.scores[row * all.columns + $0.index]) }
  }
}
