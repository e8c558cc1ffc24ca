import Captioning
import Files
import ImageEncoders
import Media
import Workers

/// The worker process of a `DecodingPool`, which decodes one file after another.
package enum DecodingWorker {
  /// Decodes files until the pool closes the connection.
  package static func run() -> Never {
    WorkerService.run(rehearsal: rehearse, answer: answer)
  }

  /// Reads one file and leaves its squares in the memory for pixels.
  private static func answer(_ job: WorkerJob) -> WorkerAnswer {
    guard let order = DecodingOrder(job.message) else {
      return WorkerAnswer(
        message: DecodingReply.failure(
          .internal, .decode, problem: "the order to decode it is not understood. Report this."
        ).message)
    }
    do {
      let isClip = Media.isClip(
        job.descriptor, job.range, playingAnimations: order.sampling.playsAnimations)
      if isClip { return try clip(job, order) }
      let picture = try inputPicture(job, order)
      job.withPixels { $0.copyBytes(from: picture.image.pixels) }
      let reply = DecodingReply.picture(
        picture.size, picture.warnings, decodeTime: picture.decodeTime)
      return WorkerAnswer(message: reply.message, byteCount: picture.image.pixels.count)
    } catch let error as MediaError {
      return WorkerAnswer(
        message: DecodingReply.failure(error.code, error.stage, problem: error.problem).message)
    } catch {
      preconditionFailure("a problem without a code: \(error)")
    }
  }

  /// Reads a clip, and sends its frames as they come.
  private static func clip(_ job: WorkerJob, _ order: DecodingOrder) throws -> WorkerAnswer {
    let reader = ClipReader(for: order.preprocessing, order.sampling, order.clipOptions)
    let outcome = try reader.read({ () throws(MediaError) in
      try VideoFile(of: job.descriptor, job.range, name: "", order.clipOptions)
    }) { part in
      let byteCount = order.size * order.size * 3
      var rest = part.images[...]
      while !rest.isEmpty {
        let images = rest.prefix(DecodingPool.framesPerAnswer)
        rest.removeFirst(images.count)
        job.withPixels { room in
          for (place, image) in images.enumerated() {
            UnsafeMutableRawBufferPointer(rebasing: room[(place * byteCount)...])
              .copyBytes(from: image.pixels)
          }
        }
        let reply = DecodingReply.frames(
          count: images.count, of: part.segment, isLastOfSegment: rest.isEmpty)
        job.deliver(WorkerAnswer(message: reply.message, byteCount: images.count * byteCount))
      }
    }
    let facts = ClipFacts(duration: outcome.info.duration, frameRate: outcome.info.frameRate)
    return WorkerAnswer(
      message: DecodingReply.clip(
        outcome.info.size, facts, outcome.warnings, decodeTime: outcome.decodeTime
      ).message)
  }

  private static func inputPicture(
    _ job: WorkerJob, _ order: DecodingOrder
  ) throws(MediaError) -> InputPicture {
    let start = ContinuousClock.now
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try job.bytes()
    } catch {
      throw MediaError(
        path: "", code: .unreadable, stage: .open,
        problem: "cannot be read. Check the disk it lies on.")
    }
    let reader = PictureReader(for: order.preprocessing, order.options, threadCount: 1)
    return try reader.inputPicture(.bytes(bytes, name: ""), since: start)
  }

  /// Decodes a tiny picture in each format, which loads everything needed before files can no
  /// longer be opened.
  private static func rehearse() throws {
    let picture = Image(width: 2, height: 2, pixels: [UInt8](repeating: 128, count: 12))
    let preprocessing = ImagePreprocessing(framing: .squash, size: 32, mean: [], deviation: [])
    let reader = PictureReader(for: preprocessing, StillImageOptions(), threadCount: 1)
    var formats = [picture.jpegBytes(), picture.pngBytes, tinyWebP]
    // Loads optional libraries now: later nothing can be opened.
    _ = MediaLibraries.optionalVersions
    if MediaLibraries.clipLibraryVersion != nil { formats.append(tinyGIF) }
    for bytes in formats {
      _ = try reader.inputPicture(.bytes(bytes, name: "the first picture"), since: .now)
    }
  }

  /// One pixel.
  private static let tinyGIF: [UInt8] =
    Array("GIF89a".utf8) + [1, 0, 1, 0, 0x80, 0, 0, 255, 255, 255, 0, 0, 0]
    + [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B]

  /// 2×2 pixels of one colour, lossless.
  private static let tinyWebP: [UInt8] = [
    0x52, 0x49, 0x46, 0x46, 30, 0, 0, 0, 0x57, 0x45, 0x42, 0x50, 0x56, 0x50, 0x38, 0x4C, 17, 0, 0,
    0, 47, 1, 64, 0, 0, 7, 80, 178, 34, 87, 166, 255, 129, 136, 232, 127, 0, 0,
  ]
}
