import ArgumentParser
import Datasets
import Files
import Reports
import Training

/// `cutline dataset convert DIR -o OUT --to FORMAT`: converts captions to another format.
struct DatasetConvertCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Convert a collection to another format.",
    discussion: """
      FORMAT is \(Conversion.keywords.joined(separator: ", ")).

      Most formats refer to the pictures, which stay where they are unless --pictures is link (hard links, \
      which take no space) or copy. Captions beside pictures (sidecar) always need link or copy.
      """)

  @OptionGroup var collection: CollectionOptions
  @Option(name: .shortAndLong, help: "The output folder.", completion: .directory)
  var output: String
  @Option(
    help: ArgumentHelp("The output format.", valueName: "format"),
    completion: .list(Conversion.keywords))
  var to: String
  @Option(help: "Handling of the picture files: none, link or copy.")
  var pictures: Conversion.Pictures?
  @Flag(help: "Leave out records that cannot be read, and report them.")
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
    var reading = try collection.dataset()
    reading.badRecords = skipBad ? .leaveOut : .stop
    reading.needsPictures = false
    reading.say = messages.say
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
        "\(conversion.uncaptionedCount.grouped) pictures without captions were left out, which "
          + "\(conversion.formatName) cannot hold.")
    }
    let hint =
      conversion.pictures == .none
      ? " The pictures stay in \(conversion.pictureFolder). Link them: "
        + "ln -s \"$(realpath \(conversion.pictureFolder))\" \(output)/images"
      : " Check it: cutline dataset check \(output)"
    messages.note(
      "wrote \(output): \(conversion.formatName), \(conversion.datasets.summary).\n\(hint)")
  }
}

extension Conversion.Pictures: ExpressibleByArgument {}
