import Files
import Media

/// The findings about the pictures of a collection.
struct PictureFindings {
  typealias Picture = (split: CaptionDataset.Split, image: CaptionedImage)

  private let pictures: [Picture]
  private let inspections: [PictureInspection]

  /// - Parameters:
  ///   - pictures: All pictures of all splits.
  ///   - inspections: The inspection of each picture; empty if they were not opened.
  init(_ pictures: [Picture], _ inspections: [PictureInspection]) {
    (self.pictures, self.inspections) = (pictures, inspections)
    sameGroups = Self.same(pictures, inspections)
    alikeOnes = Self.alike(inspections)
  }

  var findings: [Finding] {
    unusable + leaks + [truncated, moving, copies, alike].compactMap(\.self)
  }

  // MARK: One by one

  private var unusable: [Finding] {
    let errors = inspections.compactMap(\.error)
    let missing = errors.filter { $0.code == .missing }
    let outside = errors.filter { $0.code == .outsideRoot }
    let others = errors.filter { $0.code != .missing && $0.code != .outsideRoot }
    return [
      finding(
        .error, "missing_picture", missing.map(Self.place), "is missing", "are missing",
        "Get them, or train with --skip-bad, which leaves them out."),
      finding(
        .error, "outside_picture", outside.map(\.path), "is a link out of its folder",
        "are links out of their folder",
        "Add --follow-links if they may be followed, or put the pictures themselves into the folder."
      ),
      finding(
        .error, "bad_picture", others.map(\.description), "cannot be decoded", "cannot be decoded",
        "Get fresh copies, or train with --skip-bad, which leaves them out."),
    ].compactMap(\.self)
  }

  /// Returns a missing picture, with the expected target if it is a link.
  private static func place(_ missing: MediaError) -> String {
    destinationOfLink(missing.path) == nil ? missing.path : missing.description
  }

  private var truncated: Finding? {
    let damaged = zip(pictures, inspections).flatMap { picture, inspection in
      inspection.warnings.filter { !$0.isRemark && $0 != .firstPictureOnly }
        .map { "\(picture.image.path): \($0.message)" }
    }
    return finding(
      .warning, "damaged_picture", damaged, "is damaged", "are damaged",
      "What is there is used. Get fresh copies if you can.")
  }

  private var moving: Finding? {
    let moving = zip(pictures, inspections).filter { $1.warnings.contains(.firstPictureOnly) }
    return finding(
      .warning, "moving_picture", moving.map(\.0.image.path),
      "moves, and only its first picture is learned from",
      "move, and only their first pictures are learned from", "Convert those that matter to clips.")
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

  /// The groups of pictures that are the same by name or by content, as indices into `pictures`.
  private let sameGroups: [[Int]]
  /// The groups of pictures that look the same but are different files.
  private let alikeOnes: [[Int]]

  private static func same(
    _ pictures: [Picture], _ inspections: [PictureInspection]
  ) -> [[Int]] {
    let groups = Dictionary(grouping: pictures.indices) { index in
      let image = pictures[index].image
      // Different parts of one clip are not copies.
      let part = image.segment.map { " \($0.start) \($0.end)" } ?? ""
      return ByteName(
        (inspections.isEmpty ? nil : inspections[index].digest?.description) ?? image.path + part)
    }
    return groups.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
  }

  private static func alike(_ inspections: [PictureInspection]) -> [[Int]] {
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
    [
      finding(
        .error, "leak", sameGroups.filter(isLeak).map(names), "is in two splits",
        "are in two splits",
        "Remove them from one: a model that has seen the answers scores too well."),
      finding(
        .warning, "near_leak", alikeOnes.filter(isLeak).map(names), "looks the same in two splits",
        "look the same in two splits", "Look at them; remove copies from one of the splits."),
    ].compactMap(\.self)
  }

  /// Returns true if the group is one part of a clip, described by several people.
  private func isOnePart(_ group: [Int]) -> Bool {
    let images = group.map { pictures[$0].image }
    return images.allSatisfy { $0.segment != nil && ByteName($0.path) == ByteName(images[0].path) }
  }

  private var copies: Finding? {
    finding(
      .warning, "duplicate_picture", sameGroups.filter { !isLeak($0) && !isOnePart($0) }.map(names),
      "is there more than once", "are there more than once",
      "Give one of them all the captions, and remove the others.")
  }

  private var alike: Finding? {
    finding(
      .warning, "near_duplicate_picture", alikeOnes.filter { !isLeak($0) }.map(names),
      "looks like another", "look like others",
      "Look at them; they may be one picture in several sizes.")
  }
}
