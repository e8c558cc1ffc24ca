import Files

/// The keys at the beginning of a JSON document, which tell forms apart.
struct JSONOutline: Equatable {
  /// Of the first object in each list: at the top under "", in the top object's members by their keys.
  private(set) var keys: [String: Set<String>] = [:]

  /// Of the object at the top.
  private(set) var topKeys: Set<String> = []
  /// Of the first object that is a member of the object at the top.
  private(set) var memberKeys: Set<String> = []

  init() {}

  /// Reads as far as `bytes` go, which may end anywhere.
  init(of bytes: [UInt8]) {
    var outline = JSONOutline()
    // Where it breaks off, what was seen until then stays.
    _ = try? bytes.withUnsafeBytes { bytes throws(JSONError) in
      try JSONReader.read(bytes, takingNaN: true) { reader throws(JSONError) in
        try outline.read(&reader)
      }
    }
    self = outline
  }

  /// Whether an object in the list `list` has all of these keys.
  func has(_ expected: String..., in list: String) -> Bool {
    keys[list].map { found in expected.allSatisfy(found.contains) } ?? false
  }

  private mutating func read(_ reader: inout JSONReader) throws(JSONError) {
    guard try reader.peek() == .object else { return try readList("", &reader) }
    try reader.beginObject()
    while let key = try reader.nextKey() {
      topKeys.insert(key)
      if memberKeys.isEmpty, try reader.peek() == .object {
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

  private mutating func readList(_ name: String, _ reader: inout JSONReader) throws(JSONError) {
    guard try reader.peek() == .array else { return try reader.skipValue() }
    try reader.beginArray()
    var isFirst = true
    while try reader.nextElement() {
      guard isFirst, try reader.peek() == .object else {
        try reader.skipValue()
        continue
      }
      isFirst = false
      keys[name] = []
      try reader.beginObject()
      while let key = try reader.nextKey() {
        keys[name]?.insert(key)
        try reader.skipValue()
      }
    }
  }
}
