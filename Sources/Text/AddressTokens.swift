/// Web addresses, mail addresses, file names and social media tags.
extension TokenScanner {
  /// Returns the end of a web address: "https://example.com/a?b=c", "www.example.com/a", "example.org/about".
  func webAddress(_ i: Int) -> Int? {
    if let host = end(of: "http://", at: i) ?? end(of: "https://", at: i) {
      return addressTail(host, while: \.isInMailAddress)
    }
    if let host = end(of: "www.", at: i) {
      return siteName(host, label: \.isInSiteLabel, isTopLevel: isShortWord)
    }
    return siteName(i, label: \.isInBareSiteLabel, isTopLevel: isWellKnownDomain)
  }

  /// Returns the end of a site name: labels that end with a dot, a top-level domain and an optional path.
  private func siteName(
    _ i: Int, label: (Unicode.Scalar) -> Bool, isTopLevel: (Int) -> Int?
  ) -> Int? {
    var best: Int?
    var start = i
    while start - i < Self.tokenLimit {
      let dot = end(from: start, while: label)
      guard dot > start, at(dot) == "." else { break }
      start = dot + 1
      if let e = isTopLevel(start) { best = e }
    }
    guard let best else { return nil }
    guard at(best) == "/" else { return best }
    return addressTail(best + 1, while: \.isInPath) ?? best
  }

  /// Returns the end of an address part of at least two scalars, without the punctuation that follows it.
  private func addressTail(_ i: Int, while isPart: (Unicode.Scalar) -> Bool) -> Int? {
    var e = end(from: i, while: isPart)
    while e > i, at(e - 1).isPunctuationAfterAddress { e -= 1 }
    return e - i >= 2 ? e : nil
  }

  private func isShortWord(_ i: Int) -> Int? {
    let e = min(end(from: i, while: \.isASCIILetter), i + 4)
    return e - i >= 2 ? e : nil
  }

  private func isWellKnownDomain(_ i: Int) -> Int? {
    end(of: "com", at: i) ?? end(of: "net", at: i) ?? end(of: "org", at: i) ?? end(of: "edu", at: i)
  }

  /// Returns the end of a file name before a blank or the end of a sentence: "100.jpg", "5x.html".
  func fileName(_ i: Int) -> Int? {
    var e = end(from: i, while: \.isCompoundLetter)
    while e - i < Self.tokenLimit, at(e) == ".", at(e + 1).isCompoundLetter {
      let start = e + 1
      e = end(from: start, while: \.isCompoundLetter)
      guard 1...5 ~= e - start, Self.fileExtensions.contains(lowercased(start..<e)) else {
        continue
      }
      switch at(e) {
      case ".", ",", "!", "?": return e
      default: if at(e).isBlank { return e }
      }
    }
    return nil
  }

  private static let fileExtensions: Set<String> = [
    "bat", "bmp", "c", "cgi", "class", "cpp", "dll", "doc", "docx", "exe", "gif", "gz", "h", "htm",
    "html", "jar", "java", "jpeg", "jpg", "mov", "mp3", "pdf", "php", "pl", "png", "ppt", "ps",
    "py", "sql", "tar", "txt", "wav", "x", "xml", "zip",
  ]

  /// Returns the end of a mail address, "jo@example.com", also in angle brackets.
  ///
  /// Nearly any character may precede the at sign.
  func mailAddress(_ i: Int) -> Int? {
    let start = at(i) == "<" ? i + 1 : i
    guard at(start).isASCIILetterOrDigit else { return nil }
    let last = end(from: start, while: \.isInMailAddress)
    guard
      let sign = (start..<last).last(where: {
        at($0) == "@" && at($0 + 1) != "." && at($0 + 1).isInMailAddress
      })
    else { return nil }
    var e = end(from: sign + 1) { $0.isInMailAddress && $0 != "." }
    while at(e) == ".", at(e + 1).isInMailAddress, at(e + 1) != "." {
      e = end(from: e + 1) { $0.isInMailAddress && $0 != "." }
    }
    return at(e) == ">" ? e + 1 : e
  }

  /// Returns the end of "@name" or "#topic".
  func socialTag(_ i: Int) -> Int? {
    let e: Int
    if at(i) == "#" {
      e = end(from: i + 1, while: \.isWordLetter)
    } else if at(i) == "@", at(i + 1).isASCIILetter || at(i + 1) == "_" {
      e = end(from: i + 1) { $0.isASCIILetterOrDigit || $0 == "_" }
    } else {
      return nil
    }
    return e > i + 1 ? e : nil
  }
}

extension Unicode.Scalar {
  fileprivate var isInPath: Bool {
    switch self {
    case "\"", "<", ">", "|", "(", ")": false
    default: !isBlank
    }
  }

  fileprivate var isInMailAddress: Bool { isInPath && self != "{" && self != "}" }

  fileprivate var isInSiteLabel: Bool {
    switch self {
    case ".", "!", "?", ",": false
    default: isInMailAddress
    }
  }

  /// True for characters of a site name without "www." or a scheme.
  ///
  /// Digits and capitals are excluded because the reference's pattern has a range from the comma to the
  /// underscore where three characters are meant.
  fileprivate var isInBareSiteLabel: Bool {
    switch self {
    case ","..."_", "$", "'", "`": false
    default: isInSiteLabel
    }
  }

  fileprivate var isPunctuationAfterAddress: Bool {
    switch self {
    case ".", ",", "!", "?", "-", "{", "}": true
    default: false
    }
  }
}
