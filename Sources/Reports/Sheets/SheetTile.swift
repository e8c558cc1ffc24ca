import Media

/// A picture on a contact sheet, or the frames of a clip's segment side by side, with the texts below.
package struct SheetTile: Sendable {
  /// The picture, or the frames in their order; none stand for one that cannot be shown.
  package var images: [Image]
  /// The text in place of pictures that cannot be shown.
  package var placeholder = ""
  package var caption: String
  /// A remark above the caption, such as the times of a segment.
  package var remark = ""
  /// A fault or a doubt, in a colour of its own.
  package var doubt = ""
  /// The name of the file.
  package var name: String
  /// True for a segment of a clip, which takes the room of several pictures.
  package var isStrip = false

  package init(images: [Image], caption: String, name: String) {
    (self.images, self.caption, self.name) = (images, caption, name)
  }
}

/// The choices of a contact sheet.
package struct SheetChoices: Sendable {
  /// The number of pictures in a row.
  package var columnCount = 5
  /// The longer side of a picture, in pixels.
  package var pictureSize = 240
  /// The maximum number of lines of a caption; a longer one ends in an ellipsis.
  package var lineCount = 3

  package init() {}

  static let gap = 16.0
  static let margin = 24.0

  /// The number of columns that a segment of a clip takes.
  package var stripColumnCount: Int { min(columnCount, 3) }

  /// The width of so many columns, in pixels.
  func width(ofColumns count: Int) -> Double {
    Double(count * pictureSize) + Double(count - 1) * Self.gap
  }

  /// Returns the longer side of each of `count` frames side by side in a segment.
  package func frameSize(of count: Int) -> Int {
    let room = width(ofColumns: stripColumnCount) - Double(max(count, 1) - 1) * Self.frameGap
    return max(16, min(pictureSize, Int(room) / max(count, 1)))
  }

  static let frameGap = 3.0
}
