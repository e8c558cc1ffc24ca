import Text

// Captions as labels, for the classification of clips.

extension CaptionDataset {
  /// Returns the same pictures and clips, each with one caption, its label, in lower case, with
  /// single blanks.
  ///
  /// - Parameters:
  ///   - badRecords: The treatment of examples with no label, or several.
  ///   - leftOut: Receives the errors of examples that are left out.
  /// - Returns: The examples with one label.
  /// - Throws: The error of the first other example, unless such are left out.
  package func labelled(
    _ badRecords: BadRecords, leavingOut leftOut: inout [DatasetError]
  ) throws(DatasetError) -> CaptionDataset {
    try kept(badRecords, leavingOut: &leftOut) { example throws(DatasetError) in
      try example.labelled()
    }
  }

  /// The labels of the data set, in alphabetical order.
  package var labels: [String] { Set(examples.flatMap(\.captions)).sorted() }

  /// Throws unless the data set at `path` has enough labels to train a classifier.
  package func checkLabels(at path: String) throws(DatasetError) {
    guard labels.count > 1 else { throw DatasetError(path, .fewLabels(labels)) }
  }

  /// Returns the examples whose labels are among `known`, the labels that are trained.
  ///
  /// - Parameters:
  ///   - known: The labels that are trained.
  ///   - badRecords: The treatment of other examples.
  ///   - leftOut: Receives the errors of examples that are left out.
  /// - Returns: The examples with such labels.
  /// - Throws: The error of the first other example, unless such are left out.
  package func having(
    labels known: [String], _ badRecords: BadRecords, leavingOut leftOut: inout [DatasetError]
  ) throws(DatasetError) -> CaptionDataset {
    let all = Set(known)
    return try kept(badRecords, leavingOut: &leftOut) { example throws(DatasetError) in
      if let label = example.captions.first(where: { !all.contains($0) }) {
        throw DatasetError(example.path, .unlearnedLabel(label, known: known))
      }
      return example
    }
  }

  private func kept(
    _ badRecords: BadRecords, leavingOut leftOut: inout [DatasetError],
    _ change: (CaptionedImage) throws(DatasetError) -> CaptionedImage
  ) throws(DatasetError) -> CaptionDataset {
    var kept: [CaptionedImage] = []
    for example in examples {
      do throws(DatasetError) {
        kept.append(try change(example))
      } catch {
        guard badRecords == .leaveOut else { throw error }
        leftOut.append(error)
      }
    }
    return CaptionDataset(split: split, examples: kept)
  }
}

extension CaptionedImage {
  fileprivate func labelled() throws(DatasetError) -> CaptionedImage {
    var labels: [String] = []
    for caption in captions {
      let label = caption.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
      if !label.isEmpty, !labels.contains(label) { labels.append(label) }
    }
    guard let label = labels.first else { throw DatasetError(path, .noLabel) }
    guard labels.count == 1 else { throw DatasetError(path, .severalLabels(labels)) }
    guard label.isStorable, !Vocabulary.specialWords.contains(label) else {
      throw DatasetError(path, .unusableLabel(label))
    }
    var labelled = CaptionedImage(
      id: id, folder: folder, name: name, kind: kind, captions: [label])
    (labelled.extent, labelled.segment, labelled.part) = (extent, segment, part)
    labelled.followsLinks = followsLinks
    return labelled
  }
}
