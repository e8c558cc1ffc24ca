import ArgumentParser
import Datasets
import Files
import Reports

/// `cutline dataset convert DIR -o OUT --to FORM`: the same captions in another form.
struct DatasetConvertCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write a collection in another form.",
    discussion: """
      FORM is \(Conversion.keywords.joined(separator: ", ")).

      Most forms name pictures, which stay where they are unless --pictures says link (a second name for \
      the same file, which takes no space) or copy. Captions beside pictures (sidecar) are always linked \
      or copied.
      """)

  @OptionGroup var collection: CollectionOptions
  @Option(name: .shortAndLong, help: "The folder to write.", completion: .directory)
  var output: String
  @Option(
    help: ArgumentHelp("The form to write.", valueName: "form"),
    completion: .list(Conversion.keywords))
  var to: String
  @Option(help: "What becomes of the picture files: none, link or copy.")
  var pictures: Conversion.Pictures?
  @Flag(help: "Leave out records that cannot be read, and say which.")
  var skipBad = false
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    guard Conversion.keywords.contains(to) else {
      throw ValidationError(
        "--to must be one of \(Conversion.keywords.joined(separator: ", ")), not '\(to)'.")
    }
    guard to != "sidecar" || pictures != Conversion.Pictures.none else {
      throw ValidationError(
        "--to sidecar puts captions beside pictures: use --pictures link or copy.")
    }
  }

  func run() throws {
    let messages = talk.messages
    let cleanup = InterruptionCleanup()
    var reading = try DatasetReading(collection)
    reading.badRecords = skipBad ? .leaveOut : .stop
    reading.needsPictures = false
    reading.messages = messages
    let (found, contents) = try reading.read()
    let passedOver = try found.passedOver(reading: contents, of: CaptionDataset.Split.allCases)
    let conversion = try Conversion(
      contents.datasets, to: to, pictures: pictures, badRecords: reading.badRecords)
    do throws(FileError) {
      try conversion.write(to: output, reportWorkingPath: cleanup.add)
    } catch {
      guard error == FileError(output, .exists) else { throw error }
      throw Failure(
        "\(output): exists already, and is not overwritten. Choose another name.", .cannotCreate)
    }
    reading.report(passedOver)
    reading.report(
      contents.leftOut.filter { $0.problem != .blankCaption } + conversion.leftOut)
    if conversion.uncaptionedCount > 0 {
      messages.warning(
        "\(conversion.uncaptionedCount.grouped) pictures without captions have no place in "
          + "\(conversion.formatName), and were left out.")
    }
    let hint =
      conversion.pictures == .none
      ? " The pictures stay in \(conversion.pictureFolder): ln -s \"$(realpath \(conversion.pictureFolder))\" "
        + "\(output)/images"
      : " Look it over: cutline dataset check \(output)"
    messages.note(
      "wrote \(output): \(conversion.formatName), \(conversion.datasets.summary).\n\(hint)")
  }
}

extension Conversion.Pictures: ExpressibleByArgument {}
