import Files

/// The synonyms among the words of captions: those that belong to a set of synonyms together.
///
/// A word belongs to the sets of its own spelling and of its base form, which is found as in WordNet: in a
/// list of irregular forms, or else as the first of a list of endings whose exchange gives a word of the table.
struct Synonyms: Sendable {
  /// The synonyms of all words, one list after the other.
  private let words: [Int32]
  /// The end of each word's synonyms.
  private let ends: [Int]

  /// Looks up `words` in METEOR's table, which numbers sets by their places in WordNet's files.
  ///
  /// The numbers of different parts of speech are not told apart there: 285 sets have the number of another
  /// one, as in METEOR.
  init(of words: SpellingNumbers, in folder: METEORFolder) throws(METEORError) {
    var lemmas = Lemmas(of: words)
    var exceptions = try folder.lines(of: "synonym/english.exceptions")
    while let base = exceptions.next() {
      let forms = try exceptions.follower("the forms of the word before")
      for form in TableLines.words(forms) { lemmas.add(base: base, of: form) }
    }
    lemmas.addRegularForms()
    var table = try folder.lines(of: "synonym/english.synsets")
    while let lemma = table.next() {
      let numbers = try table.follower("the synonym sets of the word before")
      guard lemmas.isWanted(lemma) else { continue }
      for number in TableLines.words(numbers) {
        guard let number = TableLines.number(number) else {
          throw table.failure("a list of numbers below a billion")
        }
        lemmas.add(set: number, of: lemma)
      }
    }
    self.init(lemmas.setsOfWords())
  }

  /// Looks up `words` in the folder of WordNet 3.0, as Debian's wordnet-base installs it.
  ///
  /// Its 147,306 words and the numbers of their sets are those of METEOR's table, but here no two sets share a
  /// number.
  init(of words: SpellingNumbers, inWordNet folder: String) throws(METEORError) {
    func lines(_ name: String) throws(METEORError) -> TableLines {
      let path = joinedPath(folder, name)
      return TableLines(try fileBytes(path), path: path)
    }
    var lemmas = Lemmas(of: words)
    let partsOfSpeech = ["noun", "verb", "adj", "adv"]
    for part in partsOfSpeech {
      var exceptions = try lines("\(part).exc")
      while let line = exceptions.next() {
        let words = TableLines.words(line)
        guard let form = words.first else { continue }
        for base in words.dropFirst() { lemmas.add(base: base, of: form) }
      }
    }
    lemmas.addRegularForms()
    for (index, part) in partsOfSpeech.enumerated() {
      var table = try lines("index.\(part)")
      while let line = table.next() {
        // The license at the top is indented.
        guard let lemma = line.split(separator: UInt8(ascii: " "), maxSplits: 1).first,
          line.first != UInt8(ascii: " "), lemmas.isWanted(lemma)
        else { continue }
        // Places in a file of WordNet 3.0 are below 2 · 10⁷.
        for place in try Self.places(line, in: table) {
          lemmas.add(set: Int32(index) * 100_000_000 + place, of: lemma)
        }
      }
    }
    self.init(lemmas.setsOfWords())
  }

  /// Returns the places of the sets in a line of WordNet's index.
  ///
  /// Its fields: the word, the part of speech, the number of sets, the number of pointers, the pointers, two
  /// more numbers, and the places of the sets.
  private static func places(
    _ line: ArraySlice<UInt8>, in table: TableLines
  ) throws(METEORError) -> [Int32] {
    let fields = TableLines.words(line)
    guard fields.count > 4, let setCount = TableLines.number(fields[2]),
      let pointerCount = TableLines.number(fields[3]),
      fields.count == 6 + Int(setCount) + Int(pointerCount)
    else { throw table.failure("an entry of WordNet's index") }
    let places = fields.suffix(Int(setCount)).map { TableLines.number($0) ?? .max }
    guard places.allSatisfy({ $0 < 100_000_000 }) else {
      throw table.failure("an entry of WordNet's index")
    }
    return places
  }

  /// Finds the synonyms of words that belong to these sets.
  private init(_ sets: [Set<Int32>]) {
    var members: [Int32: [Int32]] = [:]
    for (word, sets) in sets.enumerated() {
      for set in sets { members[set, default: []].append(Int32(word)) }
    }
    var (words, ends): ([Int32], [Int]) = ([], [])
    for (word, sets) in sets.enumerated() {
      let others = Set(sets.flatMap { members[$0] ?? [] }).subtracting([Int32(word)])
      words += others.sorted()
      ends.append(words.count)
    }
    (self.words, self.ends) = (words, ends)
  }

  /// Returns the synonyms of a word, without the word itself.
  subscript(word: Int32) -> ArraySlice<Int32> {
    words[(word == 0 ? 0 : ends[Int(word) - 1])..<ends[Int(word)]]
  }
}

/// The words of captions and their base forms, which are looked up.
private struct Lemmas {
  private let words: SpellingNumbers
  /// The irregular base forms of each word.
  private var bases: [[Int32]]
  /// The possible base forms of each word, by the order of endings.
  private var candidates: [[Int32]] = []
  private var lemmas: SpellingNumbers
  private var sets: [[Int32]]

  init(of words: SpellingNumbers) {
    self.words = words
    // The numbers of words are those of the same lemmas.
    lemmas = words
    bases = Array(repeating: [], count: words.count)
    sets = Array(repeating: [], count: words.count)
  }

  mutating func add(base: ArraySlice<UInt8>, of form: ArraySlice<UInt8>) {
    guard let form = form.withUnsafeBytes({ words.number(of: $0) }) else { return }
    bases[Int(form)].append(base.withUnsafeBytes { lemmas.insert($0) })
  }

  /// Adds what every word may be a regular form of.
  mutating func addRegularForms() {
    candidates = (0..<Int32(words.count)).map { word in
      let spelling = words[word]
      guard bases[Int(word)].isEmpty, spelling.count > 2, !spelling.ends(with: "ss")
      else { return [] }
      return regularEndings.compactMap { ending, base in
        guard spelling.ends(with: ending) else { return nil }
        let form = Array(spelling.dropLast(ending.utf8.count)) + Array(base.utf8)
        return form.withUnsafeBytes { lemmas.insert($0) }
      }
    }
    sets += Array(repeating: [], count: lemmas.count - sets.count)
  }

  func isWanted(_ lemma: ArraySlice<UInt8>) -> Bool {
    lemma.withUnsafeBytes { lemmas.number(of: $0) } != nil
  }

  mutating func add(set: Int32, of lemma: ArraySlice<UInt8>) {
    guard let number = lemma.withUnsafeBytes({ lemmas.number(of: $0) }) else { return }
    sets[Int(number)].append(set)
  }

  func setsOfWords() -> [Set<Int32>] {
    (0..<words.count).map { word in
      let base = candidates[word].first { !sets[Int($0)].isEmpty }
      let all = (bases[word] + (base.map { [$0] } ?? [])).flatMap { sets[Int($0)] } + sets[word]
      return Set(all)
    }
  }
}

/// Endings of regular forms and of their base forms, in the order in which they are tried (WordNet 3.0, morphy).
private let regularEndings = [
  // Nouns.
  ("s", ""), ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"),
  ("men", "man"), ("ies", "y"),
  // Verbs.
  ("s", ""), ("ies", "y"), ("es", "e"), ("es", ""), ("ed", "e"), ("ed", ""), ("ing", "e"),
  ("ing", ""),
  // Adjectives.
  ("er", ""), ("est", ""), ("er", "e"), ("est", "e"),
]

extension ArraySlice<UInt8> {
  fileprivate func ends(with ending: String) -> Bool {
    count >= ending.utf8.count && suffix(ending.utf8.count).elementsEqual(ending.utf8)
  }
}
