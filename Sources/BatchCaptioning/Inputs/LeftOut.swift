extension BatchInputs {
  /// What was met in folders, lists and archives and gets no row of its own.
  package struct LeftOut: Sendable, Equatable {
    package enum Reason: String, Sendable, CaseIterable {
      /// Its name begins with a point.
      case hidden
      /// Neither picture nor clip, by name and by content.
      case notMedia = "not_media"
      /// Symbolic links that are not followed.
      case links
      /// Links into folders that are gone through already, as in a circle.
      case circles
      /// Links to nothing that is there, called like nothing that could be captioned.
      case brokenLinks = "broken_links"
      /// Links and second names in archives.
      case archiveLinks = "archive_links"
      /// Members of archives in whose place a later one of the same name lies once they are unpacked.
      case replaced
      /// Archives in archives.
      case nested
      /// Archives without a file in them.
      case emptyArchives = "empty_archives"
      /// Archives with bytes behind their end, or in front, that are in no member.
      case rests
      /// Archives that do not say where they end, so that some of them may be missing.
      case unended
      /// Single pictures and clips that are compressed once more, such as `a.jpg.gz`.
      case compressed
      /// Its name promises nothing, and it cannot be opened to be looked at.
      case unreadable
      /// Pipes, sockets and devices.
      case others
      /// Folders in folders.
      case folders
      /// It has a row already.
      case repeated
    }
    package struct Entry: Sendable, Equatable {
      package let reason: Reason
      package let name: String
    }

    /// How many names are kept for each reason.
    package static let exampleCount = 5

    package private(set) var counts: [Reason: Int] = [:]
    /// The first few names of each reason.
    package private(set) var examples: [Reason: [String]] = [:]
    /// All that came since `forgetLatest()`.
    package private(set) var latest: [Entry] = []

    package init() {}

    package subscript(reason: Reason) -> Int { counts[reason] ?? 0 }

    package mutating func add(_ reason: Reason, _ name: String) {
      counts[reason, default: 0] += 1
      if self[reason] <= Self.exampleCount { examples[reason, default: []].append(name) }
      latest.append(Entry(reason: reason, name: name))
    }

    /// Takes over what another run counted.
    mutating func set(_ reason: Reason, _ count: Int, examples names: [String]) {
      (counts[reason], examples[reason]) = (count > 0 ? count : nil, names.isEmpty ? nil : names)
    }

    mutating func forgetLatest() { latest.removeAll(keepingCapacity: true) }
  }
}
