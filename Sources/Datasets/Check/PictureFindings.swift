import Files
import Media

/// What is wrong with the pictures of a collection.
struct PictureFindings {
  /// All pictures of all splits.
  let pictures: [(split: CaptionDataset.Split, image: CaptionedImage)]
  /// What opening each taught us; none if they were not opened.
  let inspections: [PictureInspection]

  var findings: [Finding] {
    unusable + leaks + [truncated, copies, alike].compactMap(\.self)
  }

  // MARK: One by one

  private var unusable: [Finding] {
    let errors = inspections.compactMap(\.error)
    let missing = errors.filter { $0.code == .missing }
    let outside = errors.filter { $0.code == .outsideRoot }
    let others = errors.filter { $0.code != .missing && $0.code != .outsideRoot }
    return [
      finding(
        .error, "missing_picture", missing.map(\.path), "is missing", "are missing",
        "Get them, or train with --skip-bad, which leaves them out."),
      finding(
        .error, "outside_picture", outside.map(\.path), "is a link out of its folder",
        "are links out of their folder", "Put the pictures themselves into the folder."),
      finding(
        .error, "bad_picture", others.map(\.description), "cannot be decoded", "cannot be decoded",
        "Get fresh copies, or train with --skip-bad, which leaves them out."),
    ].compactMap(\.self)
  }

  private var truncated: Finding? {
    let damaged = zip(pictures, inspections).flatMap { picture, inspection in
      inspection.warnings.map { "\(picture.image.path): \($0.message)" }
    }
    return finding(
      .warning, "damaged_picture", damaged, "is damaged", "are damaged",
      "What is there is used. Get fresh copies if you can.")
  }

  private func finding(
    _ severity: Finding.Severity, _ code: String, _ places: [String], _ one: String, _ many: String,
    _ advice: String
  ) -> Finding? {
    guard !places.isEmpty else { return nil }
    let title = places.count == 1 ? "1 picture \(one)" : "\(places.count) pictures \(many)"
    return Finding(severity, code, title, advice: advice, places: places)
  }

  // MARK: Several together

  /// Pictures that are the same by name or by content, as positions in `pictures`.
  private var sameGroups: [[Int]] {
    let groups = Dictionary(grouping: pictures.indices) { index in
      inspections.isEmpty
        ? pictures[index].image.path
        : inspections[index].digest?.description ?? pictures[index].image.path
    }
    return groups.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
  }

  /// Pictures that look the same but are other files.
  private var alikeOnes: [[Int]] {
    let hashed = inspections.indices.filter { inspections[$0].hash != nil }
    let groups = alikeGroups(hashed.compactMap { inspections[$0].hash })
    return groups.map { $0.map { hashed[$0] } }.filter { group in
      Set(group.map { inspections[$0].digest }).count > 1
    }
  }

  private func isLeak(_ group: [Int]) -> Bool { Set(group.map { pictures[$0].split }).count > 1 }

  private func names(_ group: [Int]) -> String {
    group.map { "\(pictures[$0].image.path) (\(pictures[$0].split.rawValue))" }
      .joined(separator: " = ")
  }

  private var leaks: [Finding] {
    let same = sameGroups.filter(isLeak)
    let alike = alikeOnes.filter(isLeak)
    return [
      same.isEmpty
        ? nil
        : Finding(
          .error, "leak", "\(same.count) of the pictures are in two splits",
          advice: "Remove them from one: a model that has seen the answers scores too well.",
          places: same.map(names)),
      alike.isEmpty
        ? nil
        : Finding(
          .warning, "near_leak", "\(alike.count) of the pictures look the same in two splits",
          advice: "Look at them; remove copies from one of the splits.",
          places: alike.map(names)),
    ].compactMap(\.self)
  }

  private var copies: Finding? {
    let groups = sameGroups.filter { !isLeak($0) }
    guard !groups.isEmpty else { return nil }
    return Finding(
      .warning, "duplicate_picture", "\(groups.count) of the pictures are there more than once",
      advice: "Give one of them all the captions, and remove the others.",
      places: groups.map(names))
  }

  private var alike: Finding? {
    let groups = alikeOnes.filter { !isLeak($0) }
    guard !groups.isEmpty else { return nil }
    return Finding(
      .warning, "near_duplicate_picture", "\(groups.count) of the pictures look like others",
      advice: "Look at them; they may be one picture in several sizes.", places: groups.map(names))
  }
}
