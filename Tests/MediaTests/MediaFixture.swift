import Foundation

@testable import Media

/// The files written by `scripts/fixtures/media.py`.
enum MediaFixture {
  private static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/media")

  static func path(_ name: String) -> String { folder.appending(path: name).path }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appending(path: name)))
  }

  /// Reads a binary PPM file as Pillow writes it: three lines of header, then pixels.
  static func picture(_ name: String) throws -> Image {
    let bytes = try bytes(name)
    let lines = bytes.split(separator: 0x0A, maxSplits: 3, omittingEmptySubsequences: false)
    let size = String(decoding: lines[1], as: UTF8.self).split(separator: " ").compactMap {
      Int($0)
    }
    return Image(width: size[0], height: size[1], pixels: Array(lines[3]))
  }

  /// Decodes a fixture from memory.
  static func decode(
    _ name: String, _ options: StillImageOptions = StillImageOptions()
  ) throws -> DecodedImage {
    try decodeStillImage(.bytes(try bytes(name), name: name), options)
  }
}

extension StillImageOptions {
  static let strict: StillImageOptions = {
    var options = StillImageOptions()
    options.isStrict = true
    return options
  }()
}

extension VideoOptions {
  static let strict: VideoOptions = {
    var options = VideoOptions()
    options.isStrict = true
    return options
  }()
}

extension Image {
  /// Returns the largest difference in any channel of any pixel; `nil` if the sizes differ.
  func largestDifference(from other: Image) -> Int? {
    guard width == other.width, height == other.height else { return nil }
    return zip(pixels, other.pixels).map { abs(Int($0) - Int($1)) }.max()
  }

  /// Returns the mean difference over all channels of all pixels, in `0...255`.
  func meanDifference(from other: Image) -> Double {
    let sum = zip(pixels, other.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    return Double(sum) / Double(pixels.count)
  }

  /// Returns an image whose channel values depend on their position.
  static func pattern(width: Int, height: Int) -> Image {
    let pixels = (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0 * $0 / 7 + $0) }
    return Image(width: width, height: height, pixels: pixels)
  }
}

/// Returns the error of decoding; `nil` if it succeeds.
func failure(
  _ bytes: [UInt8], _ options: StillImageOptions = StillImageOptions()
) -> MediaError? {
  do throws(MediaError) {
    _ = try decodeStillImage(.bytes(bytes, name: "it"), options)
    return nil
  } catch {
    return error
  }
}
