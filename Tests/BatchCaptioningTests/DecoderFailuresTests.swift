import Glibc
import Media
import Testing
import Workers

@testable import Captioning

@Suite("What the failure of a decoder says about a file")
struct DecoderFailuresTests {
  @Test(
    "The code, what happened, and what to do",
    arguments: [
      (
        WorkerFailure.crashed(signal: SIGSEGV, lastWords: ""), MediaError.Code.decoderCrashed,
        "the decoder crashed (signal 11, Segmentation fault). Get a fresh copy, or convert it to another "
          + "format; other files are not harmed."
      ),
      (
        .crashed(signal: nil, lastWords: "Fatal error: gone"), .decoderCrashed,
        "the decoder crashed (it ended: Fatal error: gone). Get a fresh copy, or convert it to another "
          + "format; other files are not harmed."
      ),
      (
        .crashed(signal: SIGKILL, lastWords: ""), .decoderCrashed,
        "the decoder was killed from outside, as the system does when memory runs out. Free some memory, "
          + "or decode fewer files at once, and run this again."
      ),
      (
        .forbidden, .decoderCrashed,
        "the decoder wanted more of the system than decoding needs, and was stopped. The file may be an "
          + "attack: do not open it elsewhere, and get a fresh copy."
      ),
      (
        .misbehaved, .decoderCrashed,
        "the decoder gave an answer that makes no sense, and was stopped. The file may be an attack: do "
          + "not open it elsewhere, and get a fresh copy."
      ),
      (
        .outOfMemory, .tooLarge,
        "does not fit in the 2048 MB that a decoder may use. Make it smaller."
      ),
      (
        .timedOut(limit: .seconds(60)), .timeout,
        "not decoded within 60 s. Raise --timeout if it may take longer, or convert it to another format."
      ),
      (
        .timedOut(limit: .milliseconds(1500)), .timeout,
        "not decoded within 1.5 s. Raise --timeout if it may take longer, or convert it to another format."
      ),
    ])
  func message(failure: WorkerFailure, code: MediaError.Code, problem: String) {
    let error = MediaError(failure, path: "a.jpg", memoryByteLimit: 2 << 30)
    #expect(error.code == code)
    #expect(error.stage == .decode)
    #expect(error.description == "a.jpg: \(problem)")
  }
}
