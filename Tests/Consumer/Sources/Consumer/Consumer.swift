import Captioning
import Foundation

/// Uses Cutline as a program of another package does, and checks what comes of it.
///
///     Consumer CHECKOUT COLLECTION WORK
///
/// CHECKOUT is the folder of the package, COLLECTION one that `cutline dataset synthesize shapes --clips` has
/// drawn, and WORK an empty folder.
@main
struct Consumer {
  let checkout: String
  let collection: String
  let work: String

  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 4 else { throw Failed("takes three arguments, see Consumer.swift") }
    let consumer = Consumer(
      checkout: arguments[1], collection: arguments[2], work: arguments[3])
    let captioner = try Captioner(model: "\(consumer.checkout)/models/default")
    let images = try consumer.pictures(captioner)
    try consumer.searches(images)
    try consumer.clips(captioner)
    try consumer.errors()
    try consumer.training()
  }

  /// A picture, and several at once.
  func pictures(_ captioner: Captioner) throws -> [Image] {
    let folder = "\(checkout)/datasets/samples"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    let images = try names.map { try Image(contentsOf: "\(folder)/\($0)") }
    let together = try captioner.captions(for: images)
    for (name, captions) in zip(names, together) {
      print("\(name)\t\(captions[0].text)\t\(captions[0].logProbability)")
    }
    try check("a caption for each picture", together.count == images.count && !images.isEmpty)
    for (image, captions) in zip(images, together) {
      let alone = try captioner.captions(for: image)
      try check(
        "alone as among others: \(captions[0].text)", alone.map(\.text) == captions.map(\.text))
      try check(
        "a probability for each word", captions[0].words.allSatisfy { $0.logProbability <= 0 })
    }
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(names[0])"))
    try check("bytes as a file", try Image(data: [UInt8](data)) == images[0])
    return images
  }

  /// Other searches, precisions and numbers of threads.
  func searches(_ images: [Image]) throws {
    let model = "\(checkout)/models/default"
    let greedy = try Captioner(
      model: model, search: .beam(BeamSearch(width: 1, maximumWords: 5)), threads: 1)
    for captions in try greedy.captions(for: images) {
      try check("greedy: \(captions[0].text)", captions.count == 1 && captions[0].words.count <= 5)
    }
    let sampling = try Captioner(
      model: model,
      search: .sampling(SampledSearch(count: 2, temperature: 0.7, maximumWords: 20, seed: 1)))
    let drawn = try sampling.captions(for: images)
    let second = try sampling.captions(for: [images[1]], firstNumber: 1)
    try check("two sampled captions each", drawn.allSatisfy { $0.count == 2 })
    try check(
      "what is sampled depends on the picture's number: \(drawn[1][0].text)",
      second[0].map(\.text) == drawn[1].map(\.text))
    let twice = try Captioner(models: [model, model], weights: [0.5, 0.5])
    let one = try Captioner(model: model).captions(for: images[0])
    try check(
      "a model captions with itself as alone",
      try twice.captions(for: images[0]).map(\.text) == one.map(\.text))
  }

  /// A clip as a whole, and in parts with times.
  func clips(_ captioner: Captioner) throws {
    let folder = "\(collection)/clips/train"
    let name = try FileManager.default.subpathsOfDirectory(atPath: "\(collection)/clips").sorted()
      .first { $0.hasSuffix(".avi") }
    guard let name else { throw Failed("no clip in \(folder)") }
    let path = "\(collection)/clips/\(name)"
    let whole = try captioner.captions(forClip: path)
    try check("one caption for a clip: \(whole[0].captions[0].text)", whole.count == 1)
    let parts = try captioner.captions(forClip: path, cutting: .every(0.5), frames: .evenly(2))
    for part in parts { print(part.start, part.end, part.captions[0].text) }
    try check("captions with times", parts.count > 1 && parts[0].start == 0)
    for (part, next) in zip(parts, parts.dropFirst()) {
      try check("part after part", part.start < part.end && part.end == next.start)
    }
    try check("two frames of each part", parts.allSatisfy { $0.frameCount == 2 })
  }

  /// Bad input, which is a typed error with a code.
  func errors() throws {
    try expect(ModelError.Code.notFound) { _ = try Captioner(model: "\(work)/nothing") }
    try expect(ModelError.Code.notFound) { _ = try Captioner(models: []) }
    try expect(ModelError.Code.unsupported) {
      _ = try Captioner(
        model: "\(checkout)/models/default", search: .beam(BeamSearch(width: 0)))
    }
    let encoder = try encoderAlone()
    try expect(ModelError.Code.otherTask) { _ = try Captioner(model: encoder) }
    try expect(MediaError.Code.missing) { _ = try Image(contentsOf: "\(work)/nothing.jpg") }
    try expect(MediaError.Code.notMedia) {
      _ = try Image(contentsOf: "\(checkout)/Package.swift")
    }
    try expect(MediaError.Code.empty) { _ = try Image(data: []) }
    try expect(MediaError.Code.empty) { _ = try Image(width: 0, height: 4, rgb: []) }
    try expect(MediaError.Code.corrupt) { _ = try Image(width: 2, height: 2, rgb: [1, 2, 3]) }
    let captioner = try Captioner(model: "\(checkout)/models/default")
    try expect(MediaError.Code.missing) {
      _ = try captioner.captions(forClip: "\(work)/nothing.mp4")
    }
    try expect(MediaError.Code.noFrames) {
      _ = try captioner.captions(forClip: "\(work)/nothing.mp4", cutting: .every(0))
    }
    try check("no captions for no pictures", try captioner.captions(for: []).isEmpty)
  }

  /// The path of a model that has learned no captions.
  private func encoderAlone() throws -> String {
    let file = URL(fileURLWithPath: "\(checkout)/models/default/config.json")
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    guard var configuration = json as? [String: Any] else { throw Failed("no object in \(file)") }
    configuration["decoder"] = nil
    let folder = "\(work)/encoder"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try JSONSerialization.data(withJSONObject: configuration)
      .write(to: URL(fileURLWithPath: "\(folder)/config.json"))
    return folder
  }

  private func expect(_ code: ModelError.Code, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as ModelError where error.code == code {
      return print("ok: \(error)")
    }
    throw Failed("no error \(code)")
  }

  private func expect(_ code: MediaError.Code, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as MediaError where error.code == code {
      return print("ok: \(error)")
    }
    throw Failed("no error \(code)")
  }
}

/// Something that is not as it should be.
struct Failed: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Prints what was checked; throws if it does not hold.
func check(_ what: String, _ isTrue: Bool) throws {
  guard isTrue else { throw Failed("not so: \(what)") }
  print("ok: \(what)")
}
