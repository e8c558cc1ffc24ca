/// Joins words as a person writes them, undoing what the caption tokenizer took apart.
///
/// "the man 's dog does n't" becomes "the man's dog doesn't", "-lrb- left -rrb-" becomes "(left)",
/// "$ 5" becomes "$5". Punctuation that the tokenizer dropped stays dropped.
func readableSentence(_ words: [String]) -> String {
  var sentence = ""
  var previous: String?
  for word in words {
    if let previous, !belongTogether(previous, word) { sentence += " " }
    sentence += withBrackets(word)
    previous = word
  }
  return sentence
}

/// Whether `left` and `right` are written without a blank between them.
private func belongTogether(_ left: String, _ right: String) -> Bool {
  switch (left, right) {
  case (_, "n't"), (_, "'s"), (_, "'m"), (_, "'re"), (_, "'ve"), (_, "'d"), (_, "'ll"): true
  case ("-lrb-", _), ("-lsb-", _), ("-lcb-", _), (_, "-rrb-"), (_, "-rsb-"), (_, "-rcb-"): true
  case ("$", _), ("#", _): right.first?.isNumber ?? false
  case (_, "%"): left.last?.isNumber ?? false
  // Words the treebank writes as two. Not "can not", which is English as it stands.
  case ("'t", "is"), ("'t", "was"), ("gon", "na"), ("wan", "na"), ("got", "ta"), ("lem", "me"),
    ("gim", "me"):
    true
  default: false
  }
}

/// The bracket that `word` names in the treebank, or the word itself.
private func withBrackets(_ word: String) -> String {
  switch word {
  case "-lrb-": "("
  case "-rrb-": ")"
  case "-lsb-": "["
  case "-rsb-": "]"
  case "-lcb-": "{"
  case "-rcb-": "}"
  default: word
  }
}
