import CStemmer

/// Snowball's stemmer for English ("Porter2"; Porter, 2001).
///
/// METEOR has an older copy of it. libstemmer 2.2 gives the same stems: we compared 1,021,971 words, among
/// them all of WordNet, of METEOR's paraphrases and of Flickr8k, also with endings. From version 3 on,
/// libstemmer stems some words otherwise.
///
/// A class, because it owns a stemmer of the library. Not sendable: it belongs to one function.
final class EnglishStemmer {
  private let stemmer: OpaquePointer

  init() throws(METEORError) {
    if let reason = cstemmer_load() {
      throw METEORError("", .noStemmer(reason: String(cString: reason)))
    }
    guard let stemmer = cstemmer_begin() else {
      throw METEORError("", .noStemmer(reason: "no stemmer for English"))
    }
    self.stemmer = stemmer
  }

  deinit { cstemmer_end(stemmer) }

  /// Returns the stem of a word in lower case.
  func stem(of word: ArraySlice<UInt8>) throws(METEORError) -> [UInt8] {
    let stem: [UInt8]? = word.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return [] }
      var count = 0
      guard let stem = cstemmer_stem(stemmer, base, bytes.count, &count) else { return nil }
      return Array(UnsafeBufferPointer(start: stem, count: count))
    }
    guard let stem else { throw METEORError("", .noStemmer(reason: "no memory")) }
    return stem
  }
}
