import Files
import Media

/// The inputs of one shard, each once, with the state that the journal has of it.
package struct BatchQueue {
  /// The rules that decide which inputs are captioned.
  package struct Rules: Sendable {
    package let shard: Shard
    /// The conditions, by kind, under which an existing row stays valid.
    package let conditions: [MediaKind: [JournalRow.Conditions]]
    /// True if failures of an earlier run are tried again.
    package let retriesFailed: Bool
    package let sideFormats: [SideFormat]
    /// The output folder.
    package let output: String

    package init(
      shard: Shard, conditions: [MediaKind: [JournalRow.Conditions]], retriesFailed: Bool,
      sideFormats: [SideFormat], output: String
    ) {
      (self.shard, self.conditions, self.retriesFailed) = (shard, conditions, retriesFailed)
      (self.sideFormats, self.output) = (sideFormats, output)
    }
  }

  package struct Item: Sendable {
    package let input: BatchInput
    package let stamp: SourceStamp?
    package let finding: JournalIndex.Finding
    /// The path of its side files without the extension; nil if there are none.
    package let sideStem: String?
    /// True if it is to be captioned in this run.
    package let isWaiting: Bool
  }

  private let rules: Rules
  private let index: JournalIndex
  private var walk: InputWalk
  private var seen: Set<UInt64> = []
  private var sideNames = SideFileNames()
  /// The number of inputs left to other shards.
  package private(set) var otherShardCount = 0

  package init(_ inputs: BatchInputs, _ rules: Rules, _ index: JournalIndex) {
    (self.rules, self.index) = (rules, index)
    walk = InputWalk(inputs)
  }

  /// The files without a row of their own so far; the latest ones came before the last input.
  package var leftOut: BatchInputs.LeftOut { walk.leftOut }
  package var unmatchedPatterns: [String] { walk.unmatchedPatterns }

  /// The next input; nil after the last.
  package mutating func next() throws(FileError) -> Item? {
    walk.leftOut.forgetLatest()
    while let input = try walk.next() {
      guard seen.insert(JournalIndex.hash(input.name)).inserted else {
        walk.leftOut.add(.repeated, input.name)
        continue
      }
      // Those of other shards have side files, too, and so take names away.
      let stem = rules.sideFormats.isEmpty ? nil : sideNames.stem(for: input.mirrorPath)
      if rules.shard.contains(input) { return item(input, stem) }
      otherShardCount += 1
    }
    return nil
  }

  private func item(_ input: BatchInput, _ stem: String?) -> Item {
    let stamp = input.stamp
    let finding = index.finding(input.name, stamp, rules.conditions)
    let isWaiting =
      switch finding {
      case .new, .changed: true
      case .failed: rules.retriesFailed
      case .captioned(let kind, _): !hasSideFiles(stem, of: kind)
      }
    return Item(
      input: input, stamp: stamp, finding: finding, sideStem: stem, isWaiting: isWaiting)
  }

  /// Returns true if an input's side files exist and are not empty; a power cut may have left them
  /// empty.
  private func hasSideFiles(_ stem: String?, of kind: MediaKind) -> Bool {
    guard let stem else { return true }
    return rules.sideFormats.allSatisfy { format in
      if format.isForClips && kind == .image { return true }
      let path = joinedPath(rules.output, "\(stem).\(format.rawValue)")
      return FileStatus(path).map { $0.kind == .file && $0.byteCount > 0 } ?? false
    }
  }
}
