/// Pictures with the captions people wrote for them: what every caption collection becomes.
///
/// A value without pixels; whoever needs those opens the paths.
public struct CaptionDataset: Sendable, Equatable {
  /// What a part of a collection is for.
  public enum Split: String, Sendable, CaseIterable {
    case train
    case validation = "val"
    case test
  }
  public let split: Split
  /// Each picture once, in the order of the collection.
  public let examples: [CaptionedImage]
  /// How many captions held nothing but blanks, and were left out.
  public let blankCaptionCount: Int

  public init(split: Split, examples: [CaptionedImage], blankCaptionCount: Int = 0) {
    self.split = split
    self.examples = examples
    self.blankCaptionCount = blankCaptionCount
  }

  /// How many captions all pictures have together.
  public var captionCount: Int { examples.reduce(0) { $0 + $1.captions.count } }
}

/// A picture and its captions.
public struct CaptionedImage: Sendable, Equatable {
  /// The number the collection gives the picture.
  public let id: Int
  public let path: String
  /// Without blanks around; empty for a picture that only waits for its caption.
  public let captions: [String]

  public init(id: Int, path: String, captions: [String]) {
    self.id = id
    self.path = path
    self.captions = captions
  }
}
