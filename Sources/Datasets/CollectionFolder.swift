import Files

/// A folder in which captions are looked for, or one file of it.
///
/// Cheap to make: of a file no more than its beginning is ever read here.
struct CollectionFolder {
  let path: String
  /// Files that may list captions, relative to the folder, sorted.
  let files: [String]
  /// Everything in the folder itself.
  let names: [String]
  /// Whether the user named one file.
  let isOneFile: Bool

  /// Where annotation files are besides the folder itself: `Flickr8k_text` is in Flickr8k's archive.
  private static let annotationFolders = ["annotations", "Flickr8k_text"]
  private static let annotationExtensions: Set<String> = [
    "json", "jsonl", "csv", "tsv", "txt", "token",
  ]

  /// Looks into the folder at `path`, or at the file there.
  init(_ path: String) throws(DatasetError) {
    do throws(FileError) {
      isOneFile = !isFolder(path)
      if isOneFile {
        (self.path, files) = try Self.folder(of: path)
        names = try namesInFolder(self.path)
      } else {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
        names = try namesInFolder(path)
        files = try Self.annotationFiles(in: path, names)
      }
    } catch {
      throw DatasetError(path, .unreadable(error))
    }
  }

  /// The path of the file `name`.
  func path(_ name: String) -> String { path == "." && isOneFile ? name : "\(path)/\(name)" }

  func has(_ file: String) -> Bool { files.contains(file) }

  /// Paths of folders that may or may not be there; "." is the folder itself.
  func folders(_ names: [String]) -> [String] { names.map { $0 == "." ? path : "\(path)/\($0)" } }

  // MARK: What is there

  private static func annotationFiles(
    in path: String, _ names: [String]
  ) throws(FileError) -> [String] {
    var candidates = names
    for folder in annotationFolders where isFolder("\(path)/\(folder)") {
      candidates += try namesInFolder("\(path)/\(folder)").map { "\(folder)/\($0)" }
    }
    let pictures = Set(names.filter(isPictureName).map(stem))
    return candidates.filter { name in
      // A hundred thousand texts beside their pictures are no lists, and need not be opened.
      annotationExtensions.contains(fileExtension(of: name)) && !name.hasPrefix(".")
        && !pictures.contains(stem(name)) && isFile("\(path)/\(name)")
    }
  }

  /// The collection that the file at `path` belongs to, with the file and its sister files.
  private static func folder(of path: String) throws(FileError) -> (path: String, files: [String]) {
    guard isFile(path) else {
      // Says which of missing, pipe and so on it is.
      _ = try MappedFile(path)
      throw FileError(path, .missing)
    }
    var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    var file = parts.removeLast()
    var siblings = [file]
    // The training part brings the others of its family along.
    let folder = parts.isEmpty ? "." : parts.joined(separator: "/")
    if file.contains("train") {
      siblings += ["val", "test"].map { file.replacing("train", with: $0) }
        .filter { isFile("\(folder)/\($0)") }
    }
    if let last = parts.last, annotationFolders.contains(last) {
      parts.removeLast()
      siblings = siblings.map { "\(last)/\($0)" }
      file = siblings[0]
    }
    let root = parts.isEmpty ? "." : parts == [""] ? "/" : parts.joined(separator: "/")
    return (root, siblings)
  }

  // MARK: What files begin like

  /// The first line of the text file `name`; nil if it is empty, too long or no text.
  func firstLine(of name: String) -> String? {
    let head = head(of: name, byteCount: 1 << 16)
    guard let line = head.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).first else {
      return nil
    }
    return String(validating: line, as: UTF8.self)
  }

  /// The columns that the first line of the CSV file `name` names.
  func columns(of name: String) -> [String] {
    guard isOneFile || ["csv", "txt"].contains(fileExtension(of: name)) else { return [] }
    return head(of: name, byteCount: 1 << 16).withUnsafeBytes { bytes in
      var reader = CSVReader(bytes)
      return (try? reader.next()?.fields.get()) ?? []
    }
  }

  /// What the JSON file `name` begins like.
  func outline(of name: String) -> JSONOutline {
    guard isOneFile || fileExtension(of: name) == "json" else { return JSONOutline() }
    return JSONOutline(of: head(of: name, byteCount: 1 << 20))
  }

  private func head(of name: String, byteCount: Int) -> [UInt8] {
    guard let file = try? AnnotationFile(path(name)) else { return [] }
    return file.withText { Array($0.prefix(byteCount)) }
  }
}

extension CollectionFolder {
  /// How many files are looked into for a reason.
  private static let examinedCount = 20

  /// Why no form fits: a file that may well have been meant, but is damaged, or that there is none.
  func reasonForNoCaptions(
    at named: String, _ formats: [any CaptionFormat]
  ) -> DatasetError {
    for file in files.prefix(Self.examinedCount) {
      do throws(DatasetError) {
        let content = try AnnotationFile(path(file))
        guard fileExtension(of: file) == "json" else { continue }
        try content.json { reader throws(JSONError) in try reader.skipValue() }
      } catch {
        return error
      }
    }
    return DatasetError(named, .noCaptions(looked: formats.map(\.layout)))
  }
}

/// The keys at the beginning of a JSON document, which tell forms apart.
struct JSONOutline: Equatable {
  /// Of the first object in each list: at the top under "", in the top object's members by their keys.
  private(set) var keys: [String: Set<String>] = [:]

  init() {}

  /// Reads as far as `bytes` go, which may end anywhere.
  init(of bytes: [UInt8]) {
    var outline = JSONOutline()
    // Where it breaks off, what was seen until then stays.
    _ = try? bytes.withUnsafeBytes { bytes throws(JSONError) in
      try JSONReader.read(bytes) { reader throws(JSONError) in try outline.read(&reader) }
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
    while let key = try reader.nextKey() { try readList(key, &reader) }
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

/// Whether a file is a picture by its name.
func isPictureName(_ name: String) -> Bool {
  switch fileExtension(of: name) {
  case "jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff": true
  default: false
  }
}

/// `name` without its extension.
func stem(_ name: String) -> String {
  let count = fileExtension(of: name).utf8.count
  return count == 0 ? name : String(decoding: name.utf8.dropLast(count + 1), as: UTF8.self)
}
