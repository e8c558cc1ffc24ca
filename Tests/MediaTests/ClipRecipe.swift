import Media
import Testing

/// The options with which the ffmpeg program creates a test clip.
struct ClipRecipe: Sendable, CustomTestStringConvertible {
  let name: String
  /// The file extension, from which the program chooses the container.
  let container: String
  /// The options between input and output.
  let options: [String]
  var size = PixelSize(width: 160, height: 120)

  var testDescription: String { name }

  init(
    _ name: String, in container: String, _ options: String, size: PixelSize? = nil
  ) {
    (self.name, self.container) = (name, container)
    self.options = options.split(separator: " ").map(String.init)
    if let size { self.size = size }
  }

  static let plain = ClipRecipe("H.264 with B-frames", in: "mp4", "-c:v libx264 -g 12")

  static let all = codecs + containers + samplings + timings

  private static let codecs = [
    plain,
    ClipRecipe("H.265", in: "mp4", "-c:v libx265 -preset ultrafast -x265-params log-level=0"),
    ClipRecipe(
      "H.265, 10 bits", in: "mkv",
      "-c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -x265-params log-level=0"),
    ClipRecipe("H.264, 10 bits", in: "mp4", "-c:v libx264 -pix_fmt yuv420p10le"),
    ClipRecipe("VP8", in: "webm", "-c:v libvpx -deadline realtime"),
    ClipRecipe("VP9", in: "webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8"),
    ClipRecipe("AV1", in: "mkv", "-c:v libsvtav1 -preset 12"),
    ClipRecipe("Theora", in: "ogv", "-c:v libtheora -q:v 7"),
    ClipRecipe("MPEG-2, interlaced", in: "mpg", "-c:v mpeg2video -q:v 3 -flags +ildct+ilme -bf 2"),
    ClipRecipe("H.264, interlaced", in: "ts", "-vf tinterlace=4 -c:v libx264 -flags +ildct+ilme"),
    ClipRecipe("ProRes with alpha", in: "mov", "-c:v prores_ks -profile:v 4 -pix_fmt yuva444p10le"),
    ClipRecipe("RGB with alpha", in: "mov", "-vf format=rgba,colorchannelmixer=aa=0.5 -c:v qtrle"),
    ClipRecipe(
      "VP9 with alpha", in: "webm",
      "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -pix_fmt yuva420p"),
    ClipRecipe("pictures of a camera", in: "avi", "-c:v mjpeg -q:v 3 -pix_fmt yuvj422p"),
    ClipRecipe("lossless, 4:4:4", in: "mkv", "-c:v ffv1 -pix_fmt yuv444p"),
  ]

  private static let containers = [
    ClipRecipe("fragments", in: "mp4", "-c:v libx264 -g 10 -movflags frag_keyframe+empty_moov"),
    ClipRecipe("index in front", in: "mov", "-c:v libx264 -movflags faststart"),
    ClipRecipe("FLV", in: "flv", "-c:v libx264"),
    ClipRecipe("WMV", in: "asf", "-c:v wmv2 -q:v 3"),
    ClipRecipe("no duration", in: "mkv", "-c:v libx264 -live 1"),
    ClipRecipe("packets in a row, as broadcast", in: "ts", "-c:v mpeg2video -q:v 3"),
  ]

  private static let samplings = [
    ClipRecipe(
      "odd sides", in: "mkv", "-vf scale=161:91 -c:v ffv1 -pix_fmt yuv420p",
      size: PixelSize(width: 161, height: 91)),
    ClipRecipe(
      "odd sides, cropped", in: "mp4",
      "-vf scale=161:93 -c:v libx264 -pix_fmt yuv444p",
      size: PixelSize(width: 161, height: 93)),
    ClipRecipe(
      "a few pixels", in: "avi", "-vf scale=6:4 -c:v mjpeg -pix_fmt yuvj444p",
      size: PixelSize(width: 6, height: 4)),
    ClipRecipe("full range", in: "mp4", "-vf scale=out_range=pc -c:v libx264 -color_range pc"),
    ClipRecipe(
      "BT.709", in: "mp4",
      "-vf scale=out_color_matrix=bt709 -c:v libx264 -colorspace bt709 -color_primaries bt709 -color_trc bt709"
    ),
    ClipRecipe(
      "BT.601", in: "mp4",
      "-c:v libx264 -colorspace smpte170m -color_primaries smpte170m -color_trc smpte170m"),
    ClipRecipe(
      "BT.2020, 10 bits", in: "mkv",
      "-vf scale=out_color_matrix=bt2020 -c:v libx265 -preset ultrafast -pix_fmt yuv420p10le"
        + " -colorspace bt2020nc -x265-params log-level=0"
    ),
    ClipRecipe(
      "a palette in front", in: "avi",
      "-vf split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none -c:v rawvideo -pix_fmt pal8"),
    ClipRecipe("grey", in: "mkv", "-c:v ffv1 -pix_fmt gray"),
    ClipRecipe("16 bits of grey", in: "mkv", "-c:v ffv1 -pix_fmt gray16le"),
    ClipRecipe("4:1:1", in: "avi", "-c:v ffvhuff -pix_fmt yuv411p"),
    ClipRecipe("wide pixels", in: "mp4", "-vf setsar=4/3 -c:v libx264"),
  ]

  private static let timings = [
    ClipRecipe(
      "frames at uneven times", in: "mkv",
      "-vf select='not(mod(n\\,7))+not(mod(n\\,4))' -vsync vfr -c:v libx264"),
    ClipRecipe("starting late", in: "ts", "-c:v libx264 -output_ts_offset 1000"),
    ClipRecipe(
      "starting in front of its beginning", in: "mp4", "-ss 0.45 -c:v libx264 -g 100 -bf 3"),
    ClipRecipe("many frames a second", in: "mp4", "-r 240 -c:v libx264"),
    ClipRecipe("a frame a second", in: "mp4", "-r 1 -c:v libx264"),
    ClipRecipe("one frame", in: "mp4", "-frames:v 1 -c:v libx264"),
    ClipRecipe(
      "predicted across key frames", in: "mp4", "-c:v libx264 -g 10 -bf 3 -x264-params open-gop=1"),
    ClipRecipe(
      "refreshed bit by bit", in: "mkv", "-c:v libx264 -g 15 -x264-params intra-refresh=1"),
  ]

  /// Creates a clip of two seconds with audio in `folder`; returns its path.
  func make(in folder: String) throws -> String {
    let path = "\(folder)/clip.\(container)"
    let run = try FFmpegProgram.run(
      [
        "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=2", "-f",
        "lavfi", "-i", "sine=duration=2", "-pix_fmt", "yuv420p", "-threads", "1",
      ] + options + [path])
    guard run.status == 0 else { throw Failure(description: "\(name): \(run.errors)") }
    return path
  }

  struct Failure: Error, CustomStringConvertible { let description: String }
}
