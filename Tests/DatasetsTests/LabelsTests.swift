import Testing

@testable import Datasets

@Suite("Labels")
struct LabelsTests {
  private func dataset(_ captions: [String: [String]]) -> CaptionDataset {
    CaptionDataset(
      split: .train,
      examples: captions.sorted { $0.key < $1.key }.map {
        CaptionedImage(id: 0, path: "clips/\($0.key)", captions: $0.value)
      })
  }

  private func labelled(
    _ captions: [String: [String]], _ badRecords: BadRecords = .stop
  ) throws -> (dataset: CaptionDataset, leftOut: [DatasetError]) {
    var leftOut: [DatasetError] = []
    let dataset = try dataset(captions).labelled(badRecords, leavingOut: &leftOut)
    return (dataset, leftOut)
  }

  @Test(
    "are captions in lower case with single blanks, and those of a clip that are the same are one")
  func normalized() throws {
    let found = try labelled([
      "a.mp4": ["Playing  Guitar"], "b.mp4": ["waving", " Waving"], "c.mp4": ["playing\tguitar"],
    ])
    #expect(found.leftOut.isEmpty)
    #expect(
      found.dataset.examples.map(\.captions) == [
        ["playing guitar"], ["waving"], ["playing guitar"],
      ])
    #expect(found.dataset.labels == ["playing guitar", "waving"])
    #expect(found.dataset.examples.map(\.path) == ["clips/a.mp4", "clips/b.mp4", "clips/c.mp4"])
  }

  /// Captions of a clip, and what is wrong with them.
  static let bad: [(captions: [String], message: String)] = [
    (
      [],
      "clips/b.mp4: has no label. Give it one caption, its label, or remove it. --skip-bad leaves "
        + "such clips out."
    ),
    (
      ["waving", "running"],
      "clips/b.mp4: has different labels: \"waving\", \"running\". Give it one caption, its label, or "
        + "remove it. --skip-bad leaves such clips out."
    ),
    (
      ["<unk>"],
      "clips/b.mp4: its label \"<unk>\" cannot be a word of a model. Choose another. --skip-bad "
        + "leaves such clips out."
    ),
    (
      ["a\u{1}"],
      #"clips/b.mp4: its label "a\u0001" cannot be a word of a model. Choose another. "#
        + "--skip-bad leaves such clips out."
    ),
  ]

  @Test(
    "that a clip lacks, has two of or cannot have are refused, or the clip is left out",
    arguments: bad)
  func refused(captions: [String], message: String) throws {
    let clips = ["a.mp4": ["waving"], "b.mp4": captions]
    let error = try #require(throws: DatasetError.self) { _ = try labelled(clips) }
    #expect(error.description == message)
    let found = try labelled(clips, .leaveOut)
    #expect(found.dataset.examples.map(\.name) == ["a.mp4"] && found.leftOut == [error])
  }

  @Test("are too few below two")
  func few() throws {
    try dataset(["a": ["x"], "b": ["y"]]).checkLabels(at: "clips")
    let one = try #require(throws: DatasetError.self) {
      try dataset(["a": ["x"], "b": ["x"]]).checkLabels(at: "clips")
    }
    #expect(
      one.description
        == "clips: has the label \"x\" alone to learn from. Telling clips apart takes two: add clips "
        + "of another.")
    let none = try #require(throws: DatasetError.self) {
      try dataset([:]).checkLabels(at: "clips")
    }
    #expect(none.description.hasPrefix("clips: has no label to learn from."))
  }

  @Test("that are not learned from are refused, or such clips left out")
  func unlearned() throws {
    let clips = dataset(["a": ["x"], "b": ["z"]])
    var leftOut: [DatasetError] = []
    let error = try #require(throws: DatasetError.self) {
      _ = try clips.having(labels: ["x", "y"], .stop, leavingOut: &leftOut)
    }
    #expect(
      error.description
        == "clips/b: its label \"z\" is none of those to learn from: \"x\", \"y\". Add clips of it to "
        + "learn from, or remove it. --skip-bad leaves such clips out.")
    let kept = try clips.having(labels: ["x", "y"], .leaveOut, leavingOut: &leftOut)
    #expect(kept.examples.map(\.name) == ["a"] && leftOut == [error])
  }
}
