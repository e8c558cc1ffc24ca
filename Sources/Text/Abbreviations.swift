/// Abbreviations, which keep their full stop: "Mr.", "dept.", "No.
///
/// 5".
extension TokenScanner {
  /// Matches the abbreviation at `i` with its full stop; nil if there is none.
  ///
  /// Most abbreviations win over a longer word that continues after the stop, as in "etc.a", because of their
  /// longer reach. Titles do not: "Mr.A" is one word.
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

  /// Returns the end of initials at `i`: single letters, each with a full stop ("J.", "U.S.", "a.m.").
  ///
  /// A lone initial loses its stop if a new sentence seems to begin after it: "vitamin C. The".
  func initials(_ i: Int) -> Int? {
    var e = i
    while at(e).isASCIILetter, at(e + 1) == "." { e += 2 }
    return e == i || e == i + 2 && sentenceBegins(e) ? nil : e
  }

  /// Returns true if a blank follows and then a word that the reference takes for the start of a sentence.
  private func sentenceBegins(_ i: Int) -> Bool {
    let start = end(from: i, while: \.isBlank)
    guard start > i, start < scalars.count else { return false }
    if at(start) == "<" { return tag(start).map { at($0).isBlank } ?? false }
    guard at(start).isASCIICapital else { return false }
    let e = end(from: start, while: \.isASCIILetter)
    if at(e) == ".", at(e + 1).isBlank {
      return (end(of: "mr.", at: start) ?? end(of: "ms.", at: start)) == e + 1
    }
    return at(e).isBlank && Self.sentenceStarters.contains(lowercased(start..<e))
  }

  /// Returns true if a word may be an abbreviation, with capitals or without, or before a number.
  static func mayBeAbbreviation(_ word: String) -> Bool {
    titles.contains(word) || abbreviations.contains(word) || capitalizedAbbreviations.contains(word)
      || uncapitalizedAbbreviations.contains(word) || abbreviationsBeforeNumbers.contains(word)
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

  /// US states, which are abbreviations only if capitalised.
  private static let capitalizedAbbreviations: Set<String> = [
    "ark", "az", "del", "ill", "la", "mass", "miss", "ore", "pa", "tex", "wash",
  ]

  /// Abbreviations that are not recognised in all capitals.
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
