import Files

/// JSON whose records each name a picture or clip and caption it, as written by many projects.
///
///     [{"image": "train2014/a.jpg", "caption": "a dog", "image_id": "coco_9"}]         BLIP, LAVIS
///     [{"videoID": "Ptf_2VRj-V0_000122_000132", "enCap": ["A dog.", "A dog runs."]}]   VATEX
///     {"data": [{"image_path": "train/a.jpg", "caption_str": "a dog", …}]}             TextCaps
///     {"train": [{"image_path": ["a.png", "b.png"], "report": "No findings."}]}        R2Gen
///     {"image_path": "a.jpg", "caption": "a dog"}                                      musubi, on each line
///
/// `CaptionRow` determines the members that are read. Lines may end with a comma, and a file with
/// the extension of JSON lines may be one list; a single object is one record. The split is in the
/// record, or the key of the list, or in the file's name, or a folder on the way to the picture.
/// `vis.json` of neuraltalk2 names no pictures: they are `imgs/img1.jpg` and so on.
struct CaptionRecords: CaptionFormat {
  let name = "JSON caption records"
  var takesCaptionColumn: Bool { true }
  let layout =
    "a .json list, or .jsonl lines, of records with image and caption (BLIP, VATEX, TextCaps)"

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    try sources(
      folder.files.filter { isList($0, in: folder) }, in: folder,
      pictureFolders: [".", "images", "videos"])
  }

  private func isList(_ file: String, in folder: CollectionFolder) -> Bool {
    // The metadata of an imagefolder are a separate format.
    guard stem(file).lowercased() != "metadata" else { return false }
    let outline = folder.outline(of: file)
    let column = folder.choices.captionColumn
    return outline.isOfRows(captionColumn: column)
      || isOfShownPictures(outline) && isFolder(folder.path("imgs"))
  }

  private func isOfShownPictures(_ outline: JSONOutline) -> Bool {
    outline.has("image_id", "caption", in: "")
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let file = try AnnotationFile(source.path)
    let column = gathering.choices.captionColumn
    func split(_ name: String) -> CaptionDataset.Split? { source.split ?? .init(ofPath: name) }
    if file.isInLines {
      try gathering.readRows(file) { gathering, row, name throws(DatasetError) in
        try gathering.add(row, name, split: split)
      }
      return
    }
    if file.isOneRow(captionColumn: column) {
      let row = try file.json { reader throws(JSONError) in
        try CaptionRow(&reader, captionColumn: column)
      }
      return try gathering.add(row, "the object", split: split)
    }
    let lists = try file.json { reader throws(JSONError) in
      try Self.lists(&reader, captionColumn: column)
    }
    for (key, rows) in lists {
      let split = CaptionDataset.Split(named: key)
      // One record without a picture among others is bad; if none has one, they are numbered.
      let isNumbered = !rows.contains(where: \.namesPicture)
      for (index, row) in rows.enumerated() {
        let row = isNumbered ? row.naming("imgs/img\(index + 1).jpg") : row
        try gathering.add(
          row, "\(key)[\(index)]", split: { split ?? source.split ?? .init(ofPath: $0) })
      }
    }
  }

  /// Returns the lists of records by their keys: one without a key, or all in the object at the
  /// top.
  private static func lists(
    _ reader: inout JSONReader, captionColumn: String?
  ) throws(JSONError) -> [(key: String, rows: [CaptionRow])] {
    guard try reader.peek() == .object else {
      return [("", try CaptionRow.list(&reader, captionColumn: captionColumn))]
    }
    var lists: [(String, [CaptionRow])] = []
    try reader.beginObject()
    while let key = try reader.nextKey() {
      guard try reader.peek() == .array else {
        try reader.skipValue()
        continue
      }
      let rows = try CaptionRow.list(&reader, captionColumn: captionColumn)
      // Other lists in such files are about other things.
      if rows.contains(where: \.namesPicture) { lists.append((key, rows)) }
    }
    return lists
  }
}

extension JSONOutline {
  /// Returns true if there are lists, lines or one object with pictures and captions.
  func isOfRows(captionColumn: String?) -> Bool {
    CaptionRow.fits(topKeys, captionColumn: captionColumn) || hasRows(captionColumn)
  }

  fileprivate func hasRows(_ captionColumn: String?) -> Bool {
    keys.values.contains { CaptionRow.fits($0, captionColumn: captionColumn) }
  }
}

extension AnnotationFile {
  /// Returns true if the one object in the file is a record, rather than an object of lists of
  /// records.
  fileprivate func isOneRow(captionColumn: String?) -> Bool {
    let outline = withText { JSONOutline(of: Array($0.prefix(CollectionFolder.outlineSize))) }
    return !outline.hasRows(captionColumn)
      && CaptionRow.fits(outline.topKeys, captionColumn: captionColumn)
  }
}
