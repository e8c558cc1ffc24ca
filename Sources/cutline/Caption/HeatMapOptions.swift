import ArgumentParser
import BatchCaptioning
import Captioning
import Files
import Media
import Reports

/// Whether to draw what captions come from.
struct HeatMapOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Draw what each word of a picture's best caption comes from, over the photo: DIR/photo/strip.png \
      has all words, 01-a.png and so on one each. Of a model with attention it is where it looked \
      more than evenly, and the number by a word how many times as much at the brightest place. Of \
      any other, and of an ensemble, it is what the word needs: a grey square is slid over the \
      picture, and the number says how many times less likely that can make the word. A word's \
      brightest place is as bright as any other's from 2 times on.
      """, valueName: "dir"), completion: .directory)
  var attention: String?

  func validate() throws {
    if attention == "" { throw ValidationError("--attention needs the name of a folder.") }
  }

  /// Where to draw, once it is known that it can be done; nil if nothing is to be drawn.
  ///
  /// Standard input may take as long as `inputTimeLimit`.
  func output(
    for pictures: PictureOptions, _ results: ResultOptions, within inputTimeLimit: Duration?,
    _ cleanup: InterruptionCleanup?
  ) throws -> HeatMapOutput? {
    guard let attention else { return nil }
    if let format = results.formats.first(where: \.isForClips) {
      throw ValidationError(
        "--attention draws pictures, and \(format.rawValue) is for clips. Leave out one of the two."
      )
    }
    return try HeatMapOutput(
      attention, pictures, within: inputTimeLimit, replacing: results.force, cleanup)
  }
}

/// A folder with the heat maps of each picture.
struct HeatMapOutput {
  /// The pictures; what can be read only once is in memory.
  let files: [CaptionSource]
  private let folders: [HeatMapFolder]
  private let limits: StillImageOptions
  private let cleanup: InterruptionCleanup
  private var drawnCount = 0

  /// Throws what would keep any of the heat maps from being written.
  init(
    _ folder: String, _ pictures: PictureOptions, within inputTimeLimit: Duration?,
    replacing: Bool, _ cleanup: InterruptionCleanup?
  ) throws {
    // Before standard input is waited for.
    self.cleanup = cleanup ?? InterruptionCleanup()
    try DrawingLibrary.load()
    var names = HeatMapNames()
    folders = pictures.files.map { file in
      let name = names.folderName(ofPicture: file == "-" ? "standard-input" : file)
      return HeatMapFolder(joinedPath(folder, name), replacing: replacing)
    }
    files = pictures.numberedFiles.map { $0.rereadable(within: inputTimeLimit) }
    for file in files where (try? file.media.get().isClip) == true {
      throw Failure(
        "\(file.name): is a clip, and --attention draws pictures only. Leave out one of the two.",
        .badData)
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
        "\(folder.path): holds no heat maps, and is not replaced. Choose another folder.",
        .cannotCreate)
    }
    guard isFolder(folder.path) else { return }
    for name in try namesInFolder(folder.path) {
      try pictures.protect(from: joinedPath(folder.path, name))
    }
  }

  /// Draws the maps of the next picture's best caption.
  mutating func draw(_ result: CaptionResult, by captioner: Captioner) throws {
    let (file, folder) = (files[drawnCount], folders[drawnCount])
    drawnCount += 1
    guard let caption = try? result.outcome.get().segments.first?.captions.first else { return }
    let sheet = try HeatMapDrawing(captioner, limits).sheet(of: file.media.get(), saying: caption)
    try folder.write(sheet, reportingWorkingPath: cleanup.add)
  }
}

extension CaptionSource {
  /// The same file, to be read more than once.
  fileprivate func rereadable(within timeLimit: Duration?) -> CaptionSource {
    guard case .success(.standardInput) = media else { return self }
    let bytes = Result { () throws(MediaError) in
      try MediaSource.standardInput.inMemory(within: timeLimit)
    }
    return CaptionSource(name: name, media: bytes, number: number)
  }
}
