import Foundation

/// Pictures to caption: the project's own, and what can go wrong with them.
enum Pictures {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("datasets/samples").path

  static let jpeg = "\(folder)/dog-on-grass.jpg"
  static let png = "\(folder)/house.png"
  static let webp = "\(folder)/mountain-lake.webp"
  static let turned = "\(folder)/football-turned.jpg"

  static func bytes(of path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// A JPEG that ends in the middle.
  static func truncated() throws -> [UInt8] {
    let whole = try bytes(of: jpeg)
    return Array(whole.prefix(whole.count / 2))
  }

  /// A JPEG whose header claims another size.
  static func claiming(width: Int, height: Int) throws -> [UInt8] {
    var bytes = try bytes(of: jpeg)
    // The frame header: FF C0, two bytes of length, one of precision, height, width.
    guard let frame = bytes.indices.first(where: { bytes[$0...].starts(with: [0xFF, 0xC0]) })
    else { return bytes }
    (bytes[frame + 5], bytes[frame + 6]) = (UInt8(height >> 8), UInt8(height & 255))
    (bytes[frame + 7], bytes[frame + 8]) = (UInt8(width >> 8), UInt8(width & 255))
    return bytes
  }
}
