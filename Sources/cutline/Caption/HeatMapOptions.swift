import ArgumentParser
import BatchCaptioning
import Captioning
import Files
import Media
import Reports

/// The options for drawing heat maps.
struct HeatMapOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Save a heat map for each word of a picture's best caption, drawn over the photo: \
      DIR/photo/strip.png has all words, 01-a.png and so on one each. For a model with attention \
      it shows attention above uniform, and the number by a word is the ratio at the brightest \
      place. For any other model, and for an ensemble, it shows occlusion sensitivity: a grey \
      square is slid over the picture, and the number says how many times less likely that makes \
      the word at most. Brightness is relative to each word's maximum, if that is 2 times or more. \
      Of a clip, for a model with temporal attention: DIR/clip/strip.png and .svg show the frames and \
      below them the attention to each, word by word.
      """, valueName: "dir"), completion: .directory)
  var attention: String?

  func validate() throws {
    if attention == "" { throw ValidationError("--attention needs a folder name.") }
  }

  /// Returns the output of heat maps after checking that it can be written; nil if none was
  /// requested.
  ///
  /// `inputTimeLimit` is the time limit for reading standard input. `models` caption.
  func output(
    for pictures: PictureOptions, _ results: ResultOptions, within inputTimeLimit: Duration?,
    _ cleanup: InterruptionCleanup?, by models: () throws -> ModelEnsemble
  ) throws -> HeatMapOutput? {
    guard let attention else { return nil }
    if let format = results.formats.first(where: \.isForClips) {
      throw ValidationError(
        "--attention draws pictures, and \(format.rawValue) is for clips. Leave out one of the two."
      )
    }
    return try HeatMapOutput(
      attention, pictures, within: inputTimeLimit, replacing: results.force, cleanup,
      drawsClips: { try models().attendsToFrames() })
  }
}

/// A folder with the heat maps of each picture.
struct HeatMapOutput {
  /// The pictures; input that can be read only once is in memory.
  let files: [CaptionSource]
  private let folders: [HeatMapFolder]
  private let limits: StillImageOptions
  private let cleanup: InterruptionCleanup
  private var drawnCount = 0

  /// Throws an error that would prevent any of the heat maps from being written.
  init(
    _ folder: String, _ pictures: PictureOptions, within inputTimeLimit: Duration?,
    replacing: Bool, _ cleanup: InterruptionCleanup?, drawsClips: () throws -> Bool
  ) throws {
    // This must precede the wait for standard input.
    self.cleanup = cleanup ?? InterruptionCleanup()
    try DrawingLibrary.load()
    var names = HeatMapNames()
    folders = pictures.files.map { file in
      let name = names.folderName(ofPicture: file == "-" ? "standard-input" : file)
      return HeatMapFolder(joinedPath(folder, name), replacing: replacing)
    }
    files = pictures.numberedFiles.map { $0.rereadable(within: inputTimeLimit) }
    for file in files where (try? file.media.get().isClip) == true {
      guard try drawsClips() else {
        throw Failure(
          "\(file.name): is a clip, and --attention draws clips only for a model with temporal attention. Leave out "
            + "one of the two.", .badData)
      }
    }
    try makeFolder(folder)
    for folder in folders { try Self.check(folder, pictures, replacing: replacing) }
    limits = pictures.limits
  }

  private static func check(
    _ folder: HeatMapFolder, _ pictures: PictureOptions, replacing: Bool
  ) throws {
    do throws(FileError) {
      try folder.check()
    } catch {
      guard error.problem == .exists, replacing else { throw error }
      throw Failure(
        "\(folder.path): contains no heat maps, so it is not replaced. Choose another folder.",
        .cannotCreate)
    }
    guard isFolder(folder.path) else { return }
    for name in try namesInFolder(folder.path) {
      try pictures.protect(from: joinedPath(folder.path, name))
    }
  }

  /// Draws the maps of the next picture's best caption.
  ///
  /// - Parameters:
  ///   - result: The result of the picture or clip.
  ///   - captioner: The captioner.
  ///   - clips: Reads clips as they were read for the captions.
  /// - Throws: `MediaError` if the file cannot be read again; the errors of drawing and writing.
  mutating func draw(_ result: CaptionResult, by captioner: Captioner, _ clips: ClipReader) throws {
    let (file, folder) = (files[drawnCount], folders[drawnCount])
    drawnCount += 1
    guard let media = try? result.outcome.get() else { return }
    let drawing = HeatMapDrawing(captioner, limits)
    if media.clip != nil {
      let captions = media.segments.map(\.captions.first)
      let sheets = try drawing.sheets(of: file.media.get(), saying: captions, by: clips)
      return try folder.write(sheets, reportingWorkingPath: cleanup.add)
    }
    guard let caption = media.segments.first?.captions.first else { return }
    let sheet = try drawing.sheet(of: file.media.get(), saying: caption.words.map(\.text))
    try folder.write(sheet, reportingWorkingPath: cleanup.add)
  }
}

extension CaptionSource {
  /// Returns the same file in a form that can be read more than once.
  fileprivate func rereadable(within timeLimit: Duration?) -> CaptionSource {
    guard case .success(.standardInput) = media else { return self }
    let bytes = Result { () throws(MediaError) in
      try MediaSource.standardInput.inMemory(within: timeLimit)
    }
    return CaptionSource(name: name, media: bytes, number: number)
  }
}
