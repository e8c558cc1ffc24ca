extension BatchInputs {
  /// The files found in folders, lists and archives that get no row of their own.
  package struct LeftOut: Sendable, Equatable {
    package enum Reason: String, Sendable, CaseIterable {
      /// A name that begins with a dot.
      case hidden
      /// Neither picture nor clip, by name and by content.
      case notMedia = "not_media"
      /// Symbolic links that are not followed.
      case links
      /// Links into folders that are already searched, as in a circle.
      case circles
      /// Broken links whose names are not those of pictures, clips or archives.
      case brokenLinks = "broken_links"
      /// Symbolic and hard links in archives.
      case archiveLinks = "archive_links"
      /// Members of archives that a later one of the same name replaces on unpacking.
      case replaced
      /// Archives in archives.
      case nested
      /// Archives without files.
      case emptyArchives = "empty_archives"
      /// Archives with bytes before or after them that belong to no member.
      case rests
      /// Archives without an end mark, of which a part may be missing.
      case unended
      /// Single compressed pictures and clips, such as `a.jpg.gz`.
      case compressed
      /// Files without a telling name that cannot be opened to be examined.
      case unreadable
      /// Pipes, sockets and devices.
      case others
      /// Subfolders.
      case folders
      /// Inputs that have a row already.
      case repeated
    }
    package struct Entry: Sendable, Equatable {
      package let reason: Reason
      package let name: String
    }

    /// The number of names kept for each reason.
    package static let exampleCount = 5

    package private(set) var counts: [Reason: Int] = [:]
    /// The first few names of each reason.
    package private(set) var examples: [Reason: [String]] = [:]
    /// The entries since `forgetLatest()`.
    package private(set) var latest: [Entry] = []

    package init() {}

    package subscript(reason: Reason) -> Int { counts[reason] ?? 0 }

    package mutating func add(_ reason: Reason, _ name: String) {
      counts[reason, default: 0] += 1
      if self[reason] <= Self.exampleCount { examples[reason, default: []].append(name) }
      latest.append(Entry(reason: reason, name: name))
    }

    /// Sets the count of another run.
    mutating func set(_ reason: Reason, _ count: Int, examples names: [String]) {
      (counts[reason], examples[reason]) = (count > 0 ? count : nil, names.isEmpty ? nil : names)
    }

    mutating func forgetLatest() { latest.removeAll(keepingCapacity: true) }
  }
}
