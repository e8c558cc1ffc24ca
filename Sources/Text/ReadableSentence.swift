/// Joins words into a readable sentence, reversing the splits of the caption tokenizer.
///
/// "the man 's dog does n't" becomes "the man's dog doesn't", "-lrb- left -rrb-" becomes "(left)", "$ 5"
/// becomes "$5". Punctuation that the tokenizer removed is not restored.
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

/// Returns true if no blank is written between `left` and `right`.
private func belongTogether(_ left: String, _ right: String) -> Bool {
  switch (left, right) {
  case (_, "n't"), (_, "'s"), (_, "'m"), (_, "'re"), (_, "'ve"), (_, "'d"), (_, "'ll"): true
  case ("-lrb-", _), ("-lsb-", _), ("-lcb-", _), (_, "-rrb-"), (_, "-rsb-"), (_, "-rcb-"): true
  case ("$", _), ("#", _): right.first?.isNumber ?? false
  case (_, "%"): left.last?.isNumber ?? false
  // Words that the treebank splits in two, except "can not", which is correct as it stands.
  case ("'t", "is"), ("'t", "was"), ("gon", "na"), ("wan", "na"), ("got", "ta"), ("lem", "me"),
    ("gim", "me"):
    true
  default: false
  }
}

/// Returns the bracket that `word` names in the treebank, or `word` itself.
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
