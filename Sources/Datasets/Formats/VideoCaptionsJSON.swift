import Files

/// MSR-VTT's JSON (Xu et al., 2016): clips and sentences about them.
///
///     {"videos": [{"video_id": "video0", "split": "train", "id": 0, "start time": 137.72, …}],
///      "sentences": [{"video_id": "video0", "caption": "a car is shown", "sen_id": 0}]}
///
/// The clip of `video0` is `video0.mp4` in `videos`, or where the archives put it. The split is called
/// `validate` there.
struct VideoCaptionsJSON: CaptionFormat {
  let name = "MSR-VTT JSON"
  let layout = "train_val_videodatainfo.json or videodatainfo_2017.json (MSR-VTT)"

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    let files = folder.files.filter {
      let outline = folder.outline(of: $0)
      return outline.has("video_id", in: "videos") || outline.has("video_id", in: "sentences")
    }
    // The test part of 2016 is a separate file, whose clips no other file lists.
    guard Set(files.map { $0.contains("test") }).count == files.count else {
      throw severalFiles(files.map(folder.path(_:)), in: folder)
    }
    return files.map {
      CaptionSource(
        path: folder.path($0),
        pictureFolders: folder.folders(["videos", "."]))
    }
  }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    let records = try AnnotationFile(source.path).json(Records.init)
    guard records.hasVideos else {
      throw DatasetError(source.path, .missingMember("videos", form: "in the form of MSR-VTT"))
    }
    for (index, video) in records.videos.enumerated() {
      try gathering.record("videos[\(index)]") { gathering throws(DatasetError.Problem) in
        try video.isObject.requireObject()
        let name = try video.name.requiredID("video_id")
        try notBlank(name.text)
        let split = try video.split.required("split")
        guard let known = CaptionDataset.Split(named: split) else { throw .unknownSplit(split) }
        var clip = Gathering.Picture("\(name.text).mp4")
        // The clip has this name, whatever its format.
        (clip.otherNames, clip.split, clip.kind) = ([name.text], known, .clip)
        clip.id = try video.number.optional("id", "a whole number or a text")
        try gathering.add(clip, named: name.text)
      }
    }
    for (index, sentence) in records.sentences.enumerated() {
      try gathering.record("sentences[\(index)]") { gathering throws(DatasetError.Problem) in
        try sentence.isObject.requireObject()
        let name = try sentence.name.requiredID("video_id")
        try gathering.addCaption(sentence.caption.required("caption"), toPicture: name.text)
      }
    }
  }
}

private struct Records {
  struct Video {
    var isObject = Field<Void>.missing
    var name = Field<RecordID>.missing
    var split = Field<String>.missing
    var number = Field<RecordID>.missing
  }
  struct Sentence {
    var isObject = Field<Void>.missing
    var name = Field<RecordID>.missing
    var caption = Field<String>.missing
  }
  private static let members = ["videos", "sentences"]

  var hasVideos = false
  var videos: [Video] = []
  var sentences: [Sentence] = []

  init(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      let isNull = try reader.peek() == .null
      switch member(key, of: Self.members) {
      case "videos" where !isNull:
        hasVideos = true
        try reader.beginArray()
        while try reader.nextElement() { videos.append(try Video(&reader)) }
      case "sentences" where !isNull:
        try reader.beginArray()
        while try reader.nextElement() { sentences.append(try Sentence(&reader)) }
      default: try reader.skipValue()
      }
    }
  }
}

extension Records.Video {
  private static let members = ["video_id", "split", "id"]

  fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
    isObject = try reader.objectField { key, reader throws(JSONError) in
      switch member(key, of: Self.members) {
      case "video_id": name = try reader.idField()
      case "split": split = try reader.textField()
      case "id": number = try reader.idField()
      default: try reader.skipValue()
      }
    }
  }
}

extension Records.Sentence {
  private static let members = ["video_id", "caption"]

  fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
    isObject = try reader.objectField { key, reader throws(JSONError) in
      switch member(key, of: Self.members) {
      case "video_id": name = try reader.idField()
      case "caption": caption = try reader.textField()
      default: try reader.skipValue()
      }
    }
  }
}
