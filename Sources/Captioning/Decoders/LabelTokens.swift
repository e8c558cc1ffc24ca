import Text

// A classifier's vocabulary holds its labels behind the special words, each as one word.

extension TokenID {
  /// The word that stands for a label, which is numbered from 0.
  package static func ofLabel(_ label: Int) -> TokenID {
    TokenID(Vocabulary.specialWords.count + label)
  }

  /// The label that this word stands for; nil for a special word.
  package var label: Int? {
    index < Vocabulary.specialWords.count ? nil : index - Vocabulary.specialWords.count
  }
}

extension Vocabulary {
  /// The number of labels in a vocabulary of `wordCount` words.
  package static func labelCount(ofWords wordCount: Int) -> Int { wordCount - specialWords.count }
}

extension PackedCaptions {
  /// The label of each sequence, its first word after `<bos>`; nil where that is a special word.
  package var labels: [Int?] { targets.prefix(pictures.count).map(\.label) }
}
