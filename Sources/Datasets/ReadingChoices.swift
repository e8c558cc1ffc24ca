/// What a user may choose about how a collection is read.
public struct ReadingChoices: Sendable {
  /// The column, or member, that the captions are in; nil takes the first of the usual names.
  public var captionColumn: String?
  /// The folder that pictures are in, where it is none of the usual ones.
  public var pictureFolder: String?
  /// Whether links to pictures are followed out of the folder that they are in.
  public var followsLinks = false

  public init() {}
}
