import Files
import Media

/// Finds the pictures and clips that results are about.
package struct ResultPictures: Sendable {
  /// The files below a folder, and their names and ids.
  private let folder: (path: String, index: ReferenceIndex, files: [String])?
  /// The names of files by ids.
  private let ids: (index: ReferenceIndex, pictures: ReferenceCaptions)?

  /// - Parameters:
  ///   - folder: The folder of the pictures; nil if results name their files.
  ///   - ids: A file of COCO's form with the ids and names of the pictures; nil if their names say the ids.
  /// - Throws: `DatasetError`, if they cannot be read.
  package init(in folder: String? = nil, ids: String? = nil) throws(DatasetError) {
    self.folder = try folder.map { folder throws(DatasetError) in
      var files: [String] = []
      try FolderTour(folder: PictureFolder(path: folder, followsLinks: true))
        .visit { stop throws(DatasetError) in
          files += stop.files.map { stop.prefix + $0 }.filter { MediaKind(fileName: $0) != nil }
          return true
        }
      let pictures = files.map { name in
        let id: RecordID? =
          switch cocoImageID(ofFile: name) {
          case .number(let number): .number(Int(number))
          default: nil
          }
        return ReferenceCaptions.Picture(id: id, name: name, captions: [])
      }
      let known = ReferenceCaptions(folder, pictures, keepingUncaptioned: true)
      return (folder, ReferenceIndex(known), files)
    }
    self.ids = try ids.map { path throws(DatasetError) in
      let pictures = try ReferenceCaptions.identities(at: path)
      return (ReferenceIndex(pictures), pictures)
    }
  }

  /// Returns the file of a row; nil if there is none, or several may be meant.
  package func source(of row: ShownResults.Row) -> MediaSource? {
    var names = [row.file, row.picture].compactMap(\.self)
    if let ids, let place = ids.index.place(of: row.picture),
      let name = ids.pictures.pictures[place].name
    {
      names.insert(name, at: 0)
    }
    if let folder {
      for name in names {
        if let place = folder.index.place(of: name) {
          return .file("\(folder.path)/\(folder.files[place])")
        }
      }
    }
    for name in names where isFile(name) { return .file(name) }
    return member(of: row)
  }

  /// Returns a member of an archive that was read in place.
  private func member(of row: ShownResults.Row) -> MediaSource? {
    guard let range = row.member else { return nil }
    var archive = row.picture
    while let slash = archive.lastIndex(of: "/") {
      archive = String(archive[..<slash])
      guard isFile(archive) else { continue }
      // The offset is a number of another kind in a packed archive, whose bytes would be no picture.
      guard let file = try? ReadableFile(archive), range.upperBound <= file.status.byteCount else {
        return nil
      }
      return .part(of: file, range: range, name: row.picture)
    }
    return nil
  }
}
