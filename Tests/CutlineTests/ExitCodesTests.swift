import Captioning
import Files
import Media
import Testing
import Training

@testable import cutline

@Suite("Exit codes")
struct ExitCodesTests {
  @Test("Each kind of picture error has its code", arguments: MediaError.Code.allCases)
  func media(code: MediaError.Code) throws {
    let error = MediaError(path: "a.jpg", code: code, stage: .decode, problem: "Bad. Mend it.")
    let failure = try #require(Failure(error))
    switch code {
    case .missing, .unreadable: #expect(failure.status.rawValue == 66)
    case .internal: #expect(failure.status.rawValue == 70)
    default: #expect(failure.status.rawValue == 65)
    }
    #expect(failure.message == "a.jpg: Bad. Mend it.")
  }

  @Test(
    "A file that cannot be written is 73 where it is the name's fault, 74 where the disk's",
    arguments: [
      (FileError.Problem.exists, 73), (.folderMissing, 73), (.noPermission, 73), (.notAFile, 73),
      (.noSpace(code: 28), 74), (.systemCall(name: "fsync", code: 5), 74),
    ])
  func output(problem: FileError.Problem, code: Int) throws {
    #expect(Int(try #require(Failure(FileError("out", problem))).status.rawValue) == code)
  }

  @Test(
    "Each kind of training error has its code",
    arguments: [
      (TrainingError.Kind.locked, 75), (.data, 65), (.choice, 78), (.diverged, 3),
      (.checkpoint, 74),
    ])
  func training(kind: TrainingError.Kind, code: Int) throws {
    #expect(Int(try #require(Failure(TrainingError(kind, "run"))).status.rawValue) == code)
  }

  @Test("What is none of our errors is left to others")
  func foreign() {
    struct Foreign: Error {}
    #expect(Failure(Foreign()) == nil)
  }
}
