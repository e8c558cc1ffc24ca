import Files
import Media
import Tensors

extension ShapesCollection {
  /// The file that says what a folder is, without which none is replaced.
  private static let marker = "synthesis.json"

  /// Writes the collection as the folder at `path`, which is whole or not there.
  ///
  /// - Parameters:
  ///   - path: Where there is nothing yet, or an empty folder.
  ///   - replacing: Whether another drawn collection may be there.
  ///   - threadCount: The number of files that are drawn at once.
  ///   - shouldContinue: Is asked before every picture and pair of clips; nothing remains once it says no.
  /// - Returns: Whether it was written.
  /// - Throws: What the file system said.
  package func write(
    to path: String, replacing: Bool = false, threadCount: Int = Device.coreCount,
    shouldContinue: @escaping @Sendable () -> Bool = { true }
  ) throws(FileError) -> Bool {
    let folder = try DirectoryReplacement(
      path, replacingFolderWith: replacing ? Self.marker : nil)
    let working = folder.workingPath
    let pictures = Files(
      folder: working, suffix: "png", count: count,
      contents: { part, index in [picture(part, index).pngBytes] },
      caption: { part, index in scene(part, index).caption.text })
    guard try write(pictures, threadCount, shouldContinue) else { return false }
    if clipCount > 0 {
      let clips = Files(
        folder: "\(working)/clips", suffix: "avi", count: clipCount(_:), groupSize: 2,
        contents: { part, pair in
          // Drawn and compressed once: the second clip is the first one's reverse.
          let clip = MotionJPEG(
            frames: clip(part, 2 * pair), framesPerSecond: MovingScene.framesPerSecond)
          return [clip.bytes, clip.reversed.bytes]
        },
        caption: { part, index in clipCaption(part, index).text })
      guard try write(clips, threadCount, shouldContinue) else { return false }
      try write(Self.clipRecipe, to: "\(clips.folder)/training.json")
    }
    try write(Self.recipe, to: "\(working)/training.json")
    try write(description, to: "\(working)/\(Self.marker)")
    try folder.commit()
    return true
  }

  private func write(_ json: JSONValue, to path: String) throws(FileError) {
    try writeFile(Array((json.prettyText + "\n").utf8), to: path)
  }

  /// Options of `cutline train` with which a network of its own learns to tell these shapes apart.
  ///
  /// It has to find out what a shape is, and for that small and many steps do more than large ones. In the
  /// first epoch only the decoder learns, to talk, and to tell the features of an encoder that knows
  /// nothing apart; without it the encoder's first steps go astray.
  private static let recipe: JSONValue = [
    "embed": 128, "hidden": 256, "dropout": 0, "min-count": 1, "lr": 0.001, "encoder-lr": 0.001,
    "epochs": 9, "frozen-epochs": 1, "batch-size": 8, "save-every": 5000,
  ]

  /// Options of `cutline train` with which S2VT learns from clips and their reverses, once an encoder has
  /// learned shapes from pictures.
  ///
  /// Its hardest lesson is which of two things it is that moves: the direction is learned in an epoch or
  /// two, that in many. Few frames make epochs short, and many clips keep it from learning them by heart.
  private static let clipRecipe: JSONValue = [
    "decoder": "s2vt", "frames": 4, "feature-grid": 2, "embed": 256, "hidden": 256, "dropout": 0,
    "ema": 0.998, "min-count": 1, "lr": 0.001, "epochs": 5, "batch-size": 32, "save-every": 5000,
  ]

  private var description: JSONValue {
    [
      "schema": "cutline.synthesis/1", "collection": "shapes",
      "train": .number(Double(trainingCount)), "val": .number(Double(validationCount)),
      "clips": .number(Double(clipCount)), "size": .number(Double(size)),
      "seed": .string("\(seed)"),
      "possible_captions": .number(Double(SceneCaption.all.count)),
    ]
  }

  /// Pictures, or clips, with what is said of them.
  private struct Files: Sendable {
    let folder: String
    let suffix: String
    let count: @Sendable (Part) -> Int
    /// The number of files that are made together.
    var groupSize = 1
    /// The files of one group.
    let contents: @Sendable (Part, Int) -> [[UInt8]]
    let caption: @Sendable (Part, Int) -> String
  }

  private func write(
    _ files: Files, _ threadCount: Int, _ shouldContinue: @escaping @Sendable () -> Bool
  ) throws(FileError) -> Bool {
    try makeFolder("\(files.folder)/images")
    try makeFolder("\(files.folder)/annotations")
    var list = CaptionList()
    for part in Part.allCases where files.count(part) > 0 {
      let names = (0..<files.count(part)).map { drawnFileName(part.rawValue, $0, files.suffix) }
      let isWritten = try forEachNumber(
        below: (names.count + files.groupSize - 1) / files.groupSize, threadCount: threadCount,
        shouldContinue: shouldContinue
      ) { group throws(FileError) in
        for (name, bytes) in zip(
          names.dropFirst(group * files.groupSize), files.contents(part, group))
        {
          try writeFile(bytes, to: "\(files.folder)/images/\(name)")
        }
      }
      guard isWritten else { return false }
      list = CaptionList(after: list)
      for index in names.indices {
        list.add(names[index], size: size, captions: [files.caption(part, index)])
      }
      try writeFile(
        Array(list.text.utf8), to: "\(files.folder)/annotations/captions_\(part.rawValue).json")
    }
    return true
  }
}
