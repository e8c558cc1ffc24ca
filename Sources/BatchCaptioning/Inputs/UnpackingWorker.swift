import CArchive
import Files
import Glibc
import Media
import Workers

/// The library that unpacks archives.
package enum ArchiveLibrary {
  /// Its version; nil if it is not installed.
  package static var version: String? {
    carchive_load() == nil ? String(cString: carchive_version()) : nil
  }
}

/// The worker process of a `PackedArchive`, which reads one archive at a time on request.
package enum UnpackingWorker {
  /// The number of a member's bytes that are transferred at once.
  static let chunkByteCount = 1 << 20

  /// Unpacks until the owner closes the connection.
  package static func run() -> Never {
    var archive: OpenArchive?
    WorkerService.run(
      rehearsal: rehearse,
      answer: { job in
        guard carchive_load() == nil else { return problem(.unsupported, withoutLibrary) }
        switch UnpackingOrder(job.message) {
        case .rewind:
          archive = OpenArchive(job.descriptor, byteCount: job.byteCount)
          return UnpackingReply.done.answer
        case .next: return (archive?.next(job) ?? .problem(.internal, "not begun.")).answer
        case .list: return archive?.list(job) ?? problem(.internal, "not begun.")
        case .head: return archive?.head(job) ?? problem(.internal, "not begun.")
        case .contents: return archive?.contents(job) ?? problem(.internal, "not begun.")
        case nil: return problem(.internal, "the order is not understood. Report this.")
        }
      })
  }

  private static let withoutLibrary =
    "a packed archive, for which libarchive is needed. Install it, on Debian and Ubuntu with: apt-get install "
    + "libarchive13"

  fileprivate static func problem(_ code: MediaError.Code, _ text: String) -> WorkerAnswer {
    UnpackingReply.problem(code, text).answer
  }

  /// Loads the library, if it is installed: later nothing can be opened.
  private static func rehearse() {
    guard carchive_load() == nil else { return }
    let blocks = [UInt8](repeating: 0, count: 1024)
    blocks.withUnsafeBufferPointer { bytes in
      guard let archive = carchive_begin(-1, Int64(bytes.count), bytes.baseAddress) else { return }
      var member = CArchiveMember()
      _ = carchive_next(archive, &member)
      carchive_end(archive)
    }
  }
}

extension UnpackingReply {
  fileprivate var answer: WorkerAnswer { WorkerAnswer(message: message) }
}

/// An archive being read.
///
/// A class, for the handle of the library.
private final class OpenArchive {
  private let handle: OpaquePointer
  private let byteCount: Int
  private var index = -1
  /// The first bytes of the member, as far as they were read and not given.
  private var beginning: [UInt8] = []
  /// True if the archive could not be read any further.
  private var isDamaged = false
  private var unpackedByteCount = 0
  /// The size stated in the archive; nil if it states none.
  private var announcedByteCount: Int?

  init?(_ descriptor: Int32, byteCount: Int) {
    guard let handle = carchive_begin(descriptor, Int64(byteCount), nil) else { return nil }
    (self.handle, self.byteCount) = (handle, byteCount)
  }

  deinit { carchive_end(handle) }

  /// The limit of the unpacked size: an archive of pictures grows at most a thousandfold, and one
  /// that grows more is made to fill disks.
  private var mostUnpackedBytes: Int { 1 << 30 + byteCount.multipliedReportingOverflow(by: 1000).0 }

  /// The limit of a member's size: that of any picture, or, for clips, which are compressed
  /// themselves, a limit in proportion to the archive.
  private var mostMemberBytes: Int {
    let most = StillImageOptions().maximumFileBytes
    return MediaFormat(recognizing: beginning)?.isVideo == true ? max(most, 10 * byteCount) : most
  }

  func next(_ job: WorkerJob) -> UnpackingReply {
    carchive_set_descriptor(handle, job.descriptor)
    var member = CArchiveMember()
    switch carchive_next(handle, &member) {
    case 0: return .end(unreadByteCount: Int(carchive_unread_count(handle)))
    case 1: break
    default:
      guard index >= 0 || problem != Self.unknown || !isCompressed(job) else {
        return .problem(
          .unsupported,
          "compressed, and what is in it is no archive that can be read. Unpack it first.")
      }
      guard !isUnknownForm else {
        return .problem(
          .unsupported,
          "packed in a way that is not read (\(problem)). Unpack it first. What comes before was read."
        )
      }
      return .problem(
        .corrupt, "a damaged archive (\(problem)). What comes before was read; get a fresh copy.")
    }
    index += 1
    (beginning, isDamaged) = ([], false)
    announcedByteCount = member.size < 0 ? nil : Int(member.size)
    guard max(unpackedByteCount, Int(carchive_unpacked_count(handle))) <= mostUnpackedBytes else {
      return .problem(
        .tooLarge,
        "an archive that becomes more than a thousand times as large, which is made to fill disks. What comes "
          + "before was read.")
    }
    return .member(
      PackedMember(
        name: Self.name(member.name) ?? Array("member-\(index)".utf8),
        kind: Self.kind(member.kind), target: Self.name(member.target),
        byteCount: announcedByteCount, isEncrypted: member.is_encrypted != 0))
  }

  /// Returns the bytes of a name; nil for none, and for one that is too long.
  private static func name(_ text: UnsafePointer<CChar>?) -> [UInt8]? {
    let bytes = text.map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
    return bytes.flatMap { $0.count > PackedMember.longestName ? nil : $0 }
  }

  private func isCompressed(_ job: WorkerJob) -> Bool {
    ArchiveForm.isCompressed(
      [UInt8](unsafeUninitializedCapacity: 8) { buffer, count in
        count = max(0, pread(job.descriptor, buffer.baseAddress, 8, 0))
      })
  }

  /// The library's message for an unknown format.
  private static let unknown = "Unrecognized archive format"

  /// The maximum time for which member descriptions are collected before they are sent.
  private static let longestWait = Duration.seconds(5)

  /// Lists all remaining members, many at a time; the last answer is the reason why there are no
  /// more.
  func list(_ job: WorkerJob) -> WorkerAnswer {
    let most = UnpackingWorker.chunkByteCount - WorkerTask.maximumMessageSize
    var lines: [UInt8] = []
    var start = ContinuousClock.now
    func deliver() {
      job.withPixels { $0.copyBytes(from: lines) }
      job.deliver(
        WorkerAnswer(message: UnpackingReply.bytes.message, byteCount: lines.count))
      (lines, start) = ([], .now)
    }
    while true {
      let reply = next(job)
      guard case .member = reply else {
        if !lines.isEmpty { deliver() }
        return reply.answer
      }
      lines += reply.message + [UnpackingReply.lineEnd]
      if lines.count > most || start.duration(to: .now) > Self.longestWait { deliver() }
    }
  }

  func head(_ job: WorkerJob) -> WorkerAnswer {
    carchive_set_descriptor(handle, job.descriptor)
    readBeginning()
    job.withPixels { $0.copyBytes(from: beginning) }
    return WorkerAnswer(message: UnpackingReply.bytes.message, byteCount: beginning.count)
  }

  /// Sends the whole member; every answer but the last is a piece of it.
  func contents(_ job: WorkerJob) -> WorkerAnswer {
    carchive_set_descriptor(handle, job.descriptor)
    readBeginning()
    var left = mostMemberBytes
    guard announcedByteCount ?? 0 <= left else { return Self.tooLarge }
    while true {
      let count = job.withPixels { room in
        room.copyBytes(from: beginning)
        let rest = UnsafeMutableRawBufferPointer(rebasing: room[beginning.count...])
        return beginning.count + read(into: rest)
      }
      beginning = []
      guard !isDamaged else {
        guard !isUnknownForm else {
          return UnpackingWorker.problem(
            .unsupported,
            "packed in a way that is not read (\(problem)). Unpack the archive first.")
        }
        return UnpackingWorker.problem(
          .corrupt, "damaged in its archive (\(problem)). Get a fresh copy of the archive.")
      }
      guard count > 0 else { return UnpackingReply.done.answer }
      left -= count
      guard left >= 0 else { return Self.tooLarge }
      job.deliver(WorkerAnswer(message: UnpackingReply.bytes.message, byteCount: count))
    }
  }

  private static let tooLarge = UnpackingWorker.problem(
    .tooLarge, "unpacks to more bytes than are read of one file. Unpack the archive first.")

  private func readBeginning() {
    guard beginning.isEmpty else { return }
    beginning = [UInt8](unsafeUninitializedCapacity: FirstLook.byteCount) { buffer, count in
      count = read(into: UnsafeMutableRawBufferPointer(buffer))
    }
  }

  /// Fills `buffer` as far as the member goes and can be read.
  private func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    var filled = 0
    while !isDamaged, filled < buffer.count, let base = buffer.baseAddress {
      let count = carchive_read(handle, base + filled, buffer.count - filled)
      if count == 0 { break }
      isDamaged = count < 0
      filled += max(0, count)
    }
    unpackedByteCount += filled
    return filled
  }

  /// True if the last error is no damage but an unsupported compression or encryption.
  private var isUnknownForm: Bool {
    let text = problem.lowercased()
    return ["unsupported", "not supported", "encrypted", "passphrase", "crypto"]
      .contains { text.contains($0) }
  }

  private var problem: String {
    let text = String(cString: carchive_problem(handle))
    return text.count > 200 ? "\(text.prefix(200))…" : text
  }

  private static func kind(_ kind: CArchiveKind) -> TarReader.Kind {
    switch kind {
    case CARCHIVE_FILE: .file
    case CARCHIVE_FOLDER: .folder
    case CARCHIVE_LINK: .link
    case CARCHIVE_HARD_LINK: .hardLink
    default: .other
    }
  }
}
