import Files

/// The captions that people wrote of pictures or clips, to score others against.
///
///     let references = try ReferenceCaptions(at: "captions_val.json")
///     let results = try ResultCaptions(at: "results.json")
package struct ReferenceCaptions: Sendable {
  package struct Picture: Sendable, Equatable {
    /// The id in a file of COCO captions.
    package let id: RecordID?
    /// The name of its file; nil where only an id is known.
    package let name: String?
    /// The path of its file, if it is known and a picture.
    package let path: String?
    /// The captions as they were written; one may be empty.
    package let captions: [String]

    package init(
      id: RecordID? = nil, name: String? = nil, path: String? = nil, captions: [String]
    ) {
      (self.id, self.name, self.path, self.captions) = (id, name, path, captions)
    }

    /// Its name in messages and results: the id, else the name of its file.
    package var label: String { id?.text ?? name ?? "" }
  }

  /// The file or folder that they were read from.
  package let path: String
  /// The pictures with captions, in the order of the file.
  package let pictures: [Picture]
  /// True if ids are texts in the file, `"9"` rather than `9`.
  package let haveTextIDs: Bool
  /// The number of pictures without a caption, which are left out.
  package let uncaptionedCount: Int
  /// The number of captions that were left out, because they have no text.
  package private(set) var leftOutCount = 0

  package init(
    _ path: String, _ pictures: [Picture], haveTextIDs: Bool = false,
    keepingUncaptioned keepsUncaptioned: Bool = false
  ) {
    self.path = path
    self.haveTextIDs = haveTextIDs
    self.pictures = pictures.filter { keepsUncaptioned || !$0.captions.isEmpty }
    uncaptionedCount = pictures.count - self.pictures.count
  }

  /// Takes the captions of a split of a data set.
  ///
  /// - Parameters:
  ///   - dataset: The split.
  ///   - path: The path of the data set.
  ///   - files: The files that it was read from; those of COCO captions give its pictures their ids.
  ///   - leftOutCount: The number of its captions that were left out.
  package init(
    _ dataset: CaptionDataset, of path: String, in files: [String] = [],
    leavingOut leftOutCount: Int = 0
  ) {
    let known = files.compactMap { file in
      (try? Self(coco: file, ReadingChoices(), keepingUncaptioned: true)).flatMap(\.self)
        .map { (ids: $0, index: ReferenceIndex($0)) }
    }
    self.init(
      path,
      dataset.examples.map { example in
        let isFile = example.kind == .picture && example.part == nil
        let ids = known.compactMap { known in
          known.index.place(of: example.name).flatMap { known.ids.pictures[$0].id }
        }
        // A name that several files have is none of a picture's id.
        return Picture(
          id: ids.count == 1 ? ids[0] : nil, name: example.name, path: isFile ? example.path : nil,
          captions: example.captions)
      }, haveTextIDs: known.contains { $0.ids.haveTextIDs })
    self.leftOutCount = leftOutCount
  }

  /// Reads the ids and files of pictures in COCO's form, with or without captions.
  ///
  /// - Throws: `DatasetError`, if it is no such file.
  package static func identities(at path: String) throws(DatasetError) -> ReferenceCaptions {
    let found =
      try isFolder(path) ? nil : Self(coco: path, ReadingChoices(), keepingUncaptioned: true)
    guard let found else {
      throw DatasetError(path, .missingMember("images", form: "a file of COCO's form"))
    }
    return found
  }

  /// Reads references.
  ///
  /// COCO captions keep their ids and every caption, also an empty one, as pycocoevalcap has it. Other files and
  /// folders are read like data sets.
  ///
  /// - Parameters:
  ///   - path: A file of captions or a folder.
  ///   - split: The split to read of a data set with several; nil if it has only one.
  ///   - choices: The reading options.
  /// - Throws: `DatasetError`, if they cannot be read, have no captions, or are of several splits.
  package init(
    at path: String, split: CaptionDataset.Split? = nil,
    _ choices: ReadingChoices = ReadingChoices()
  ) throws(DatasetError) {
    if !isFolder(path), let found = try Self(coco: path, choices) {
      let named = CaptionDataset.Split(
        mentionedIn: path.split(separator: "/").last.map(String.init) ?? path)
      if let split, split != named {
        throw DatasetError(path, .noSplit(split.rawValue, found: named.map { [$0.rawValue] } ?? []))
      }
      self = found
    } else {
      let collection = try CaptionCollection(at: path, choices)
      let contents = try collection.read(needingPictures: false)
      let splits = contents.datasets.map(\.split)
      guard let wanted = split ?? (splits.count == 1 ? splits[0] : nil) else {
        throw DatasetError(path, .severalSplits(splits.map(\.rawValue)))
      }
      guard let dataset = contents[wanted] else {
        throw DatasetError(path, .noSplit(wanted.rawValue, found: splits.map(\.rawValue)))
      }
      self.init(
        dataset, of: path, in: collection.files, leavingOut: contents.leftOut.count)
    }
    guard !pictures.isEmpty else { throw DatasetError(path, .noReferences) }
  }

  /// Reads a file of COCO captions; nil if it is no such file.
  private init?(
    coco path: String, _ choices: ReadingChoices,
    keepingUncaptioned keepsUncaptioned: Bool = false
  ) throws(DatasetError) {
    let file = try AnnotationFile(path)
    let outline = file.withText { JSONOutline(of: Array($0.prefix(CollectionFolder.outlineSize))) }
    guard outline.has("image_id", "caption", in: "annotations") || outline.has("id", in: "images")
    else { return nil }
    let records = try file.json(COCORecords.init)
    guard keepsUncaptioned || !records.annotations.isEmpty else { return nil }
    var pictures: [(id: RecordID, name: String?, captions: [String])] = []
    var places: [RecordID: Int] = [:]
    func record<Value>(
      _ name: String, _ body: () throws(DatasetError.Problem) -> Value
    ) throws(DatasetError) -> Value {
      do throws(DatasetError.Problem) {
        return try body()
      } catch {
        throw DatasetError(path, record: name, error)
      }
    }
    for (index, image) in records.images.enumerated() {
      let (id, name) = try record("images[\(index)]") { () throws(DatasetError.Problem) in
        try image.isObject.requireObject()
        let id = try image.id.requiredID("id")
        if places[id] != nil { throw .repeatedImage(id: id.description) }
        return (id, try image.fileName.optional("file_name"))
      }
      places[id] = pictures.count
      pictures.append((id, name, []))
    }
    for (index, annotation) in records.annotations.enumerated() {
      let (id, captions) = try record("annotations[\(index)]") { () throws(DatasetError.Problem) in
        try annotation.isObject.requireObject()
        let id = try annotation.imageID.requiredID("image_id")
        if places[id] == nil, records.hasImages { throw .unknownImage(id: id.description) }
        var captions: [String] = []
        let list = try annotation.captions.optional("captions", "a list of texts")
        if list == nil || !annotation.caption.isMissing {
          captions.append(try annotation.caption.required("caption"))
        }
        for (number, text) in (list?.texts ?? []).enumerated() {
          captions.append(try text.required("captions[\(number)]"))
        }
        return (id, captions)
      }
      if let place = places[id] {
        pictures[place].captions += captions
      } else {
        places[id] = pictures.count
        pictures.append((id, nil, captions))
      }
    }
    self.init(
      path,
      pictures.map { id, name, captions in
        let folder = choices.pictureFolder
        return Picture(
          id: id, name: name, path: folder.flatMap { folder in name.map { "\(folder)/\($0)" } },
          captions: captions)
      },
      haveTextIDs: records.images.contains(where: \.hasTextID),
      keepingUncaptioned: keepsUncaptioned)
  }
}
