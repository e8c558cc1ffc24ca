import Files

/// One of the equal parts into which a batch is divided, for several machines.
///
/// An input's part depends on its name alone, so that it stays the same while other files come and
/// go, and no part needs to know of another.
package struct Shard: Sendable, Equatable {
  /// The number of the part, from 0.
  package let index: Int
  package let count: Int

  /// The whole batch.
  package static let whole = Shard(index: 0, count: 1)
  /// The maximum number of parts, at which the names of their files still sort.
  package static let maximumCount = 99_999

  private init(index: Int, count: Int) { (self.index, self.count) = (index, count) }

  /// Creates a part of a batch; nil if there is none of that number.
  package init?(_ index: Int, of count: Int) {
    guard (1...Self.maximumCount).contains(count), (0..<count).contains(index) else { return nil }
    self.init(index: index, count: count)
  }

  /// Reads `3/16`.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1] else { return nil }
    self.init(index, of: count)
  }

  package func contains(_ input: BatchInput) -> Bool {
    count == 1 || input.number % UInt64(count) == UInt64(index)
  }

  /// Returns a file's name for this part: `results.jsonl`, or `results-00003-of-00016.jsonl`.
  package func fileName(_ stem: String, _ ending: String) -> String {
    count == 1 ? stem + ending : "\(stem)-\(padded(index))-of-\(padded(count))\(ending)"
  }

  /// The name of the file with its rows.
  package var journalName: String { fileName("results", ".jsonl") }

  /// Creates the part whose file of results is called `name`.
  init?(fileName name: String) {
    guard name.hasPrefix("results-"), name.hasSuffix(".jsonl") else { return nil }
    let parts = name.dropFirst(8).dropLast(6).split(separator: "-")
    guard parts.count == 3, parts[1] == "of", let index = Int(parts[0]), let count = Int(parts[2])
    else { return nil }
    self.init(index, of: count)
  }

  private func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}
