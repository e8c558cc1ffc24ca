import ArgumentParser
import BatchCaptioning
import Captioning
import Media

/// The number of failed inputs, and the resulting exit code.
struct Tally {
  private var total = 0
  private var failures: [ExitStatus] = []

  mutating func count<Value>(_ outcome: Result<Value, MediaError>) {
    total += 1
    if case .failure(let error) = outcome, let failure = Failure(error) {
      failures.append(failure.status)
    }
  }

  /// Ends the program with the code of the only input, or with 2 if any of several failed.
  func finish() throws {
    guard let first = failures.first else { return }
    throw total == 1 ? first.exitCode : ExitStatus.someFailed.exitCode
  }
}

extension Messages {
  /// Says what is wrong with a picture, and how long it took.
  func report(_ result: CaptionResult) {
    switch result.outcome {
    case .failure(let error): failure(error)
    case .success(let picture):
      report(picture.warnings, of: result.file)
      for segment in picture.segments {
        guard let doubt = segment.description.doubt else { continue }
        let place = segment.span.map { " \($0.place)" } ?? ""
        warning("\(result.file)\(place): \(doubt)")
      }
      let timing = picture.timing
      detail(
        "\(result.file): decode \(tenths(timing.decode.milliseconds)) ms, "
          + "encode \(tenths(timing.encode.milliseconds)) ms, "
          + "search \(tenths(timing.search.milliseconds)) ms")
    }
  }

  func report(_ picture: Result<InputPicture, MediaError>, of file: String) {
    switch picture {
    case .failure(let error): failure(error)
    case .success(let picture):
      report(picture.warnings, of: file)
      detail("\(file): decode \(tenths(picture.decodeTime.milliseconds)) ms")
    }
  }

  private func report(_ warnings: [MediaWarning], of file: String) {
    for warning in warnings where !warning.isRemark {
      self.warning("\(file): \(warning.message); using what was decoded.")
    }
    for remark in warnings where remark.isRemark { detail("\(file): \(remark.message)") }
  }
}

/// A number with one digit after the point.
func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
