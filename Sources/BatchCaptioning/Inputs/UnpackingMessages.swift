import Files
import Media

// What a batch and the process that unpacks an archive for it say to each other. A reply comes from a process
// that may have been taken over by the archive, and is checked.

/// What the process is to do with its archive.
enum UnpackingOrder: String {
  /// Begin anew, before the first member.
  case rewind
  /// Move to the next member.
  case next
  /// Tell all members that are left, in lines, and then why there are no more.
  case list
  /// Show how the member begins; it can be had whole afterwards all the same.
  case head
  /// Give the whole member, piece by piece.
  case contents

  var message: [UInt8] { Array(rawValue.utf8) }

  init?(_ message: [UInt8]) { self.init(rawValue: String(decoding: message, as: UTF8.self)) }
}

/// A member of a packed archive.
struct PackedMember: Sendable, Equatable {
  /// As the archive has it, which may be anything.
  let name: [UInt8]
  let kind: TarReader.Kind
  /// Of a hard link, the name of the member whose bytes it has.
  var target: [UInt8]?
  /// Nil where the archive does not say beforehand.
  let byteCount: Int?
  let isEncrypted: Bool

  /// As long as a name may be, in bytes, for a message to hold two.
  static let longestName = 20_000
}

enum UnpackingReply: Equatable {
  case member(PackedMember)
  /// The last member was given before, and so many bytes behind it are of no member.
  case end(unreadByteCount: Int)
  /// Bytes come along.
  case bytes
  /// The member, or after `next` the archive, cannot be read.
  case problem(MediaError.Code, String)

  /// What was asked for is done.
  static let done = UnpackingReply.end(unreadByteCount: 0)

  /// What ends a reply that is a line among others.
  static let lineEnd = UInt8(ascii: "\n")

  private static let kinds: [(TarReader.Kind, String)] = [
    (.file, "file"), (.folder, "folder"), (.link, "link"), (.hardLink, "hard_link"),
    (.other, "other"),
  ]

  var message: [UInt8] {
    let reply: JSONValue
    switch self {
    case .member(let member):
      let kind = Self.kinds.first { $0.0 == member.kind }?.1 ?? "other"
      reply = [
        "member": .string(base64(member.name)), "kind": .string(kind),
        "size": member.byteCount.map { JSONValue.string("\($0)") } ?? .null,
        "encrypted": .boolean(member.isEncrypted),
        "target": member.target.map { .string(base64($0)) } ?? .null,
      ]
    case .end(let count): reply = ["end": .string("\(count)")]
    case .bytes: reply = ["bytes": true]
    case .problem(let code, let text):
      reply = ["code": .string(code.rawValue), "problem": .string(text)]
    }
    return Array(reply.compactText.utf8)
  }

  /// Nil if no process of ours would say this.
  init?(_ message: [UInt8]) {
    guard let reply = try? JSONValue(reading: message) else { return nil }
    if let name = reply["member"]?.string {
      guard let name = Files.bytes(ofBase64: name),
        case .boolean(let isEncrypted) = reply["encrypted"],
        let kind = Self.kinds.first(where: { $0.1 == reply["kind"]?.string })?.0
      else { return nil }
      let size = reply["size"]?.string.flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0 }
      self = .member(
        PackedMember(
          name: name, kind: kind,
          target: reply["target"]?.string.flatMap { Files.bytes(ofBase64: $0) },
          byteCount: size, isEncrypted: isEncrypted))
    } else if let count = reply["end"]?.string.flatMap({ Int($0) }), count >= 0 {
      self = .end(unreadByteCount: count)
    } else if reply["bytes"] != nil {
      self = .bytes
    } else {
      guard let code = reply["code"]?.string.flatMap(MediaError.Code.init),
        let text = reply["problem"]?.string, text.count <= DecodingReply.longestText
      else { return nil }
      self = .problem(code, text)
    }
  }
}
