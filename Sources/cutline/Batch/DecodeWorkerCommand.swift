import ArgumentParser
import BatchCaptioning
import Captioning

/// `cutline decode-worker`: this program as a decoding process for another instance, which a crash
/// then spares.
struct DecodeWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode-worker", abstract: "Decode files for another cutline process.",
    shouldDisplay: false)

  func run() { DecodingWorker.run() }
}

/// `cutline unpack-worker`: the same for unpacking one archive.
struct UnpackWorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unpack-worker", abstract: "Unpack an archive for another cutline process.",
    shouldDisplay: false)

  func run() { UnpackingWorker.run() }
}
