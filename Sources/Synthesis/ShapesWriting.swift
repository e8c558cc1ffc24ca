import Files
import Media
import Tensors

extension ShapesCollection {
  /// The file that describes a generated folder; a folder without it is never replaced.
  private static let marker = "synthesis.json"

  /// Writes the collection as the folder at `path`, which appears complete or not at all.
  ///
  /// - Parameters:
  ///   - path: A path that does not exist, or an empty folder.
  ///   - replacing: True if an existing generated collection may be replaced.
  ///   - threadCount: The number of files that are made at once.
  ///   - shouldContinue: Called before every picture and pair of clips; false stops, which leaves
  ///     nothing behind.
  /// - Returns: True if it was written.
  /// - Throws: `FileError` if a file cannot be written.
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
      caption: { part, index in scene(part, index).caption.text(in: language) })
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
    try write(recipe, to: "\(working)/training.json")
    try write(description, to: "\(working)/\(Self.marker)")
    try folder.commit()
    return true
  }

  private func write(_ json: JSONValue, to path: String) throws(FileError) {
    try writeFile(Array((json.prettyText + "\n").utf8), to: path)
  }

  /// Options of `cutline train` for training an encoder from scratch on these shapes.
  ///
  /// The encoder must learn what a shape is, for which many small steps are better than few large
  /// ones. In the first epoch only the decoder is trained: it learns to write, and to distinguish
  /// the features of an encoder with random weights. Without this epoch the encoder's first steps
  /// go in a wrong direction.
  private var recipe: JSONValue {
    let options: [JSONValue.Member] = [
      .init("embed", 128), .init("hidden", 256), .init("dropout", 0), .init("min-count", 1),
      .init("lr", 0.001), .init("encoder-lr", 0.001), .init("epochs", 9), .init("frozen-epochs", 1),
      .init("batch-size", 8), .init("save-every", 5000),
    ]
    // Captions by characters are longer.
    let ofLanguage: [JSONValue.Member] =
      language == .english ? [] : [.init("tokenizer", "unicode"), .init("max-words", 40)]
    // What the picture shows is still needed after twenty characters, so it is read beside each.
    let ofCharacters: [JSONValue.Member] =
      language == .japanese ? [.init("decoder", "lrcn"), .init("layers", 1)] : []
    return .object(options + ofLanguage + ofCharacters)
  }

  /// Options of `cutline train` for training S2VT on clips and their reverses, once an encoder has
  /// been trained on the pictures.
  ///
  /// The hardest part is which of two things moves: it takes many epochs, the direction only one or
  /// two. Few frames make epochs short, and many clips prevent overfitting.
  private static let clipRecipe: JSONValue = [
    "decoder": "s2vt", "frames": 4, "feature-grid": 2, "embed": 256, "hidden": 256, "dropout": 0,
    "ema": 0.998, "min-count": 1, "lr": 0.001, "epochs": 5, "batch-size": 32, "save-every": 5000,
  ]

  private var description: JSONValue {
    [
      "schema": "cutline.synthesis/1", "collection": "shapes",
      "train": .number(Double(trainingCount)), "val": .number(Double(validationCount)),
      "clips": .number(Double(clipCount)), "size": .number(Double(size)),
      "seed": .string("\(seed)"), "language": .string(language.rawValue),
      "possible_captions": .number(Double(SceneCaption.all.count)),
    ]
  }

  /// Pictures or clips, and their captions.
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
