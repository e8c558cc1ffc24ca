import ArgumentParser
import Captioning

/// `cutline decode-worker`: this program as a decoder for another one of it, which may crash in its place.
struct DecodeWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode-worker", abstract: "Decode files for another cutline process.",
    shouldDisplay: false)

  func run() { DecodingWorker.run() }
}
