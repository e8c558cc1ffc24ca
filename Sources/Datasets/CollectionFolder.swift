import Files
import Media

/// A folder in which captions are searched, or one file of it.
///
/// Cheap to create: only the beginning of a file is ever read here.
struct CollectionFolder {
  let path: String
  /// Files that may list captions, relative to the folder.
  private(set) var files: [String]
  /// Everything in the folder itself.
  let names: [String]
  /// True if the user named one file.
  let isOneFile: Bool

  /// The folders of usual names in it and in those folders, relative to it.
  let usualFolders: [String]

  /// Returns true if annotation files are in a folder of this name, in any case: `Flickr8k_text` is
  /// in Flickr8k's archive.
  private static func holdsAnnotations(_ folder: String) -> Bool {
    ["annotations", "annotation", "flickr8k_text", "ucftraintestlist"].contains(folder.lowercased())
  }
  private static let annotationExtensions: Set<String> = [
    "json", "jsonl", "ndjson", "csv", "tsv", "txt", "token",
  ]
  let choices: ReadingChoices
  /// True if a more specific format was found.
  var isClaimed = false

  /// Lists the folder at `path`, or the folder of the file there.
  init(_ path: String, _ choices: ReadingChoices = ReadingChoices()) throws(DatasetError) {
    self.choices = choices
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
      usualFolders = UsualFolders.all(in: self.path, names)
    } catch {
      throw DatasetError(path, .unreadable(error))
    }
  }

  /// Returns the path of the file `name`.
  func path(_ name: String) -> String { path == "." && isOneFile ? name : "\(path)/\(name)" }

  func has(_ file: String) -> Bool { files.contains(file) }

  /// Returns the paths of folders that may or may not exist; "." is the folder itself.
  func folders(_ names: [String]) -> [String] { names.map { $0 == "." ? path : "\(path)/\($0)" } }

  // MARK: What is there

  private static func annotationFiles(
    in path: String, _ names: [String]
  ) throws(FileError) -> [String] {
    var files = annotationFiles(in: path, "", names)
    for folder in names where holdsAnnotations(folder) && isFolder("\(path)/\(folder)") {
      files += annotationFiles(
        in: path, "\(folder)/", try namesInFolder("\(path)/\(folder)"))
    }
    return files
  }

  /// Returns those of `names`, in the folder `prefix` of the one at `path`, that may list captions.
  private static func annotationFiles(
    in path: String, _ prefix: String, _ names: [String]
  ) -> [String] {
    let pictures = Set(names.filter { MediaKind(fileName: $0) != nil }.map(stem))
    return names.filter { name in
      // A hundred thousand texts beside their pictures are not lists, and need not be opened.
      (annotationExtensions.contains(fileExtension(of: name))
        || FileClass(name: name) == nil && isTextFile("\(path)/\(prefix)\(name)"))
        && !name.hasPrefix(".")
        && !(fileExtension(of: name) == "txt" && pictures.contains(stem(name)))
        && isFile("\(path)/\(prefix)\(name)")
    }.map { prefix + $0 }
  }

  /// The same folder with the files in folders of usual names, as in `data/train/`; nil if there
  /// are none.
  ///
  /// For collections without files at the top.
  var deeper: CollectionFolder? {
    guard !isOneFile else { return nil }
    var folder = self
    for usual in usualFolders {
      let inside = (try? namesInFolder("\(path)/\(usual)")) ?? []
      folder.files += Self.annotationFiles(in: path, "\(usual)/", inside)
      for name in inside where Self.holdsAnnotations(name) {
        let names = (try? namesInFolder("\(path)/\(usual)/\(name)")) ?? []
        folder.files += Self.annotationFiles(in: path, "\(usual)/\(name)/", names)
      }
    }
    return folder.files.count > files.count ? folder : nil
  }

  /// Returns true if a file of unknown extension begins like a list of captions.
  private static func isTextFile(_ path: String) -> Bool {
    guard let file = try? ReadableFile(path), let head = try? file.bytes(0..<512) else {
      return false
    }
    let text = withoutByteOrderMark(head)
    return !text.isEmpty && text.allSatisfy { $0 >= 0x20 || (9...13).contains($0) }
      && FileClass(ofContent: head) == nil
  }

  /// Returns the collection of the file at `path`, with the file and its sister files.
  private static func folder(of path: String) throws(FileError) -> (path: String, files: [String]) {
    guard isFile(path) else {
      // Throws the reason: missing, a pipe and so on.
      _ = try MappedFile(path)
      throw FileError(path, .missing)
    }
    var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    var file = parts.removeLast()
    var siblings = [file]
    // The training part brings in the other files of its family.
    let folder = parts.isEmpty ? "." : parts.joined(separator: "/")
    if file.contains("train") {
      siblings += ["val", "test"].map { file.replacing("train", with: $0) }
        .filter { isFile("\(folder)/\($0)") }
    }
    if let last = parts.last, holdsAnnotations(last) {
      parts.removeLast()
      siblings = siblings.map { "\(last)/\($0)" }
      file = siblings[0]
    }
    let root = parts.isEmpty ? "." : parts == [""] ? "/" : parts.joined(separator: "/")
    return (root, siblings)
  }

  // MARK: What files begin like

  /// Returns the first line of the text file `name`; nil if it is empty, too long or no text.
  func firstLine(of name: String) -> String? {
    let head = head(of: name, byteCount: 1 << 16)
    return head.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).first.flatMap(Self.text)
  }

  /// Returns a line as text, even in another encoding, so that reading can report its position; nil
  /// for bytes that are no text.
  private static func text(_ line: ArraySlice<UInt8>) -> String? {
    let isText = line.allSatisfy { $0 >= 0x20 || $0 == UInt8(ascii: "\t") }
    return isText ? String(decoding: line, as: UTF8.self) : nil
  }

  /// Returns the columns named in the first line of the table `name`.
  func header(of name: String) -> TableHeader? {
    guard isOneFile || ["csv", "tsv", "txt"].contains(fileExtension(of: name)) || isNameless(name)
    else { return nil }
    return TableHeader(head(of: name, byteCount: 1 << 16))
  }

  /// Returns the first lines of the text file `name`, as far as they are text.
  func firstLines(of name: String) -> [String] {
    head(of: name, byteCount: 1 << 16).split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
      .prefix(20).compactMap(Self.text)
  }

  /// Returns true if the name of the file does not tell its kind.
  private func isNameless(_ name: String) -> Bool { FileClass(name: name) == nil }

  /// The number of bytes of a JSON file that are read to detect its form.
  static let outlineSize = 1 << 20

  /// Returns the outline of the beginning of the JSON file `name`, or of its first line.
  func outline(of name: String) -> JSONOutline {
    guard
      isOneFile || ["json", "jsonl", "ndjson", "txt"].contains(fileExtension(of: name))
        || isNameless(name)
    else { return JSONOutline() }
    let head = head(of: name, byteCount: Self.outlineSize)
    return JSONOutline(of: head, inLines: areJSONLines(head, named: name))
  }

  private func head(of name: String, byteCount: Int) -> [UInt8] {
    guard let file = try? AnnotationFile(path(name)) else { return [] }
    return file.withText { Array($0.prefix(byteCount)) }
  }
}
