import Files

/// Finds the picture that a row of results is about.
///
/// An id must be the same; `9` and `"9"` are. A file may be named with other folders in front, and the text of a
/// picture without its extension, as long as only one picture is called so.
package struct ReferenceIndex: Sendable {
  private let pictures: [ReferenceCaptions.Picture]
  private var byID: [RecordID: Int] = [:]
  /// Nil for the names of several pictures, as in the others.
  private var byPath: [ByteName: Int?] = [:]
  private var byName: [String: Int?] = [:]
  private var byStem: [String: Int?] = [:]

  package init(_ references: ReferenceCaptions) {
    pictures = references.pictures
    for (place, picture) in pictures.enumerated() {
      if let id = picture.id { byID[id] = place }
      guard let name = picture.name else { continue }
      byPath[ByteName(name)] = byPath[ByteName(name)] == nil ? place : .some(nil)
      let last = lastPart(name)
      byName[last] = byName[last] == nil ? place : .some(nil)
      let stem = Datasets.stem(last)
      byStem[stem] = byStem[stem] == nil ? place : .some(nil)
    }
  }

  /// A picture that a name stands for.
  package enum Match: Sendable, Equatable {
    case none
    case one(Int)
    case several
  }

  /// Finds a picture by its id or the name of its file.
  package func match(_ picture: String) -> Match {
    if let place = byID[RecordID(picture)] { return .one(place) }
    func match(_ found: Int??) -> Match? {
      guard let found else { return nil }
      return found.map { .one($0) } ?? .several
    }
    for ending in endings(of: picture) {
      if let match = match(byPath[ByteName(ending)]) { return match }
    }
    let last = lastPart(picture)
    // `a.txt` is about `a.jpg`, but `a.png` is not.
    return match(byName[last]) ?? match(byStem[last]) ?? .none
  }

  /// Returns the index of a picture; nil if there is none, or more than one.
  package func place(of picture: String) -> Int? {
    if case .one(let place) = match(picture) { place } else { nil }
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
