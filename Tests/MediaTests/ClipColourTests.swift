import Foundation
import TestSupport
import Testing

@testable import Media

/// Colours whose expected values are computed here from the formulas of the standards.
@Suite("Colours of clips", .enabled(if: FFmpegProgram.isInstalled()))
struct ClipColourTests {
  /// Red, green and blue in 0...1.
  static let colours: [[Double]] = [
    [0, 0, 0], [1, 1, 1], [0.5, 0.5, 0.5], [0.8, 0.1, 0.1], [0.1, 0.7, 0.2], [0.15, 0.2, 0.75],
    [0.7, 0.6, 0.1], [0.02, 0.03, 0.02],
  ]
  /// The side of each colour's square, in pixels.
  static let side = 16

  /// Creates a clip of two seconds at 4 frames per second, with adjacent squares whose planes hold `codes`.
  private func clip(
    _ codes: [[Double]], of format: String, largest: Int, isWide: Bool, _ options: String,
    in folder: borrowing TemporaryFolder
  ) throws -> String {
    var frame: [UInt8] = []
    for plane in 0..<3 {
      let row = codes.flatMap { code -> [UInt8] in
        let value = Int((code[plane] * Double(largest)).rounded())
        let bytes = [UInt8(value & 255)] + (isWide ? [UInt8(value >> 8)] : [])
        return (0..<Self.side).flatMap { _ in bytes }
      }
      for _ in 0..<Self.side { frame += row }
    }
    try folder.write((0..<8).flatMap { _ in frame }, to: "raw")
    let path = folder.path + "/clip.mkv"
    let run = try FFmpegProgram.run(
      [
        "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", format, "-r", "4", "-s",
        "\(codes.count * Self.side)x\(Self.side)", "-i", folder.path + "/raw",
      ] + options.split(separator: " ").map(String.init) + ["-pix_fmt", format, path])
    try #require(run.status == 0, "\(run.errors)")
    return path
  }

  /// Returns the decoded value of each colour, in the middle of its square.
  private func shown(_ path: String) throws -> [[Int]] {
    var clip = try VideoFile(.file(path))
    let image = try clip.firstFrame()
    return (0..<image.width / Self.side).map { square in
      let place = (Self.side / 2 * image.width + square * Self.side + Self.side / 2) * 3
      return image.pixels[place..<place + 3].map(Int.init)
    }
  }

  private func expect(_ shown: [[Int]], _ colours: [[Double]], within tolerance: Int = 1) {
    for (pixel, colour) in zip(shown, colours) {
      for (code, value) in zip(pixel, colour) {
        #expect(abs(code - Int((255 * value).rounded())) <= tolerance, "\(pixel), not \(colour)")
      }
    }
  }

  @Test("in RGB of more than 8 bits are those of the file", arguments: [8, 10, 12, 16])
  func deepRGB(bits: Int) throws {
    let folder = try TemporaryFolder()
    let planes = Self.colours.map { [$0[1], $0[2], $0[0]] }
    let path = try clip(
      planes, of: bits == 8 ? "gbrp" : "gbrp\(bits)le", largest: 1 << bits - 1, isWide: bits > 8,
      bits == 8 ? "-c:v libx264rgb -qp 0" : "-c:v ffv1", in: folder)
    expect(try shown(path), Self.colours)
  }

  @Test("in Y, Cg and Co are turned back by their own matrix", arguments: [false, true])
  func greenAndOrange(isFull: Bool) throws {
    let folder = try TemporaryFolder()
    let planes = Self.colours.map { colour in
      let (r, g, b) = (colour[0], colour[1], colour[2])
      let numbers = [(r + 2 * g + b) / 4, (2 * g - r - b) / 4, (r - b) / 2]
      guard !isFull else { return [numbers[0], numbers[1] + 128 / 255, numbers[2] + 128 / 255] }
      return [
        (16 + 219 * numbers[0]) / 255, (128 + 224 * numbers[1]) / 255,
        (128 + 224 * numbers[2]) / 255,
      ]
    }
    let path = try clip(
      planes, of: "yuv444p", largest: 255, isWide: false,
      "-c:v libx264 -qp 0 -colorspace ycgco -color_range \(isFull ? "pc" : "tv")", in: folder)
    expect(try shown(path), Self.colours, within: 3)
  }

  // MARK: HDR

  /// Returns the sRGB code (IEC 61966-2-1) of a linear value.
  private func code(_ light: Double) -> Double {
    light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055
  }

  /// Returns the PQ code (SMPTE ST 2084) of `light`, in units of white at 203 cd/m².
  private func perceptualQuantizer(_ light: Double) -> Double {
    let power = pow(max(light, 0) * 203 / 10_000, 2610 / 16384.0)
    return pow(
      (3424 / 4096.0 + 2413 / 128.0 * power) / (1 + 2392 / 128.0 * power), 2523 / 32.0)
  }

  /// Returns the HLG codes (ARIB STD-B67) of `light`, for a display of 1000 cd/m².
  private func hybridLogGamma(_ light: [Double]) -> [Double] {
    let shown = light.map { max($0, 0) * 0.203 }
    let luminance = 0.2627 * shown[0] + 0.678 * shown[1] + 0.0593 * shown[2]
    let gain = luminance > 0 ? pow(luminance, 1 / 1.2 - 1) : 0
    return shown.map { display in
      let scene = display * gain
      return scene <= 1 / 12.0
        ? (3 * scene).squareRoot() : 0.17883277 * log(12 * scene - 0.28466892) + 0.55991073
    }
  }

  /// Converts linear BT.709 to BT.2020 (BT.2087).
  private func wide(_ light: [Double]) -> [Double] {
    [
      [0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956],
    ].map { row in zip(row, light).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  @Test("of high range are those of standard range, up to near white", arguments: ["PQ", "HLG"])
  func highRange(transfer: String) throws {
    let folder = try TemporaryFolder()
    // Light in units of white; the last three are highlights of 406, 1000 and 4000 cd/m².
    let light = Self.colours + [[2, 2, 2], [4.926, 4.926, 4.926], [19.7, 19.7, 19.7]]
    let planes = light.map { light in
      let rgb = wide(light)
      let codes = transfer == "PQ" ? rgb.map(perceptualQuantizer) : hybridLogGamma(rgb)
      return [codes[1], codes[2], codes[0]].map { min($0, 1) }
    }
    let name = transfer == "PQ" ? "smpte2084" : "arib-std-b67"
    let path = try clip(
      planes, of: "gbrp16le", largest: 65_535, isWide: true,
      "-c:v ffv1 -color_trc \(name) -color_primaries bt2020", in: folder)
    let shown = try shown(path)
    let whites = [1, 8, 9, 10].map { shown[$0][0] }
    for (pixel, light) in zip(shown, Self.colours) where light.allSatisfy({ $0 <= 0.8 }) {
      for (value, light) in zip(pixel, light) {
        #expect(abs(value - Int((255 * code(light)).rounded())) <= 2, "\(pixel) of \(light)")
      }
    }
    // White is nearly white, and brighter values can still be distinguished from it.
    #expect(whites[0] >= 240 && whites[0] < whites[1] && whites[1] < whites[2], "\(whites)")
    #expect(whites[2] == 255 && whites[3] == 255, "\(whites)")
    var clip = try VideoFile(.file(path), .strict)
    _ = try clip.firstFrame()
    #expect(
      clip.warnings == [.toneMapped(transfer)] && clip.warnings[0].isRemark
        && clip.warnings[0].message == "HDR (\(transfer)), shown in SDR with white at 203 cd/m²")
  }

  @Test("of Dolby's own that no decoder here knows are refused", arguments: [0, 1])
  func dolby(compatibility: UInt8) throws {
    let folder = try TemporaryFolder()
    let run = try FFmpegProgram.run([
      "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=5:duration=1", "-c:v",
      "libx265", "-preset", "ultrafast", "-x265-params", "log-level=0", "-tag:v", "hvc1",
      folder.path + "/plain.mp4",
    ])
    try #require(run.status == 0, "\(run.errors)")
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/plain.mp4")))
    // Profile 5: a box at the end of the track's sample description, which comes after the frames.
    let box: [UInt8] =
      [0, 0, 0, 32] + Array("dvcC".utf8) + [1, 0, 0x0A, 0x0D, compatibility << 4]
      + [UInt8](repeating: 0, count: 19)
    var (place, end) = (0, 0)
    for name in ["moov", "trak", "mdia", "minf", "stbl", "stsd", "hvc1"] {
      place += try #require(bytes[place...].firstRange(of: Array(name.utf8))).lowerBound - place
      let size = bytes[place - 4..<place].reduce(0) { $0 << 8 | Int($1) }
      end = place - 4 + size
      for byte in 0..<4 {
        bytes[place - 1 - byte] = UInt8(truncatingIfNeeded: (size + box.count) >> (8 * byte))
      }
    }
    bytes.insert(contentsOf: box, at: end)
    let source = MediaSource.bytes(bytes, name: "it")
    if compatibility == 0 {
      let error = #expect(throws: MediaError.self) { _ = try VideoFile(source) }
      #expect(error?.code == .unsupported && error?.problem.contains("Dolby Vision") == true)
    } else {
      var clip = try VideoFile(source, .strict)
      let image = try clip.firstFrame()
      #expect(image.width == 64)
    }
  }

  @Test("of high range in video are near those of the clip that they were made from")
  func highRangeVideo() throws {
    let folder = try TemporaryFolder()
    func frame(_ name: String, _ options: String) throws -> Image {
      let path = folder.path + "/" + name
      let run = try FFmpegProgram.run(
        ["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=5:duration=1"]
          + options.split(separator: " ").map(String.init) + [path])
      try #require(run.status == 0, "\(run.errors)")
      var clip = try VideoFile(.file(path))
      return try clip.firstFrame()
    }
    let plain = try frame("plain.mkv", "-c:v ffv1 -pix_fmt gbrp")
    let high = try frame(
      "high.mp4",
      "-vf format=gbrp,zscale=tin=iec61966-2-1:pin=bt709:min=gbr:t=smpte2084:p=bt2020:m=bt2020nc"
        + ":r=limited:npl=203,format=yuv420p10le"
        + " -c:v libx265 -preset ultrafast -color_trc smpte2084 -color_primaries bt2020"
        + " -colorspace bt2020nc -x265-params log-level=0:qp=8")
    let difference = zip(plain.pixels, high.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    #expect(Double(difference) / Double(plain.pixels.count) < 16, "\(difference)")
  }
}
