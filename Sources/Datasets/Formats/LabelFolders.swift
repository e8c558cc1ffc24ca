import Files
import Media

/// Clips in folders named after their labels, as usual in action recognition.
///
///     train/waving/clip1.mp4      train/waving/clip2/0001.jpg …      val/running/clip7.mp4
///
/// A clip is a video, a picture, or a folder of frames. Hidden files, and all others, are skipped.
struct LabelFolders: CaptionFormat {
  let name = "folders of labels"
  var namesPictures: Bool { false }
  let layout =
    "train/LABEL/ and val/LABEL/ with videos or folders of frames in them (--task classify)"

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    guard !folder.isOneFile else { return [] }
    var sources: [CaptionSource] = []
    let inData = ((try? namesInFolder(folder.path("data"))) ?? []).map { "data/\($0)" }
    for name in folder.names + inData {
      guard let last = name.split(separator: "/").last,
        let split = CaptionDataset.Split(named: String(last)), isFolder(folder.path(name)),
        try !labels(in: folder.path(name)).isEmpty
      else { continue }
      sources.append(
        CaptionSource(
          path: folder.path(name), split: split, pictureFolders: [folder.path(name)]))
    }
    return sources
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let folder = PictureFolder(
      path: source.path, followsLinks: gathering.choices.followsLinks)
    for label in try labels(in: source.path) {
      let clips = try names(in: "\(source.path)/\(label)").compactMap { name in
        kind(of: "\(label)/\(name)", in: folder).map { (name, $0) }
      }
      try gathering.record(label) { gathering throws(DatasetError.Problem) in
        guard !clips.isEmpty else { throw .noClips }
      }
      for (name, kind) in clips {
        try gathering.record("\(label)/\(name)") { gathering throws(DatasetError.Problem) in
          var clip = Gathering.Picture("\(label)/\(name)")
          clip.kind = kind
          try gathering.addCaption(label, to: clip)
        }
      }
    }
  }

  private func kind(of name: String, in folder: PictureFolder) -> CaptionedImage.Kind? {
    if isFolder("\(folder.path)/\(name)") { return .frames }
    switch FileClass(of: name, in: folder) {
    case .picture: return .picture
    case .clip: return .clip
    default: return nil
    }
  }

  private func labels(in folder: String) throws(DatasetError) -> [String] {
    try names(in: folder).filter { isFolder("\(folder)/\($0)") }
  }

  /// Returns all names in `folder` that are not hidden.
  private func names(in folder: String) throws(DatasetError) -> [String] {
    do throws(FileError) {
      return try namesInFolder(folder).filter { !$0.hasPrefix(".") }
    } catch {
      throw DatasetError(folder, .unreadable(error))
    }
  }
}
