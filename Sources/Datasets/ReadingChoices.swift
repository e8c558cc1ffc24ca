/// The user's choices for reading a collection.
package struct ReadingChoices: Sendable {
  /// The column or member of the captions; nil for the first of the usual names.
  package var captionColumn: String?
  /// The folder of the pictures, if it is none of the usual ones.
  package var pictureFolder: String?
  /// True if links to pictures are followed out of their folder.
  package var followsLinks = false

  package init() {}
}
