/// Byte pair encoding: splits words into pieces, down to single characters (Sennrich et al., 2016).
///
/// A word begins as its characters. Merges join pairs of neighbours, in the order in which they were learned, so that
/// frequent words become one piece, and rare ones are spelled by several. A piece that its word goes on after ends in
/// "@@": "un@@ der". Merges and pieces equal those of subword-nmt 0.3.8. Words may not contain "@", "<" or blanks,
/// which `UnicodeWords` never returns.
package struct BytePairEncoding: Sendable, Equatable {
  /// The end of a piece that its word goes on after.
  static let continuation = "@@"
  /// The name and version in `tokenizer_config.json`: pieces of Unicode's words.
  package static let identity = CaptionTokenizer.Identity(type: "unicode-bpe", version: 1)

  /// A character, or the result of a merge; at the end of a word it is another symbol than within one.
  struct Symbol: Hashable, Sendable {
    /// The last bit tells if it ends a word; the others are a Unicode scalar, or follow these.
    private let code: UInt32

    init(_ scalar: Unicode.Scalar, endsWord: Bool) { code = scalar.value << 1 | (endsWord ? 1 : 0) }

    init(merge: Int, endsWord: Bool) { code = (0x110000 + UInt32(merge)) << 1 | (endsWord ? 1 : 0) }

    var endsWord: Bool { code & 1 == 1 }
    var scalar: Unicode.Scalar? { Unicode.Scalar(code >> 1) }
    var merge: Int { Int(code >> 1) - 0x110000 }
  }

  /// Two neighbours that a merge joins.
  struct Pair: Hashable, Sendable {
    let left: Symbol
    let right: Symbol
  }

  /// The merges in their order.
  private(set) var merges: [Pair] = []
  /// The place of each merge in that order.
  private var ranks: [Pair: Int] = [:]
  /// The symbol that each merge makes, and its letters.
  private var results: [(symbol: Symbol, text: String)] = []
  /// The first symbol of each spelling: two merges may make the same one.
  private var symbols: [String: Symbol] = [:]

  init() {}

  package static func == (a: Self, b: Self) -> Bool { a.merges == b.merges }

  /// The number of merges.
  package var mergeCount: Int { merges.count }

  /// Adds the merge of two symbols after those that there are, unless there is one; returns what it makes.
  @discardableResult
  mutating func append(_ pair: Pair) -> Symbol {
    if let rank = ranks[pair] { return results[rank].symbol }
    let (text, endsWord) = (text(pair.left) + text(pair.right), pair.right.endsWord)
    let key = text + (endsWord ? BytePairFile.wordEnd : "")
    let symbol = symbols[key] ?? Symbol(merge: merges.count, endsWord: endsWord)
    symbols[key] = symbol
    ranks[pair] = merges.count
    merges.append(pair)
    results.append((symbol, text))
    return symbol
  }

  /// True if there is such a merge.
  func has(_ pair: Pair) -> Bool { ranks[pair] != nil }

  // MARK: Pieces

  /// Returns the pieces of a word in their order.
  package func pieces(of word: String) -> [String] {
    var symbols = Self.characters(of: word)
    while symbols.count > 1 {
      let rank = zip(symbols, symbols.dropFirst()).lazy
        .compactMap { ranks[Pair(left: $0, right: $1)] }.min()
      guard let rank else { break }
      symbols = Self.joining(merges[rank], into: results[rank].symbol, in: symbols)
    }
    return symbols.map(piece)
  }

  /// Returns the words that pieces spell; one whose end is missing is left out.
  package static func words(of pieces: [String]) -> [String] {
    var words: [String] = []
    var start = ""
    for piece in pieces {
      if goesOn(after: piece) {
        start.unicodeScalars.append(
          contentsOf: piece.unicodeScalars.dropLast(continuation.count))
      } else {
        words.append(start + piece)
        start = ""
      }
    }
    return words
  }

  /// Returns true if its word goes on after a piece.
  static func goesOn(after piece: String) -> Bool {
    piece.utf8.suffix(2).elementsEqual(continuation.utf8)
  }

  /// Returns every piece that words of these characters may have, each once: first the characters, then what the
  /// merges make.
  ///
  /// A character that only ever stands alone, as those of Chinese and Japanese do, is no part of a longer word.
  package func pieces(spelling words: some Sequence<String>) -> [String] {
    var characters: Set<Symbol> = []
    for word in words {
      let symbols = Self.characters(of: word)
      characters.formUnion(symbols)
      guard symbols.count > 1 else { continue }
      for scalar in symbols.compactMap(\.scalar) {
        characters.formUnion([false, true].map { Symbol(scalar, endsWord: $0) })
      }
    }
    var seen: Set<String> = []
    return (characters.map(piece).sorted() + results.map { piece($0.symbol) })
      .filter { seen.insert($0).inserted }
  }

  /// Returns the first of these pieces that is longer than a character and no merge makes; nil if there is none.
  func foreignPiece(in pieces: some Sequence<String>) -> String? {
    let made = Set(results.map { piece($0.symbol) })
    return pieces.first { piece in
      let marks = Self.goesOn(after: piece) ? Self.continuation.count : 0
      return piece.unicodeScalars.count - marks > 1 && !made.contains(piece)
    }
  }

  // MARK: Symbols

  static func characters(of word: String) -> [Symbol] {
    let scalars = word.unicodeScalars
    let last = scalars.count - 1
    return scalars.enumerated().map { Symbol($1, endsWord: $0 == last) }
  }

  /// Returns the symbols with each occurrence of a pair joined, from the left.
  static func joining(_ pair: Pair, into whole: Symbol, in symbols: [Symbol]) -> [Symbol] {
    var joined: [Symbol] = []
    joined.reserveCapacity(symbols.count)
    var i = 0
    while i < symbols.count {
      if i + 1 < symbols.count, symbols[i] == pair.left, symbols[i + 1] == pair.right {
        joined.append(whole)
        i += 2
      } else {
        joined.append(symbols[i])
        i += 1
      }
    }
    return joined
  }

  /// Returns the letters of a symbol.
  func text(_ symbol: Symbol) -> String {
    symbol.scalar.map { String($0) } ?? results[symbol.merge].text
  }

  /// Returns the symbol of these letters; nil if no merge makes it.
  func symbol(spelled text: String, endsWord: Bool) -> Symbol? {
    let scalars = text.unicodeScalars
    if scalars.count == 1, let scalar = scalars.first { return Symbol(scalar, endsWord: endsWord) }
    return symbols[text + (endsWord ? BytePairFile.wordEnd : "")]
  }

  private func piece(_ symbol: Symbol) -> String {
    symbol.endsWord ? text(symbol) : text(symbol) + Self.continuation
  }
}
