import Files

/// Files of a collection that nothing is made of, by what they are.
public struct PassedOver: Sendable {
  public enum Reason: String, Sendable, CaseIterable {
    /// A picture, or a clip, that no caption names.
    case picture, clip
    /// A text without a picture beside it.
    case text
    /// A name in a list of a split that no caption is about.
    case listed
    /// A column, or member, of captions besides the one that is read.
    case column
    /// A list of captions or whatever, in none of the forms, or beside a more telling one.
    case table
    case archive
    /// The end of an archive that was read, which is not marked as one.
    case end
    /// A name that is not UTF-8.
    case name
    /// A link to a folder.
    case link
    /// A link to a folder that it lies in.
    case circle
    /// A folder in too many others.
    case depth
    /// Nothing that captions are made of: hidden, of no known form, a pipe.
    case other
  }
  private var places: [Reason: [String]] = [:]

  init() {}

  /// The paths that are passed over for `reason`, as people read them, in the order of their folders.
  public subscript(reason: Reason) -> [String] { places[reason] ?? [] }

  public var count: Int { places.values.reduce(0) { $0 + $1.count } }

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
