import Media

/// Members of a shard that belong together: those of the same name in front of the first point.
struct WebDatasetSample {
  typealias Member = (name: String, range: Range<Int>)

  private static let textExtensions = ["txt", "caption", "cap"]

  let key: String
  fileprivate(set) var members: [Member] = []

  /// What stands in front of the first point of the last part of a path.
  static func key(of name: String) -> String {
    let start = name.lastIndex(of: "/").map(name.index(after:)) ?? name.startIndex
    return String(name[..<(name[start...].firstIndex(of: ".") ?? name.endIndex)])
  }

  /// Whether captions may be in a member of this name.
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

  /// Where the captions of a picture are: its texts, or else its JSON; the JSON alone where a member of it was
  /// chosen.
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

/// The samples of a shard, in the order of their first members, whatever lies between the others.
struct WebDatasetSamples {
  private(set) var all: [WebDatasetSample] = []
  private var places: [ByteName: Int] = [:]

  mutating func add(_ member: WebDatasetSample.Member) {
    let key = WebDatasetSample.key(of: member.name)
    // Members that are there twice make two samples: which text is of which picture must stay clear.
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
