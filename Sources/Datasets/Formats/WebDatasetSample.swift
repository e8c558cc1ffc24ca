import Media

/// Members of a shard that belong together: those with the same name before the first dot.
struct WebDatasetSample {
  typealias Member = (name: String, range: Range<Int>)

  private static let textExtensions = ["txt", "caption", "cap"]

  let key: String
  fileprivate(set) var members: [Member] = []

  /// Returns the part of a path before the first dot of its last component.
  static func key(of name: String) -> String {
    let start = name.lastIndex(of: "/").map(name.index(after:)) ?? name.startIndex
    return String(name[..<(name[start...].firstIndex(of: ".") ?? name.endIndex)])
  }

  /// Returns true if a member of this name may hold captions.
  static func isText(_ name: String) -> Bool {
    (textExtensions + ["json"]).contains(fileExtension(of: name))
  }

  /// The pictures and clips; `a.mask.png` is about `a.png` unless it has a text of its own.
  var pictures: [Member] {
    members.filter { member in
      MediaKind(fileName: member.name) != nil
        && (ByteName(stem(member.name)) == ByteName(key)
          || members.contains { isText($0, of: member) })
    }
  }

  /// Returns the members with the captions of a picture: its texts, or else its JSON; only the JSON
  /// if a member of it was chosen.
  func captionMembers(of picture: Member, areInJSON: Bool) -> [Member] {
    func members(_ suffix: String) -> [Member] {
      self.members.filter { isText($0, of: picture) && fileExtension(of: $0.name) == suffix }
    }
    let texts = areInJSON ? [] : Self.textExtensions.flatMap(members)
    return texts.isEmpty ? members("json") : texts
  }

  private func isText(_ member: Member, of picture: Member) -> Bool {
    Self.isText(member.name) && ByteName(stem(member.name)) == ByteName(stem(picture.name))
  }
}

/// The samples of a shard, in the order of their first members, regardless of the members between.
struct WebDatasetSamples {
  private(set) var all: [WebDatasetSample] = []
  private var places: [ByteName: Int] = [:]

  mutating func add(_ member: WebDatasetSample.Member) {
    let key = WebDatasetSample.key(of: member.name)
    // Duplicate members make two samples: the assignment of texts to pictures must stay clear.
    if let place = places[ByteName(key)],
      !all[place].members.contains(where: { ByteName($0.name) == ByteName(member.name) })
    {
      all[place].members.append(member)
    } else {
      places[ByteName(key)] = all.count
      all.append(WebDatasetSample(key: key, members: [member]))
    }
  }
}
