import Media

/// The content of a journal in 16 bytes per row, so that a million rows do not fill the memory.
///
/// Names and conditions are kept as hashes of 64 bits (59 for conditions), seeded anew in each
/// process. The chance that two of a million names have the same hash is below one in ten million.
package struct JournalIndex: Sendable {
  /// The state of the newest row of each name: a hash of what it was made from and, in the last five bits, 0 for
  /// captions, 16 for captions that are withheld, or else the number of the failure.
  private var states: [UInt64: UInt64] = [:]
  /// The number of rows of each name that have a newer one.
  private(set) var replacedCounts: [UInt64: Int] = [:]

  package init() {}

  package var count: Int { states.count }

  /// Adds a row that follows all rows so far.
  package mutating func add(_ row: JournalRow) {
    let name = Self.hash(row.name)
    let end = row.failure.flatMap { Self.codes.firstIndex(of: $0) }.map { UInt64($0) + 1 } ?? 0
    let state =
      Self.fingerprint(row.stamp, row.conditions) | end | (row.isWithheld ? Self.withheld : 0)
    if states.updateValue(state, forKey: name) != nil { replacedCounts[name, default: 0] += 1 }
  }

  /// The state of an input in a journal.
  package enum Finding: Sendable, Equatable {
    /// It has no row.
    case new
    /// Its row was made from another file, or under other conditions.
    case changed
    /// It has a row, as a picture or as a clip, whatever its name says.
    case captioned(MediaKind, isWithheld: Bool)
    case failed(MediaError.Code)
  }

  package func finding(
    _ name: String, _ stamp: SourceStamp?, _ conditions: [MediaKind: [JournalRow.Conditions]]
  ) -> Finding {
    guard let state = states[Self.hash(name)] else { return .new }
    let kind = MediaKind.allCases.first { kind in
      conditions[kind, default: []].contains { state & ~31 == Self.fingerprint(stamp, $0) }
    }
    guard let kind else { return .changed }
    return state & 15 == 0
      ? .captioned(kind, isWithheld: state & Self.withheld != 0)
      : .failed(Self.codes[Int(state & 15) - 1])
  }

  private static let withheld: UInt64 = 16

  /// The closed list of failures has fifteen; more would not fit.
  private static let codes = MediaError.Code.allCases

  private static func fingerprint(
    _ stamp: SourceStamp?, _ conditions: JournalRow.Conditions
  ) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(stamp)
    hasher.combine(conditions)
    return UInt64(bitPattern: Int64(hasher.finalize())) & ~31
  }

  /// Returns the hash of a name's bytes: Swift's texts are equal, and hash alike, if they look
  /// alike, but files are not.
  package static func hash(_ name: String) -> UInt64 {
    var hasher = Hasher()
    var name = name
    name.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }
}
