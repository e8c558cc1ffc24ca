import Files
import ImageEncoders
import Media
import Workers

/// What a worker process does for a `DecodingPool`: it decodes one picture after another.
package enum DecodingWorker {
  /// Decodes until the pool goes away.
  package static func run() -> Never {
    WorkerService.run(rehearsal: rehearse, answer: answer)
  }

  /// Reads one picture and leaves its square in the room for pixels.
  private static func answer(_ job: WorkerJob) -> WorkerAnswer {
    guard let order = PictureOrder(job.message) else {
      return WorkerAnswer(
        message: PictureReply.failure(
          .internal, .decode, problem: "the order to decode it is not understood. Report this."
        ).message)
    }
    do throws(MediaError) {
      let picture = try framed(job, order)
      job.withPixels { $0.copyBytes(from: picture.image.pixels) }
      let reply = PictureReply.picture(
        picture.size, picture.warnings, decodeTime: picture.decodeTime)
      return WorkerAnswer(message: reply.message, byteCount: picture.image.pixels.count)
    } catch {
      return WorkerAnswer(
        message: PictureReply.failure(error.code, error.stage, problem: error.problem).message)
    }
  }

  private static func framed(
    _ job: WorkerJob, _ order: PictureOrder
  ) throws(MediaError) -> FramedPicture {
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
    return try reader.framed(.bytes(bytes, name: ""), since: start)
  }

  /// Decodes a tiny picture in each format.
  private static func rehearse() throws {
    let picture = Image(width: 2, height: 2, pixels: [UInt8](repeating: 128, count: 12))
    let preprocessing = ImagePreprocessing(framing: .squash, size: 32, mean: [], deviation: [])
    let reader = PictureReader(for: preprocessing, StillImageOptions(), threadCount: 1)
    for bytes in [picture.jpegBytes(), picture.pngBytes, tinyWebP] {
      _ = try reader.framed(.bytes(bytes, name: "the first picture"), since: .now)
    }
  }

  /// 2×2 pixels of one colour, lossless.
  private static let tinyWebP: [UInt8] = [
    0x52, 0x49, 0x46, 0x46, 30, 0, 0, 0, 0x57, 0x45, 0x42, 0x50, 0x56, 0x50, 0x38, 0x4C, 17, 0, 0,
    0, 47, 1, 64, 0, 0, 7, 80, 178, 34, 87, 166, 255, 129, 136, 232, 127, 0, 0,
  ]
}
