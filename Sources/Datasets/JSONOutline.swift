import Files
import Media

/// The keys at the beginning of a JSON document, or of JSON lines, by which formats are
/// distinguished.
///
/// The keys of many objects are gathered, since one object may lack some. They are compared as
/// `isCalled` does.
struct JSONOutline: Equatable {
  /// The number of objects of a list, or of lines, that are examined.
  private static let examinedCount = 64

  /// The keys of the first objects in each list: of a list at the top under "", of lists in the top
  /// object under their keys.
  private(set) var keys: [String: Set<String>] = [:]
  /// The keys of the object at the top, or of the objects on the first lines.
  private(set) var topKeys: Set<String> = []
  /// The keys of the first objects that are members of the object at the top.
  private(set) var memberKeys: Set<String> = []
  /// True if a member of the object at the top has a picture's name as its key, and is a text or a
  /// list of texts.
  private(set) var hasTextsByPicture = false
  private var memberCount = 0

  init() {}

  /// Reads the outline of `bytes`, which may end anywhere.
  ///
  /// - Parameters:
  ///   - bytes: The beginning of a document.
  ///   - areLines: True if there is one record per line.
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

  /// Reads the document; what was seen before it breaks off is kept.
  private mutating func look(at bytes: ArraySlice<UInt8>) {
    _ = try? bytes.withUnsafeBytes { bytes throws(JSONError) in
      try JSONReader.read(bytes, takingNaN: true) { reader throws(JSONError) in
        try read(&reader)
      }
    }
  }

  /// Returns true if objects in the list `list` have all of these keys.
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
  /// A description for messages: "an object with 'info', 'items'; in 'items' are objects with 'id',
  /// 'url'".
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
