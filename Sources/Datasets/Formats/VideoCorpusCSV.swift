import Files

/// MSVD's table (Chen & Dolan, 2011): sentences in many languages about parts of videos.
///
///     VideoID,Start,End,WorkerID,Source,AnnotationTime,Language,Description
///     mv89psg6zh4,33,46,588702,unverified,55,English,A bird in a sink is bathing.
///
/// Only the English sentences are read. The clip is `mv89psg6zh4_33_46.avi`, or another video of
/// that name. The table has no splits: these come from lists of clips, `train.txt` or
/// `train_list.txt`, and so on. Without lists, the 1,970 clips of the whole are split as usual, and
/// fewer are all training data.
struct VideoCorpusCSV: CaptionFormat {
  let name = "MSVD table"
  var goesBySplitLists: Bool { true }
  let layout = "a .csv with the columns VideoID,Start,End,Language,Description (MSVD)"

  private static let columns = ["VideoID", "Start", "End", "Language", "Description"]

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    let files = folder.files.filter { file in
      folder.header(of: file).map { header in
        Self.columns.allSatisfy { header.has($0) }
      } ?? false
    }
    guard files.count <= 1 else { throw severalFiles(files.map(folder.path(_:)), in: folder) }
    return files.map { msvdSource($0, in: folder) }
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let splits = try SplitLists(source.splitLists)
    let mapping = try source.mapping()
    try gathering.readTable(
      AnnotationFile(source.path),
      columns: { header throws(DatasetError.Problem) in
        var places: [Int] = []
        for column in Self.columns {
          places.append(try header.required([column], calling: "'\(column)'"))
        }
        return places
      },
      { gathering, fields throws(DatasetError.Problem) in
        guard trimmed(fields[3]).lowercased() == "english" else { return }
        for field in fields[0...2] { try notBlank(field) }
        try gathering.addMSVD(fields[4], fields[0...2].joined(separator: "_"), splits, mapping)
      })
    if source.splitLists.isEmpty { gathering.dealOutMSVD() }
  }
}
