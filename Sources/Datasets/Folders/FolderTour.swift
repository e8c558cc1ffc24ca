import Files

/// Goes through a folder and the folders in it, one after the other, in the order of their names.
struct FolderTour {
  /// As deep as folders may be in folders.
  static let maximumDepth = 32

  /// What one of the folders holds.
  struct Stop {
    /// Its path relative to the first folder, with a `/` behind; empty for that folder itself.
    let prefix: String
    /// Files and links to files, of names in UTF-8, that are not hidden.
    fileprivate(set) var files: [String] = []
    /// What is passed over: hidden, with names that are no UTF-8, links to folders, neither file nor folder,
    /// or too deep.
    fileprivate(set) var passedOver: [(name: String, reason: PassedOver.Reason)] = []
  }

  let folder: PictureFolder
  /// Links to folders that are gone into although links are not followed, as paths.
  var knownFolders: Set<String> = []

  /// Goes through the folders.
  ///
  /// - Parameter visit: Takes what a folder holds, and says whether to go on.
  /// - Throws: What keeps a folder from being listed, and what `visit` throws.
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
