import Text

// Captions as labels, for those who learn to tell clips apart.

extension CaptionDataset {
  /// The same pictures and clips, each with one caption, its label: in lower case, with single blanks.
  ///
  /// - Parameters:
  ///   - badRecords: What to do about those that have no label, or several.
  ///   - leftOut: Gets what is wrong with those that are left out.
  /// - Returns: Those that have one.
  /// - Throws: What is wrong with the first that has not, unless such are left out.
  package func labelled(
    _ badRecords: BadRecords, leavingOut leftOut: inout [DatasetError]
  ) throws(DatasetError) -> CaptionDataset {
    try kept(badRecords, leavingOut: &leftOut) { example throws(DatasetError) in
      try example.labelled()
    }
  }

  /// The labels that there are, in the order of the alphabet.
  package var labels: [String] { Set(examples.flatMap(\.captions)).sorted() }

  /// Throws unless there are labels enough at `path` to learn to tell clips apart.
  package func checkLabels(at path: String) throws(DatasetError) {
    guard labels.count > 1 else { throw DatasetError(path, .fewLabels(labels)) }
  }

  /// Those whose labels are among `known`, which are learned.
  ///
  /// - Parameters:
  ///   - known: All labels that are learned.
  ///   - badRecords: What to do about the others.
  ///   - leftOut: Gets what is wrong with those that are left out.
  /// - Returns: Those with such labels.
  /// - Throws: What is wrong with the first that has another, unless such are left out.
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
