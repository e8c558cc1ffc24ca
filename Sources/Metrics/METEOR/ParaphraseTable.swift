import Files

/// Phrases and their paraphrases, as far as their words occur in some captions.
///
/// A tree of phrases: a state is a phrase so far, and has the paraphrases of just this phrase.
struct ParaphraseTable: Sendable {
  /// The state after the first word of a phrase, or -1, by word.
  private var roots: [Int32]
  /// The next state by the state in the upper 32 bits and the word in the lower ones.
  private var steps: [UInt64: Int32] = [:]
  /// The first and the last paraphrase of each state, or -1.
  private var ends: [(first: Int32, last: Int32)] = []
  /// The next paraphrase of the same phrase, in the order of the table, or -1.
  private var followers: [Int32] = []
  /// The end of each paraphrase in `words`.
  private var wordEnds: [Int] = []
  private var words: [Int32] = []

  /// Creates a table without phrases for words below `wordCount`.
  init(wordCount: Int) { roots = Array(repeating: -1, count: wordCount) }

  /// The number of pairs of phrases.
  var count: Int { wordEnds.count }

  /// Reads what concerns `words` of METEOR's table.
  ///
  /// - Parameters:
  ///   - words: The words of the captions.
  ///   - path: The table, a gzip.
  ///   - cache: The folder that keeps its index for the next time; nil to keep none.
  ///   - report: Called with the reason why the index cannot be kept.
  /// - Throws: `METEORError` if the table cannot be read, or is not of the form.
  init(
    of words: SpellingNumbers, path: String, cache: String?,
    report: (FileError) -> Void = { _ in }
  ) throws(METEORError) {
    // A table that is replaced has another stamp; one that is named in another way is the same.
    let place = (try? realPath(path)).flatMap(\.self) ?? path
    let stamp = digest(of: "\(place) \(fileStamp(path) ?? "")")
    let kept = cache.map { joinedPath($0, "\(digest(of: place)).phrases") }
    if let kept, let file = try? MappedFile(kept, limit: ParaphraseIndex.sizeLimit),
      let table = file.withBytes({ ParaphraseIndex($0, stamp: stamp)?.table(of: words) })
    {
      self = table
      return
    }
    let bytes = try ParaphraseReader.index(of: path, stamp: stamp)
    guard bytes.count <= ParaphraseIndex.sizeLimit else {
      throw METEORError(path, .tooLarge(limit: ParaphraseIndex.sizeLimit))
    }
    if let cache, let kept {
      do throws(FileError) {
        try makeFolder(cache)
        try AtomicFile.write(bytes, to: kept, overwriting: true)
      } catch {
        report(error)
      }
    }
    let table = bytes.withUnsafeBytes { ParaphraseIndex($0, stamp: stamp)?.table(of: words) }
    guard let table else { throw METEORError(path, .tooLarge(limit: ParaphraseIndex.sizeLimit)) }
    self = table
  }

  /// Returns the state of a phrase, which is added if it is new; a phrase has at least one word.
  mutating func insert(_ phrase: [Int32]) -> Int32 {
    var state = roots[Int(phrase[0])]
    if state < 0 {
      state = newState()
      roots[Int(phrase[0])] = state
    }
    for word in phrase.dropFirst() {
      let key = key(state, word)
      if let next = steps[key] {
        state = next
      } else {
        state = newState()
        steps[key] = state
      }
    }
    return state
  }

  /// Adds a paraphrase of the phrase of a state.
  mutating func add(_ paraphrase: [Int32], to state: Int32) {
    let number = Int32(wordEnds.count)
    words += paraphrase
    wordEnds.append(words.count)
    followers.append(-1)
    let last = ends[Int(state)].last
    if last < 0 { ends[Int(state)].first = number } else { followers[Int(last)] = number }
    ends[Int(state)].last = number
  }

  /// Calls `body` with each paraphrase of a phrase of `words` that begins at `start`: shorter phrases first, and
  /// those of one phrase in the order of the table.
  ///
  /// `body` gets the number of the phrase's words and the words of the paraphrase.
  func forEachParaphrase(
    of words: [Int32], at start: Int, _ body: (Int, UnsafeBufferPointer<Int32>) -> Void
  ) {
    self.words.withUnsafeBufferPointer { all in
      var state = roots[Int(words[start])]
      var end = start + 1
      while state >= 0 {
        var number = ends[Int(state)].first
        while number >= 0 {
          let range = (number == 0 ? 0 : wordEnds[Int(number) - 1])..<wordEnds[Int(number)]
          body(end - start, UnsafeBufferPointer(rebasing: all[range]))
          number = followers[Int(number)]
        }
        guard end < words.count else { return }
        state = steps[key(state, words[end])] ?? -1
        end += 1
      }
    }
  }

  private mutating func newState() -> Int32 {
    ends.append((-1, -1))
    return Int32(ends.count - 1)
  }

  private func key(_ state: Int32, _ word: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: state)) << 32 | UInt64(UInt32(bitPattern: word))
  }
}

private func digest(of text: String) -> SHA256Digest {
  Array(text.utf8).withUnsafeBytes { SHA256.digest(of: $0) }
}
