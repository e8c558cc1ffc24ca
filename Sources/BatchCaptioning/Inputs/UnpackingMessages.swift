import Files
import Media

// The messages between a batch and the process that unpacks an archive for it. A reply comes from a
// process that the archive may have taken over, and is checked.

/// An order to the process about its archive.
enum UnpackingOrder: String {
  /// Restart, before the first member.
  case rewind
  /// Move to the next member.
  case next
  /// List all remaining members, in lines, and then the reason why there are no more.
  case list
  /// Send the first bytes of the member; all of it can be requested afterwards.
  case head
  /// Send the whole member, piece by piece.
  case contents

  var message: [UInt8] { Array(rawValue.utf8) }

  init?(_ message: [UInt8]) { self.init(rawValue: String(decoding: message, as: UTF8.self)) }
}

/// A member of a packed archive.
struct PackedMember: Sendable, Equatable {
  /// The name in the archive, which may be any bytes.
  let name: [UInt8]
  let kind: TarReader.Kind
  /// The name of the member whose bytes a hard link has.
  var target: [UInt8]?
  /// The size in bytes; nil if the archive does not state it beforehand.
  let byteCount: Int?
  let isEncrypted: Bool

  /// The maximum length of a name, in bytes, so that a message can hold two.
  static let longestName = 20_000
}

enum UnpackingReply: Equatable {
  case member(PackedMember)
  /// The last member was given before, and the given number of bytes behind it belong to no member.
  case end(unreadByteCount: Int)
  /// Bytes that come along.
  case bytes
  /// The reason why the member, or after `next` the archive, cannot be read.
  case problem(MediaError.Code, String)

  /// The reply that an order is done.
  static let done = UnpackingReply.end(unreadByteCount: 0)

  /// The byte that ends a reply in a list of replies.
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

  /// Parses a reply; nil if no process of ours would send it.
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
