import Datasets
import Media

/// A picture, or a part of a clip, among results.
package struct ShownPart: Sendable {
  package let row: ShownResults.Row
  /// Nil if there are no captions.
  package let part: ShownResults.Part?

  /// Returns all parts of results, in their order; a row without parts is one, too.
  package static func all(of results: ShownResults) -> [ShownPart] {
    results.rows.flatMap { row in
      var row = row
      if MediaKind(fileName: row.name) == .video { row.isClip = true }
      return row.parts.isEmpty
        ? [ShownPart(row: row, part: nil)] : row.parts.map { ShownPart(row: row, part: $0) }
    }
  }

  /// The first caption; empty if there is none.
  package var caption: String { part?.captions.first ?? "" }

  /// The states by which a reader looks for parts, the most serious first.
  package enum State: String, Sendable, CaseIterable {
    case failed, withheld, unsure, warnings, fine
  }

  package var state: State {
    if row.failure != nil { return .failed }
    if part?.isWithheld ?? false { return .withheld }
    if part?.isUnsure ?? false { return .unsure }
    return row.doubt(of: part).isEmpty ? .fine : .warnings
  }
}
