/// Words that keep the stop behind them: "Mr.", "dept.", "No. 5".
extension TokenScanner {
  /// The abbreviation at `i`, if it has its stop.
  ///
  /// Against a glued letter or hyphen, "etc.a", most abbreviations hold their own (that is the
  /// reach of two); titles give in: "Mr.A" is one word.
  func abbreviation(_ i: Int, _ wordEnd: Int) -> Match? {
    if let e = end(of: "ph.d.", at: i) { return Match(end: e, reach: e + 2) }
    guard at(wordEnd) == ".", 2...6 ~= wordEnd - i else { return nil }
    let word = lowercased(i..<wordEnd)
    if Self.titles.contains(word) { return Match(end: wordEnd + 1) }
    if Self.abbreviations.contains(word)
      || at(i).isASCIICapital && Self.capitalizedAbbreviations.contains(word)
      || !at(i + 1).isASCIICapital && Self.uncapitalizedAbbreviations.contains(word)
    {
      return Match(end: wordEnd + 1, reach: wordEnd + 3)
    }
    guard Self.abbreviationsBeforeNumbers.contains(word) else { return nil }
    let number = at(wordEnd + 1).isBlank ? wordEnd + 2 : wordEnd + 1
    return at(number).isWordDigit ? Match(end: wordEnd + 1, reach: number + 1) : nil
  }

  /// "J.", "U.S.", "a.m.": single letters, each with its stop.
  ///
  /// A lone one loses the stop where another sentence seems to begin: "vitamin C. The".
  func initials(_ i: Int) -> Int? {
    var e = i
    while at(e).isASCIILetter, at(e + 1) == "." { e += 2 }
    return e == i || e == i + 2 && sentenceBegins(e) ? nil : e
  }

  /// Whether a blank and then a word follow that the reference takes for the first of a sentence.
  private func sentenceBegins(_ i: Int) -> Bool {
    let start = end(from: i, while: \.isBlank)
    guard start > i, start < scalars.count else { return false }
    if at(start) == "<" { return tag(start) != nil }
    guard at(start).isASCIICapital else { return false }
    let e = end(from: start, while: \.isASCIILetter)
    if at(e) == ".", at(e + 1).isBlank {
      return (end(of: "mr.", at: start) ?? end(of: "ms.", at: start)) == e + 1
    }
    return at(e).isBlank && Self.sentenceStarters.contains(lowercased(start..<e))
  }

  private static let titles: Set<String> = [
    "adj", "adm", "adv", "alex", "asst", "atty", "ave", "brig", "capt", "cf", "cie", "cmdr", "col",
    "cpl", "dept", "det", "dr", "drs", "elec", "ens", "ft", "gen", "gov", "govs", "hon", "insp",
    "invt", "jos", "lt", "maj", "messrs", "mlle", "mme", "mr", "mrs", "ms", "msgr", "mt", "natl",
    "pfc", "ph", "pres", "prof", "pvt", "rep", "reps", "rev", "sen", "sens", "sfc", "sgt", "spc",
    "st", "ste", "supt", "vs", "wm",
  ]

  private static let abbreviations: Set<String> = [
    "al", "ala", "apr", "ariz", "assn", "assoc", "aug", "bhd", "bldg", "blvd", "bros", "calif",
    "co", "colo", "conn", "corp", "cos", "ct", "dak", "dec", "esq", "est", "etc", "ext", "feb",
    "fla", "fri", "ga", "inc", "ind", "intl", "jan", "jr", "jul", "jun", "kan", "kans", "ky", "ltd",
    "mar", "md", "mich", "minn", "mo", "mon", "mont", "neb", "nev", "nov", "oct", "okla", "penn",
    "plc", "rd", "rt", "sep", "sept", "seq", "sq", "sr", "sys", "tel", "tenn", "thu", "thurs",
    "tue", "tues", "univ", "va", "vt", "wed", "wis", "wisc", "wyo",
  ]

  /// Words in lower case, places with a capital.
  private static let capitalizedAbbreviations: Set<String> = [
    "ark", "az", "del", "ill", "la", "mass", "miss", "ore", "pa", "tex", "wash",
  ]

  /// Not in capitals throughout.
  private static let uncapitalizedAbbreviations: Set<String> = [
    "mfg", "mtg", "ppte", "ppty", "pte", "ptes", "pty", "ptys",
  ]

  private static let abbreviationsBeforeNumbers: Set<String> = [
    "art", "ca", "fig", "figs", "no", "nos", "op", "pp", "prop",
  ]

  private static let sentenceStarters: Set<String> = [
    "a", "about", "according", "additionally", "after", "an", "as", "at", "but", "earlier", "he",
    "her", "here", "however", "if", "in", "it", "last", "many", "more", "now", "once", "one",
    "other", "our", "she", "since", "so", "some", "such", "that", "the", "their", "then", "there",
    "these", "they", "this", "we", "what", "when", "while", "yet", "you",
  ]
}
