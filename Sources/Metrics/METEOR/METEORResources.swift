import Files

/// The data that METEOR takes words' relations from, and the modules that use it.
package struct METEORResources: Sendable, Equatable {
  /// Debian's place of WordNet 3.0.
  package static let wordNetFolder = "/usr/share/wordnet"

  /// The folder with METEOR's own data; nil for WordNet and our own list of function words.
  package let meteorFolder: String?
  package let wordNetFolder: String
  package let modules: Set<METEORModule>
  /// The folder that keeps an index of the table of paraphrases for the next time; nil to keep none.
  package var cacheFolder: String?

  /// Takes everything from a folder of METEOR 1.5, which holds meteor-1.5.jar or what was in it, and the table
  /// of paraphrases.
  package init(meteorFolder: String, modules: Set<METEORModule> = Set(METEORModule.allCases)) {
    self.meteorFolder = meteorFolder
    self.modules = modules
    wordNetFolder = Self.wordNetFolder
  }

  /// Takes what is installed: stems, synonyms from WordNet's folder if it is there, and no paraphrases.
  ///
  /// Its figures are not those of METEOR 1.5, as its name says.
  package init(wordNetFolder: String = METEORResources.wordNetFolder) {
    meteorFolder = nil
    self.wordNetFolder = wordNetFolder
    modules = FileStatus(wordNetFolder) == nil ? [.exact, .stem] : [.exact, .stem, .synonym]
  }

  /// True if all modules take part, with METEOR's own data.
  package var isWhole: Bool { meteorFolder != nil && modules.count == METEORModule.allCases.count }

  /// The name of the metric with its modules, such as "METEOR(exact,stem;own function words)".
  package var name: String {
    let list = METEORModule.allCases.filter(modules.contains).map(\.description)
    let words = meteorFolder == nil ? ";own function words" : ""
    return "METEOR(\(list.joined(separator: ","))\(words))"
  }
}

/// The relations of all words of some captions.
struct METEORLexicon: Sendable {
  let isFunctionWord: [Bool]
  /// A number of each word's stem; nil without the module.
  let stems: [Int32]?
  let synonyms: Synonyms?
  let paraphrases: ParaphraseTable?
  /// The reason why the index of paraphrases cannot be kept.
  let cacheProblem: FileError?

  /// Looks up `words`; of the tables, only what concerns them is kept.
  init(of words: SpellingNumbers, in resources: METEORResources) throws(METEORError) {
    let folder = resources.meteorFolder.map(METEORFolder.init)
    isFunctionWord = try functionWords(words, folder)
    stems = resources.modules.contains(.stem) ? try Metrics.stems(of: words) : nil
    if resources.modules.contains(.synonym) {
      synonyms =
        if let folder {
          try Synonyms(of: words, in: folder)
        } else {
          try Synonyms(of: words, inWordNet: resources.wordNetFolder)
        }
    } else {
      synonyms = nil
    }
    var cacheProblem: FileError?
    if resources.modules.contains(.paraphrase), let folder {
      paraphrases = try ParaphraseTable(
        of: words, path: folder.paraphrasePath(), cache: resources.cacheFolder
      ) { cacheProblem = $0 }
    } else {
      paraphrases = nil
    }
    self.cacheProblem = cacheProblem
  }
}

extension METEORNormalizer {
  /// Takes the abbreviations from METEOR's own list, if there is one.
  init(_ resources: METEORResources) throws(METEORError) {
    guard let folder = resources.meteorFolder.map(METEORFolder.init) else { return }
    var lines = try folder.lines(of: "nonbreaking/english.prefixes")
    (abbreviations, abbreviationsBeforeNumbers) = ([], [])
    while let line = lines.next() {
      let fields = TableLines.words(line).map { String(decoding: $0, as: UTF8.self) }
      guard let abbreviation = fields.first, !abbreviation.hasPrefix("#") else { continue }
      if fields.count > 1, fields[1] == "#NUMERIC_ONLY#" {
        abbreviationsBeforeNumbers.insert(abbreviation)
      } else {
        abbreviations.insert(abbreviation)
      }
    }
  }
}

/// Tells for each word if it is a function word.
private func functionWords(
  _ words: SpellingNumbers, _ folder: METEORFolder?
) throws(METEORError) -> [Bool] {
  var isFunctionWord = Array(repeating: false, count: words.count)
  guard let folder else {
    for word in FunctionWords.own {
      if let number = words.number(of: word) { isFunctionWord[Int(number)] = true }
    }
    return isFunctionWord
  }
  var lines = try folder.lines(of: "function/english.words")
  while let line = lines.next() {
    if let number = line.withUnsafeBytes({ words.number(of: $0) }) {
      isFunctionWord[Int(number)] = true
    }
  }
  return isFunctionWord
}

/// Returns a number for each word, the same for words of the same stem.
private func stems(of words: SpellingNumbers) throws(METEORError) -> [Int32] {
  let stemmer = try EnglishStemmer()
  var stems = SpellingNumbers()
  var numbers: [Int32] = []
  for word in 0..<Int32(words.count) {
    let stem = try stemmer.stem(of: words[word])
    numbers.append(stem.withUnsafeBytes { stems.insert($0) })
  }
  return numbers
}
