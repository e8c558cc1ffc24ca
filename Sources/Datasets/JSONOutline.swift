import Files
import Media

/// The keys at the beginning of a JSON document, or of JSON lines, which tell forms apart.
///
/// Those of many objects are gathered, as one of them may lack what all others have. They are compared as
/// `isCalled` does.
struct JSONOutline: Equatable {
  /// How many objects of a list are looked at, and how many lines.
  private static let examinedCount = 64

  /// Of the first objects in each list: at the top under "", in the top object's members by their keys.
  private(set) var keys: [String: Set<String>] = [:]
  /// Of the object at the top, or of those on the first lines.
  private(set) var topKeys: Set<String> = []
  /// Of the first objects that are members of the object at the top.
  private(set) var memberKeys: Set<String> = []
  /// Whether a member of the object at the top is called as a picture, and is a text or a list of texts.
  private(set) var hasTextsByPicture = false
  private var memberCount = 0

  init() {}

  /// Reads as far as `bytes` go, which may end anywhere.
  ///
  /// - Parameters:
  ///   - bytes: The beginning of a document.
  ///   - areLines: Whether a record is on each line.
  init(of bytes: [UInt8], inLines areLines: Bool = false) {
    var outline = JSONOutline()
    if areLines {
      for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
        .prefix(Self.examinedCount)
      {
        outline.look(at: withoutTrailingComma(line))
      }
    } else {
      outline.look(at: bytes[...])
    }
    self = outline
  }

  /// Where the document breaks off, what was seen until then stays.
  private mutating func look(at bytes: ArraySlice<UInt8>) {
    _ = try? bytes.withUnsafeBytes { bytes throws(JSONError) in
      try JSONReader.read(bytes, takingNaN: true) { reader throws(JSONError) in
        try read(&reader)
      }
    }
  }

  /// Whether objects in the list `list` have all of these keys.
  func has(_ expected: String..., in list: String) -> Bool {
    keys.contains { name, found in
      (name == list || isCalled(name, list)) && expected.allSatisfy { Self.holds(found, $0) }
    }
  }

  func topHas(_ key: String) -> Bool { Self.holds(topKeys, key) }
  func membersHave(_ key: String) -> Bool { Self.holds(memberKeys, key) }

  private static func holds(_ keys: Set<String>, _ name: String) -> Bool {
    keys.contains(name) || keys.contains { isCalled($0, name) }
  }

  private mutating func read(_ reader: inout JSONReader) throws(JSONError) {
    guard try reader.peek() == .object else { return try readList("", &reader) }
    try reader.beginObject()
    while let key = try reader.nextKey() {
      topKeys.insert(key)
      if try reader.peek() == .string { noteText(key) }
      if memberCount < Self.examinedCount, try reader.peek() == .object {
        memberCount += 1
        try reader.beginObject()
        while let key = try reader.nextKey() {
          memberKeys.insert(key)
          try reader.skipValue()
        }
      } else {
        try readList(key, &reader)
      }
    }
  }

  private mutating func noteText(_ key: String) {
    hasTextsByPicture = hasTextsByPicture || MediaKind(fileName: key) != nil
  }

  private mutating func readList(_ name: String, _ reader: inout JSONReader) throws(JSONError) {
    guard try reader.peek() == .array else { return try reader.skipValue() }
    try reader.beginArray()
    var count = 0
    while try reader.nextElement() {
      if try reader.peek() == .string { noteText(name) }
      guard count < Self.examinedCount, try reader.peek() == .object else {
        try reader.skipValue()
        continue
      }
      count += 1
      if keys[name] == nil { keys[name] = [] }
      try reader.beginObject()
      while let key = try reader.nextKey() {
        keys[name]?.insert(key)
        try reader.skipValue()
      }
    }
  }
}

extension JSONOutline: CustomStringConvertible {
  /// What was found, for messages: "an object with 'info', 'items'; in 'items' are objects with 'id', 'url'".
  var description: String {
    var parts = [
      !topKeys.isEmpty
        ? "an object with \(Self.named(topKeys))"
        : keys[""].map { "a list of objects with \(Self.named($0))" } ?? "without any members"
    ]
    parts += keys.filter { !$0.key.isEmpty }.sorted { $0.key < $1.key }.prefix(4).map {
      "in '\($0.key)' are objects with \(Self.named($0.value))"
    }
    if !memberKeys.isEmpty { parts.append("in objects below are \(Self.named(memberKeys))") }
    return parts.joined(separator: "; ")
  }

  /// The first few members.
  private static func named(_ keys: Set<String>) -> String {
    if keys.isEmpty { return "no members" }
    let names = keys.sorted().prefix(8).map { "'\($0.prefix(40))'" }
    return names.joined(separator: ", ") + (keys.count > names.count ? ", …" : "")
  }
}
