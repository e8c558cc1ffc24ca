/// Tar archives as programs write them, and malicious ones.
package struct TarBytes {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// The archive with its two empty blocks.
  package var whole: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

  /// Adds a member with a POSIX header.
  ///
  /// - Parameters:
  ///   - name: The name, of which at most 100 bytes are used.
  ///   - contents: The contents, padded to whole blocks.
  ///   - type: The type as in the header, 0 for a file.
  ///   - prefix: The beginning of a long name.
  ///   - size: The size in the header, as eleven digits; nil for that of the contents.
  ///   - target: The target of a link.
  package mutating func add(
    _ name: String, _ contents: [UInt8] = [], type: Character = "0", prefix: String = "",
    size: [UInt8]? = nil, target: String = ""
  ) {
    add(
      Array(name.utf8), contents, type: type, prefix: prefix, size: size, target: target)
  }

  package mutating func add(
    _ name: [UInt8], _ contents: [UInt8] = [], type: Character = "0", prefix: String = "",
    size: [UInt8]? = nil, target: String = ""
  ) {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: some Sequence<UInt8>, at offset: Int) {
      for (index, byte) in text.enumerated() { header[offset + index] = byte }
    }
    put(name.prefix(100), at: 0)
    put("0000644\0".utf8, at: 100)
    put(size ?? Array(octal(contents.count, 11).utf8), at: 124)
    put("14000000000".utf8, at: 136)
    put(String(type).utf8, at: 156)
    put(target.utf8.prefix(100), at: 157)
    put("ustar\u{0}00".utf8, at: 257)
    put(prefix.utf8.prefix(155), at: 345)
    put("        ".utf8, at: 148)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6).utf8, at: 148)
    put([0, 32], at: 154)
    bytes += header + contents
    bytes += [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
  }

  /// Adds a pax header for the next member.
  package mutating func addRecords(_ records: [(key: String, value: String)]) {
    var text = ""
    for (key, value) in records {
      // The length counts its own digits.
      var length = key.utf8.count + value.utf8.count + 3
      while "\(length)".utf8.count + key.utf8.count + value.utf8.count + 3 != length {
        length += 1
      }
      text += "\(length) \(key)=\(value)\n"
    }
    add("PaxHeaders/x", Array(text.utf8), type: "x")
  }

  private func octal(_ number: Int, _ width: Int) -> String {
    let digits = String(number, radix: 8)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
