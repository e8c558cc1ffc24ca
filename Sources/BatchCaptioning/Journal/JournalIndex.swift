import Media

/// What a journal holds, in 16 bytes a row: a million rows must not fill the memory.
///
/// Names and all else are kept as hashes of 64 bits (60 for all else), seeded anew in each process. That two
/// of a million names have the same is less likely than one in ten million.
package struct JournalIndex: Sendable {
  /// For each name what its newest row was made from, and how it ended: in the last four bits 0 for
  /// captions, else the number of the failure.
  private var states: [UInt64: UInt64] = [:]
  /// How many rows of a name have a newer one.
  private(set) var replacedCounts: [UInt64: Int] = [:]

  package init() {}

  package var count: Int { states.count }

  /// Adds a row that stands behind all so far.
  package mutating func add(_ row: JournalRow) {
    let name = Self.hash(row.name)
    let end = row.failure.flatMap { Self.codes.firstIndex(of: $0) }.map { UInt64($0) + 1 } ?? 0
    let state = Self.fingerprint(row.stamp, row.conditions) | end
    if states.updateValue(state, forKey: name) != nil { replacedCounts[name, default: 0] += 1 }
  }

  /// What a journal knows of an input.
  package enum Finding: Sendable, Equatable {
    /// There is no row of it.
    case new
    /// Its row was made from another file, or otherwise.
    case changed
    /// Its row is there, that of a picture or of a clip, whatever its name says.
    case captioned(MediaKind)
    case failed(MediaError.Code)
  }

  package func finding(
    _ name: String, _ stamp: SourceStamp?, _ conditions: [MediaKind: [JournalRow.Conditions]]
  ) -> Finding {
    guard let state = states[Self.hash(name)] else { return .new }
    let kind = MediaKind.allCases.first { kind in
      conditions[kind, default: []].contains { state & ~15 == Self.fingerprint(stamp, $0) }
    }
    guard let kind else { return .changed }
    return state & 15 == 0 ? .captioned(kind) : .failed(Self.codes[Int(state & 15) - 1])
  }

  /// The closed list of failures has fifteen; more would not fit.
  private static let codes = MediaError.Code.allCases

  private static func fingerprint(
    _ stamp: SourceStamp?, _ conditions: JournalRow.Conditions
  ) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(stamp)
    hasher.combine(conditions)
    return UInt64(bitPattern: Int64(hasher.finalize())) & ~15
  }

  /// The hash of a name's bytes: texts are equal, and hash alike, if they look alike, but files are not.
  package static func hash(_ name: String) -> UInt64 {
    var hasher = Hasher()
    var name = name
    name.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }
}
