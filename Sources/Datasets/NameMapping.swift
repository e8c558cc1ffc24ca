import Files
import Media

/// The alternative names of clips in `youtube_mapping.txt`, which accompanies copies of MSVD.
///
///     -4wsuPCjDBc_5_15 vid1
///
/// Either name occurs, in files as well as in lists.
struct NameMapping {
  private var others: [ByteName: String] = [:]

  init() {}

  /// Reads the file at `path`.
  init(_ path: String) throws(DatasetError) {
    try AnnotationFile(path).forEachLine { line throws(DatasetError) in
      do throws(DatasetError.Problem) {
        let words = try line.text().split(whereSeparator: \.isWhitespace).map(String.init)
        guard !words.isEmpty else { return }
        guard words.count == 2 else { throw .noNamePair }
        for (name, other) in [(words[0], words[1]), (words[1], words[0])] {
          // A name of two clips would be ambiguous.
          guard others.updateValue(other, forKey: ByteName(name)) ?? other == other else {
            throw .repeatedImage(id: jsonString(name))
          }
        }
      } catch {
        throw DatasetError(path, record: line.name, error)
      }
    }
  }

  /// Returns the alternative names of a clip, without extension and with that of videos.
  func otherNames(of name: String) -> [String] {
    let name = MediaKind(fileName: name) == .video ? stem(name) : name
    guard let other = others[ByteName(name)] else { return [] }
    return [other, "\(other).avi", "\(other).mp4"]
  }
}

extension CaptionSource {
  /// Returns the alternative names of its clips.
  func mapping() throws(DatasetError) -> NameMapping {
    guard let nameMapping else { return NameMapping() }
    return try NameMapping(nameMapping)
  }
}

extension CollectionFolder {
  private static let mappingName = "youtube_mapping.txt"

  /// Returns the mapping of names beside `file`, or else in the folder itself.
  func nameMapping(beside file: String) -> String? {
    let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? path
    for folder in [folder, path] {
      let names = (try? namesInFolder(folder)) ?? []
      if let name = names.first(where: { $0.lowercased() == Self.mappingName }) {
        return folder == "." && isOneFile ? name : "\(folder)/\(name)"
      }
    }
    return nil
  }
}
