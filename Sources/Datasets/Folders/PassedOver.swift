import Files

/// The unused files of a collection, by reason.
package struct PassedOver: Sendable {
  package enum Reason: String, Sendable, CaseIterable {
    /// A picture, or a clip, that no caption names.
    case picture, clip
    /// A text without a picture beside it.
    case text
    /// A name in a list of a split that no caption mentions.
    case listed
    /// A column or member of captions that is not read.
    case column
    /// A list in none of the formats, or superseded by a more specific one.
    case table
    case archive
    /// The end of an archive that was read but has no end mark.
    case end
    /// A name that is not UTF-8.
    case name
    /// A link to a folder.
    case link
    /// A link to a folder that it lies in.
    case circle
    /// A folder nested too deeply.
    case depth
    /// A file that cannot hold captions or pictures: hidden, of unknown format, a pipe.
    case other
  }
  private var places: [Reason: [String]] = [:]

  init() {}

  /// Returns the paths skipped for `reason`, for display, in the order of their folders.
  package subscript(reason: Reason) -> [String] { places[reason] ?? [] }

  package var count: Int { places.values.reduce(0) { $0 + $1.count } }

  mutating func add(_ path: String, _ reason: Reason) {
    places[reason, default: []].append(visibleName(path))
  }

  mutating func add(_ other: PassedOver) {
    places.merge(other.places) { $0 + $1 }
  }
}

extension PassedOver.Reason {
  init(_ kind: FileClass) {
    self =
      switch kind {
      case .picture: .picture
      case .clip: .clip
      case .text: .text
      case .table: .table
      case .archive: .archive
      case .other: .other
      }
  }
}
