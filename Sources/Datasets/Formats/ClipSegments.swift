import Files
import Media

/// ActivityNet Captions (Krishna et al., 2017): sentences about parts of clips.
///
///     {"v_QOlSCBRmfWY": {"duration": 82.7, "timestamps": [[0.8, 19.8], …], "sentences": ["A man.", …]}}
///
/// Each sentence is a separate example with only the frames between its times. Swapped times, which
/// occur in the published files, are corrected.
struct ClipSegments: CaptionFormat {
  let name = "ActivityNet Captions JSON"
  let layout =
    "train.json, val_1.json of clips with timestamps and sentences (ActivityNet Captions)"

  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource] {
    folder.files.filter { file in
      ["timestamps", "sentences"].allSatisfy(folder.outline(of: file).membersHave)
    }.map { file in
      CaptionSource(
        path: folder.path(file), split: CaptionDataset.Split(mentionedIn: file) ?? .train,
        pictureFolders: folder.folders(["videos", "."]))
    }
  }

  /// Returns true for the lists of the clips' names that accompany it.
  func isOfOtherTask(_ file: String) -> Bool { file.hasSuffix("_ids.json") }

  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError) {
    for clip in try AnnotationFile(source.path).json(Records.init).clips {
      var sentences: [Field<String>] = []
      var times: [Field<[Field<Double>]>] = []
      let isRead = try gathering.record(clip.name) { _ throws(DatasetError.Problem) in
        try notBlank(clip.name)
        try clip.isObject.requireObject()
        sentences = try clip.sentences.required("sentences", "a list")
        times = try clip.times.required("timestamps", "a list")
        guard times.count == sentences.count else {
          throw .wrongValue(
            member: "timestamps", expected: "a list of \(sentences.count)",
            found: "one of \(times.count)")
        }
      }
      guard isRead else { continue }
      for (number, (sentence, time)) in zip(sentences, times).enumerated() {
        try gathering.record(clip.name) { gathering throws(DatasetError.Problem) in
          var part = Gathering.Picture("\(clip.name).mp4")
          (part.otherNames, part.kind) = ([clip.name], .clip)
          part.segment = try segment(time, "timestamps[\(number)]")
          let text = try sentence.required("sentences[\(number)]")
          let key = "\(clip.name)#\(number)"
          try gathering.add(part, named: key)
          try gathering.addCaption(text, toPicture: key)
        }
      }
    }
  }

  private func segment(
    _ times: Field<[Field<Double>]>, _ place: String
  ) throws(DatasetError.Problem) -> ClipSegment {
    let times = try times.required(place, "a list of two numbers")
    var seconds: [Double] = []
    for time in times { seconds.append(try time.required(place, "a list of two numbers")) }
    guard seconds.count == 2, seconds[0] != seconds[1], let end = seconds.max(),
      let start = seconds.min(), end > 0
    else { throw .badTimes }
    return ClipSegment(start: max(0, start), end: end)
  }
}

private struct Records {
  struct Clip {
    private static let members = ["timestamps", "sentences"]

    let name: String
    var isObject = Field<Void>.missing
    var times = Field<[Field<[Field<Double>]>]>.missing
    var sentences = Field<[Field<String>]>.missing

    init(_ name: String, _ reader: inout JSONReader) throws(JSONError) {
      self.name = name
      isObject = try reader.objectField { key, reader throws(JSONError) in
        switch member(key, of: Self.members) {
        case "timestamps":
          times = try reader.listField { reader throws(JSONError) in
            try reader.listField { reader throws(JSONError) in try reader.numberField() }
          }
        case "sentences":
          sentences = try reader.listField { reader throws(JSONError) in try reader.textField() }
        default: try reader.skipValue()
        }
      }
    }
  }
  private(set) var clips: [Clip] = []

  init(_ reader: inout JSONReader) throws(JSONError) {
    try reader.beginObject()
    while let key = try reader.nextKey() { clips.append(try Clip(key, &reader)) }
  }
}
