import Files
import Media

/// The contents of a collection, as far as they were read.
package struct CaptionContents: Sendable {
  /// A data set for each split with pictures, in the order train, val, test.
  package private(set) var datasets: [CaptionDataset] = []
  /// The errors of unusable records, in the order of the files.
  package internal(set) var leftOut: [DatasetError] = []

  package subscript(split: CaptionDataset.Split) -> CaptionDataset? {
    datasets.first { $0.split == split }
  }

  /// Further files that captions were read from, as paths.
  var textFiles: [String] = []
  /// The members of archives that are not used.
  var passedOver = PassedOver()

  mutating func add(
    _ pictures: [Gathering.Picture], in finder: PictureFinder, to split: CaptionDataset.Split
  ) {
    var finder = finder
    let known = self[split]?.examples ?? []
    // Pictures without a number get a unique one.
    let count = datasets.reduce(0) { $0 + $1.examples.count }
    let examples = pictures.enumerated().map { index, picture in
      let found = picture.part == nil ? finder.findOrTrust(picture) : nil
      var image = CaptionedImage(
        id: picture.id?.number ?? count + index, folder: finder.folder.path,
        name: found?.name ?? picture.name, kind: picture.kind(found), captions: picture.captions)
      (image.segment, image.part) = (picture.segment, picture.part)
      image.followsLinks = finder.folder.followsLinks
      return image
    }
    let dataset = CaptionDataset(split: split, examples: known + examples)
    datasets.removeAll { $0.split == split }
    datasets.append(dataset)
    datasets.sort { $0.split.order < $1.split.order }
  }
}

extension Gathering.Picture {
  /// The kind of the example: that of the format, unless it is a folder of frames.
  fileprivate func kind(_ found: PictureFinder.Found?) -> CaptionedImage.Kind? {
    found?.kind == .frames ? .frames : kind ?? found?.kind
  }
}

extension CaptionDataset.Split {
  fileprivate var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
