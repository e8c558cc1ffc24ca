import Files

/// Finds the picture that a row of results is about.
///
/// An id must be the same; `9` and `"9"` are. A file may be named with other folders in front, and the text of a
/// picture without its extension, as long as only one picture is called so.
package struct ReferenceIndex: Sendable {
  private let pictures: [ReferenceCaptions.Picture]
  private var byID: [RecordID: Int] = [:]
  private var byPath: [ByteName: Int] = [:]
  /// Nil for the names of several pictures.
  private var byName: [String: Int?] = [:]
  private var byStem: [String: Int?] = [:]

  package init(_ references: ReferenceCaptions) {
    pictures = references.pictures
    for (place, picture) in pictures.enumerated() {
      if let id = picture.id { byID[id] = place }
      guard let name = picture.name else { continue }
      byPath[ByteName(name)] = place
      let last = lastPart(name)
      byName[last] = byName[last] == nil ? place : .some(nil)
      let stem = Datasets.stem(last)
      byStem[stem] = byStem[stem] == nil ? place : .some(nil)
    }
  }

  /// Returns the index of a picture; nil if there is none, or more than one.
  package func place(of picture: String) -> Int? {
    if let place = byID[RecordID(picture)] { return place }
    for ending in endings(of: picture) {
      if let place = byPath[ByteName(ending)] { return place }
    }
    let last = lastPart(picture)
    if let place = byName[last] { return place }
    // `a.txt` is about `a.jpg`, but `a.png` is not.
    guard let place = byStem[last] else { return nil }
    return place
  }

  /// Returns an id that looks like `picture` but is another: `7` for `007`.
  package func similarID(to picture: String) -> String? {
    guard let number = Int(picture), byID[.number(number)] != nil, "\(number)" != picture else {
      return nil
    }
    return "\(number)"
  }

  /// Returns `path`, and its rests as folders are removed from the front.
  private func endings(of path: String) -> [String] {
    var endings = [path]
    var rest = path[...]
    while let slash = rest.firstIndex(of: "/") {
      rest = rest[rest.index(after: slash)...]
      endings.append(String(rest))
    }
    return endings
  }
}

private func lastPart(_ path: String) -> String {
  path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
}
