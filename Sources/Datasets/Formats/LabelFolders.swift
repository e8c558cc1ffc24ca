import Files
import Media

/// Clips in folders that are called as their labels are, as action recognition has them.
///
///     train/waving/clip1.mp4      train/waving/clip2/0001.jpg …      val/running/clip7.mp4
///
/// A clip is a video, a picture, or a folder of frames. Hidden files, and such as are neither by their
/// names, are passed over.
struct LabelFolders: CaptionFormat {
  let name = "folders of labels"
  let layout =
    "train/LABEL/ and val/LABEL/ with videos or folders of frames in them (--task classify)"

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    guard !folder.isOneFile else { return [] }
    var sources: [CaptionSource] = []
    for name in folder.names {
      guard let split = CaptionDataset.Split(named: name), isFolder(folder.path(name)),
        try !labels(in: folder.path(name)).isEmpty
      else { continue }
      sources.append(
        CaptionSource(
          path: folder.path(name), split: split, pictureFolders: [folder.path(name)]))
    }
    return sources
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    for label in try labels(in: source.path) {
      let folder = "\(source.path)/\(label)"
      let clips = try names(in: folder).filter {
        MediaKind(fileName: $0) != nil || isFolder("\(folder)/\($0)")
      }
      try gathering.record(label) { gathering throws(DatasetError.Problem) in
        guard !clips.isEmpty else { throw .noClips }
      }
      for clip in clips {
        try gathering.record("\(label)/\(clip)") { gathering throws(DatasetError.Problem) in
          let kind: CaptionedImage.Kind? = isFolder("\(folder)/\(clip)") ? .frames : nil
          try gathering.addPicture(named: "\(label)/\(clip)", file: "\(label)/\(clip)", kind: kind)
          try gathering.addCaption(label, toPicture: "\(label)/\(clip)")
        }
      }
    }
  }

  private func labels(in folder: String) throws(DatasetError) -> [String] {
    try names(in: folder).filter { isFolder("\(folder)/\($0)") }
  }

  /// All in `folder` that is not hidden.
  private func names(in folder: String) throws(DatasetError) -> [String] {
    do throws(FileError) {
      return try namesInFolder(folder).filter { !$0.hasPrefix(".") }
    } catch {
      throw DatasetError(folder, .unreadable(error))
    }
  }
}
