import Files

/// MSVD's table (Chen & Dolan, 2011): sentences in many languages about parts of videos.
///
///     VideoID,Start,End,WorkerID,Source,AnnotationTime,Language,Description
///     mv89psg6zh4,33,46,588702,unverified,55,English,A bird in a sink is bathing.
///
/// Only the English ones are read. The clip is `mv89psg6zh4_33_46.avi`, or `.mp4`. The table knows no
/// splits: lists of clips do, `train.txt`, `val.txt` and `test.txt`; without any, all are to learn from.
struct VideoCorpusCSV: CaptionFormat {
  let name = "MSVD table"
  let layout = "a .csv with the columns VideoID,Start,End,Language,Description (MSVD)"

  private static let columns = ["VideoID", "Start", "End", "Language", "Description"]

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    let files = folder.files.filter { file in
      let columns = folder.columns(of: file)
      return Self.columns.allSatisfy(columns.contains)
    }
    guard files.count <= 1 else { throw severalFiles(files.map(folder.path(_:)), in: folder) }
    return files.map { file in
      var source = CaptionSource(
        path: folder.path(file),
        pictureFolders: folder.folders(["videos", "YouTubeClips", "clips", "."]))
      source.splitLists = folder.splitLists(beside: file)
      return source
    }
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let splits = try SplitLists(source.splitLists)
    let clips = Set(source.pictureFolders.flatMap { (try? namesInFolder($0)) ?? [] })
    try gathering.readTable(AnnotationFile(source.path), columns: Self.columns.map { [$0] }) {
      gathering, fields throws(DatasetError.Problem) in
      guard fields[3] == "English" else { return }
      let clip = fields[0...2].joined(separator: "_")
      let name = clips.contains("\(clip).mp4") ? "\(clip).mp4" : "\(clip).avi"
      guard let split = splits.split(of: clip) ?? splits.split(of: name) else { return }
      try gathering.addCaption(fields[4], toFile: name, split: split)
    }
  }
}
