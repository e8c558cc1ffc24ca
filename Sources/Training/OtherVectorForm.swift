import Files

/// A form of word vectors that is not text, recognized by the first bytes of the file.
struct OtherVectorForm {
  /// A description as part of a sentence: "compressed with gzip".
  let title: String
  let advice: String

  private static let asText =
    "Save it as text, with gensim's KeyedVectors: save_word2vec_format(PATH, binary=False)."
  /// The forms by the first bytes of their files, each written as a scalar.
  private static let known: [(beginning: String, title: String, advice: String)] = [
    ("\u{1F}\u{8B}", "compressed with gzip", "Unpack it, with gunzip."),
    ("BZh", "compressed with bzip2", "Unpack it, with bunzip2."),
    ("\u{FD}7zXZ", "compressed with xz", "Unpack it, with unxz."),
    ("\u{28}\u{B5}\u{2F}\u{FD}", "compressed with zstd", "Unpack it, with unzstd."),
    ("PK\u{3}\u{4}", "a zip archive", "Unpack it, with unzip, and name a text of it."),
    ("7z\u{BC}\u{AF}", "a 7z archive", "Unpack it, and name a text of it."),
    (
      "\u{BA}\u{16}\u{4F}\u{2F}", "a binary model of fastText", "Take the .vec that lies beside it."
    ),
    ("\u{80}\u{2}", "a pickle of Python", asText), ("\u{80}\u{3}", "a pickle of Python", asText),
    ("\u{80}\u{4}", "a pickle of Python", asText), ("\u{80}\u{5}", "a pickle of Python", asText),
    ("\u{93}NUMPY", "an array of NumPy, without words", asText), ("\u{89}HDF", "HDF5", asText),
    ("\u{FF}\u{FE}", "UTF-16 text", asUTF8), ("\u{FE}\u{FF}", "UTF-16 text", asUTF8),
    ("<!", "a page of the web", "Get the file itself."),
    ("<html", "a page of the web", "Get the file itself."),
  ]
  private static let asUTF8 = "Save it as UTF-8, with iconv -f UTF-16 -t UTF-8."

  /// Recognizes the first bytes of a file; nil if it may be text.
  init?(_ head: [UInt8]) {
    if isLargeFilePointer(head) {
      (title, advice) = ("a Git LFS pointer, not the file itself", "Fetch it, with git lfs pull.")
    } else if let form = Self.known.first(where: { form in
      head.starts(
        with: form.beginning.unicodeScalars.lazy.map { UInt8(truncatingIfNeeded: $0.value) })
    }) {
      (title, advice) = (form.title, form.advice)
    } else if head.contains(0) {
      // Binary numbers contain NULs, and texts do not.
      let line = String(decoding: head.prefix { $0 != 0x0A }, as: UTF8.self)
      let isHeader = line.split(separator: " ").map { Int($0) != nil } == [true, true]
      title = isHeader ? "word2vec's binary form" : "no text"
      advice =
        isHeader
        ? "With gensim: KeyedVectors.load_word2vec_format(PATH, binary=True)"
          + ".save_word2vec_format(TEXT, binary=False)."
        : "Take a text of GloVe, word2vec or fastText."
    } else {
      return nil
    }
  }
}
