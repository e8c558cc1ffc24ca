private let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

/// Returns `bytes` encoded in Base64 (RFC 4648).
package func base64(_ bytes: [UInt8]) -> String {
  var text: [UInt8] = []
  text.reserveCapacity((bytes.count + 2) / 3 * 4)
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
    for place in 0..<4 {
      text.append(place <= group.count ? digits[bits >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
    }
  }
  return String(decoding: text, as: UTF8.self)
}

/// Returns the bytes of a Base64 text; nil if it is malformed.
package func bytes(ofBase64 text: String) -> [UInt8]? {
  let symbols = Array(text.utf8)
  let padding = symbols.suffix(2).count { $0 == UInt8(ascii: "=") }
  let values = symbols.dropLast(padding).map { digits.firstIndex(of: $0) ?? -1 }
  guard symbols.count.isMultiple(of: 4), !values.contains(-1) else { return nil }
  var bytes: [UInt8] = []
  for start in stride(from: 0, to: values.count, by: 4) {
    let group = values[start..<min(start + 4, values.count)]
    let bits = group.reduce(0) { $0 << 6 | $1 } << (6 * (4 - group.count))
    bytes += [16, 8, 0].prefix(group.count - 1).map { UInt8(bits >> $0 & 255) }
  }
  return bytes
}
