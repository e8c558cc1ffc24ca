import Files

/// Visits a folder and its subfolders, one after the other, in the order of their names.
struct FolderTour {
  /// The maximum depth of nested folders.
  static let maximumDepth = 32

  /// The contents of one of the folders.
  struct Stop {
    /// The path relative to the first folder, with a trailing `/`; empty for that folder itself.
    let prefix: String
    /// The files and links to files with names in UTF-8 that are not hidden.
    fileprivate(set) var files: [String] = []
    /// The entries that are skipped: hidden, with names that are not UTF-8, links to folders,
    /// neither file nor folder, or too deep.
    fileprivate(set) var passedOver: [(name: String, reason: PassedOver.Reason)] = []
  }

  let folder: PictureFolder
  /// The links to folders that are followed although links are not, as paths.
  var knownFolders: Set<String> = []

  /// Visits the folders.
  ///
  /// - Parameter visit: Receives the contents of a folder, and returns false to stop.
  /// - Throws: `DatasetError` if a folder cannot be listed, and any error of `visit`.
  func visit(_ visit: (Stop) throws(DatasetError) -> Bool) throws(DatasetError) {
    _ = try self.visit("", [], visit)
  }

  private func visit(
    _ prefix: String, _ above: [FileStatus.Identity],
    _ visit: (Stop) throws(DatasetError) -> Bool
  ) throws(DatasetError) -> Bool {
    let path = prefix.isEmpty ? folder.path : "\(folder.path)/\(prefix.dropLast())"
    let listing: FolderListing
    do throws(FileError) {
      listing = try FolderListing(path)
    } catch {
      throw DatasetError(path, .unreadable(error))
    }
    let here = FileStatus(path).map { above + [$0.identity] } ?? above
    var stop = Stop(prefix: prefix)
    var folders: [String] = []
    for index in 0..<listing.count {
      let entry = listing[index]
      switch sort(entry, in: path, below: here) {
      case .file: stop.files.append(entry.name)
      case .folder: folders.append(entry.name)
      case .passedOver(let reason): stop.passedOver.append((entry.name, reason))
      }
    }
    guard try visit(stop) else { return false }
    for name in folders {
      guard try self.visit("\(prefix)\(name)/", here, visit) else { return false }
    }
    return true
  }

  private enum Sort {
    case file, folder
    case passedOver(PassedOver.Reason)
  }

  private func sort(
    _ entry: FolderListing.Entry, in path: String, below above: [FileStatus.Identity]
  ) -> Sort {
    guard isUTF8Name(entry.name) else { return .passedOver(.name) }
    guard !entry.name.hasPrefix(".") else { return .passedOver(.other) }
    let child = "\(path)/\(entry.name)"
    switch entry.kind {
    case .file: return .file
    case .other: return .passedOver(.other)
    case .folder: return above.count < Self.maximumDepth ? .folder : .passedOver(.depth)
    case .link:
      guard let target = FileStatus(child), target.kind == .folder else { return .file }
      guard !above.contains(target.identity) else { return .passedOver(.circle) }
      let isWanted = folder.followsLinks || knownFolders.contains(child)
      guard isWanted else { return .passedOver(.link) }
      return above.count < Self.maximumDepth ? .folder : .passedOver(.depth)
    }
  }
}
