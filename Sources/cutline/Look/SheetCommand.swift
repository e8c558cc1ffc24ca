import ArgumentParser
import BatchCaptioning
import Datasets
import Evaluation
import Files
import Media
import Reports

/// `cutline sheet RESULTS -o FILE.png`: draws pictures with their captions below.
struct SheetCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "sheet", abstract: "Draw contact sheets: pictures with their captions.",
    discussion: """
      RESULTS is what cutline caption and batch write (jsonl, json, tsv, csv, or the folder of a batch), COCO results, \
      or any form that cutline eval takes. Clips are filmstrips, with the caption of each segment below its frames. \
      Failures, withheld captions and doubts are shown as such. Pictures that do not fit on FILE.png are drawn on \
      FILE-2.png and so on.

        cutline sheet captions.jsonl -o sheet.png
        cutline sheet results.json --images val2014 --columns 8 -o sheet.jpg
      """)

  @Argument(
    help: ArgumentHelp("The captions: a file, or the folder of a batch.", valueName: "results"),
    completion: .file())
  var results: String
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The sheet to write, .png or .jpg.", valueName: "file"),
    completion: .file(extensions: ["png", "jpg"]))
  var output: String
  @OptionGroup var shown: ShownResultOptions
  @Option(help: ArgumentHelp("Pictures in a row, 1 to 40.", valueName: "n"))
  var columns = 5
  @Option(
    help: ArgumentHelp("The longer side of a picture in pixels, 32 to 1024.", valueName: "pixels"))
  var size = 240
  @Option(
    help: ArgumentHelp("Pictures and segments of clips on a sheet, 1 to 1000.", valueName: "n"))
  var perSheet = 40
  @Option(
    help: ArgumentHelp(
      "Lines of a caption; a longer one ends in an ellipsis, and is counted.", valueName: "n"))
  var lines = 3
  @Option(
    help: ArgumentHelp("Frames of each segment of a clip, 1 to 16.", valueName: "n"))
  var frames = 4
  @Flag(help: "Replace the sheets if they exist.")
  var force = false
  @OptionGroup var threads: ThreadOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    try check("--columns", columns, in: 1...40)
    try check("--size", size, in: 32...1024)
    try check("--per-sheet", perSheet, in: 1...1000)
    try check("--lines", lines, in: 1...20)
    try check("--frames", frames, in: 1...16)
    guard ["png", "jpg", "jpeg"].contains(fileExtension(of: output)) else {
      throw ValidationError("\(output) is not called .png or .jpg, the forms of sheets.")
    }
  }

  private var choices: SheetChoices {
    var choices = SheetChoices()
    (choices.columnCount, choices.pictureSize, choices.lineCount) = (columns, size, lines)
    return choices
  }

  func run() throws {
    try DrawingLibrary.load()
    try DrawingLibrary.loadText()
    let threadCount = try threads.apply()
    let found = try shown.read(results, talk.messages)
    let pictures = try shown.pictures()
    let parts = ShownPart.all(of: found)
    let starts = Array(stride(from: 0, to: parts.count, by: perSheet))
    let paths = starts.indices.map { path(ofSheet: $0) }
    for path in paths { try checkOutput(path, found.path) }
    try protectPictures(of: found, pictures, from: paths)
    let stale = path(ofSheet: paths.count)
    if paths.count > 0, isFile(stale) {
      talk.messages.warning("\(stale) is of an earlier drawing, and is not written now.")
    }
    let drawn = CountProgress(talk.makeProgress(), "pictures", of: parts.count)
    var faults = SheetFaults()
    for (path, start) in zip(paths, starts) {
      let range = start..<min(start + perSheet, parts.count)
      let tiles = try tiles(Array(parts[range]), pictures, threadCount, &faults)
      let title =
        "\(found.path)   \(range.lowerBound + 1)\u{2013}\(range.upperBound) of \(parts.count)"
      let sheet = try ContactSheet(title: title, tiles, choices).draw()
      try AtomicFile.write(try bytes(of: sheet.png), to: path, overwriting: force)
      faults.add(sheet)
      drawn.report(range.upperBound)
    }
    drawn.finish(parts.count)
    faults.report(talk.messages, lineCount: lines)
    talk.messages.note(
      "\(parts.count.grouped) \(parts.count == 1 ? "caption" : "captions") on \(paths[0])"
        + (paths.count > 1 ? " to \(paths[paths.count - 1])" : ""))
  }

  /// Throws if a sheet cannot be written, or is one of the inputs, which no --force may cost.
  private func checkOutput(_ path: String, _ results: String) throws {
    try protect(
      [results, self.results, shown.imageIDs, shown.images].compactMap(\.self), from: [path])
    _ = try AtomicFile(path, overwriting: force)
  }

  /// Throws if a sheet would replace a picture that is drawn.
  private func protectPictures(
    of found: ShownResults, _ pictures: ResultPictures, from paths: [String]
  ) throws {
    let existing = Dictionary(
      paths.compactMap { path in FileStatus(path).map { ($0.identity, path) } },
      uniquingKeysWith: { first, _ in first })
    if existing.isEmpty { return }
    for row in found.rows {
      guard case .file(let picture) = pictures.source(of: row),
        let path = FileStatus(picture).flatMap({ existing[$0.identity] })
      else { continue }
      throw Failure(
        "\(path): is the picture \(picture), which would be overwritten. Choose another output name.",
        .cannotCreate)
    }
  }

  /// The path of a sheet: FILE.png, FILE-2.png and so on.
  private func path(ofSheet index: Int) -> String {
    guard index > 0, let ending = fileExtension(of: output) else { return output }
    return "\(output.dropLast(ending.count + 1))-\(index + 1).\(output.suffix(ending.count))"
  }

  private func tiles(
    _ parts: [ShownPart], _ pictures: ResultPictures, _ threadCount: Int,
    _ faults: inout SheetFaults
  ) throws -> [SheetTile] {
    // Frames of clips are smaller than pictures, and read apart.
    var previews = [Result<[Image], PreviewFailure>](
      repeating: .failure(.notFound), count: parts.count)
    for isClip in [false, true] {
      let places = parts.indices.filter { parts[$0].row.isClip == isClip }
      let reader = PreviewReader(
        size: isClip ? choices.frameSize(of: frames) : size, frameCount: isClip ? frames : 1,
        workerCount: threadCount)
      let found = try ShownPart.previews(of: places.map { parts[$0] }, in: pictures, by: reader)
      for (place, preview) in zip(places, found) { previews[place] = preview }
    }
    return zip(parts, previews).map { part, preview in
      if case .failure(let failure) = preview, part.row.failure == nil {
        faults.hidden.append((part.row.name, failure))
      }
      return SheetTile(part.row, part.part, preview)
    }
  }

  private func bytes(of png: [UInt8]) throws -> [UInt8] {
    guard fileExtension(of: output) != "png" else { return png }
    return try decodeStillImage(.bytes(png, name: output)).image.jpegBytes(quality: 90)
  }
}

/// The pictures and texts that sheets do not show, or not as they are.
private struct SheetFaults {
  /// Pictures that are not shown.
  var hidden: [(name: String, reason: PreviewFailure)] = []
  var cut: [String] = []
  var undrawable: [String] = []

  mutating func add(_ sheet: ContactSheet.Drawing) {
    cut += sheet.cut
    undrawable += sheet.undrawable
  }

  func report(_ messages: Messages, lineCount: Int) {
    if let first = hidden.first {
      messages.warning(
        "\(hidden.count.grouped) \(hidden.count == 1 ? "picture is" : "pictures are") not shown, such as "
          + "\(first.name): \(first.reason.reason)")
    }
    if let first = cut.first {
      messages.warning(
        "\(cut.count.grouped) \(cut.count == 1 ? "caption is" : "captions are") longer than \(lineCount) lines, and "
          + "end\(cut.count == 1 ? "s" : "") in an ellipsis, such as that of \(first). Choose more --lines."
      )
    }
    if let first = undrawable.first {
      messages.warning(
        "\(undrawable.count.grouped) \(undrawable.count == 1 ? "text has" : "texts have") characters that no installed "
          + "font has, such as that of \(first). Install a font for them, such as fonts-noto-core or fonts-noto-cjk."
      )
    }
  }
}
