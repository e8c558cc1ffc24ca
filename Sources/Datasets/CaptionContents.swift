import Files
import Media

/// What was read of a collection.
public struct CaptionContents: Sendable {
  /// One for each split in which there is a picture, in the order train, val, test.
  public private(set) var datasets: [CaptionDataset] = []
  /// Records that say nothing usable, with the reason, in the order of the files.
  public internal(set) var leftOut: [DatasetError] = []

  public subscript(split: CaptionDataset.Split) -> CaptionDataset? {
    datasets.first { $0.split == split }
  }

  /// Further files that captions were read from, as paths.
  var textFiles: [String] = []
  /// What of archives nothing is made of.
  var passedOver = PassedOver()

  mutating func add(
    _ pictures: [Gathering.Picture], in finder: PictureFinder, to split: CaptionDataset.Split
  ) {
    var finder = finder
    let known = self[split]?.examples ?? []
    // Pictures without a number get one that tells them apart.
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
  /// What it is: what the form says, except where it is a folder of frames.
  fileprivate func kind(_ found: PictureFinder.Found?) -> CaptionedImage.Kind? {
    found?.kind == .frames ? .frames : kind ?? found?.kind
  }
}

extension CaptionDataset.Split {
  fileprivate var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
