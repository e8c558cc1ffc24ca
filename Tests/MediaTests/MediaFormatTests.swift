import Testing

@testable import Media

@Suite("Media format")
struct MediaFormatTests {
  @Test(
    "is told by the first bytes",
    arguments: [
      ("GIF89a...", MediaFormat.gif), ("8BPS....", .photoshop), ("II*\0....", .tiff),
      ("MM\0*....", .tiff), ("DDS ....", .dds), ("BLP2....", .blp), ("OggS....", .ogg),
      ("....ftypisom", .mp4), ("....ftypqt  ", .quickTime), ("....ftypavif", .avif),
      ("....ftypheic", .heic), ("RIFF....AVI ", .avi), ("RIFF....WEBP", .webp),
      ("....moov....", .quickTime), ("P6 31 23 255 ", .portableAnymap), ("qoif....", .qoi),
    ])
  func magic(head: String, format: MediaFormat) {
    #expect(MediaFormat(recognizing: Array(head.utf8)) == format)
  }

  @Test("of a transport stream is told by its packets, with a time in front of each or without")
  func transport() {
    for lead in [0, 4] {
      let packet = [UInt8](repeating: 0, count: lead) + [0x47] + [UInt8](repeating: 1, count: 187)
      #expect(MediaFormat(recognizing: packet + packet + packet) == .mpegTransport)
      #expect(MediaFormat(recognizing: packet) == nil)
    }
  }

  @Test("is none for text, audio and nothing at all")
  func unknown() {
    for text in ["", "B", "BM", "this is no picture", "RIFF....WAVE", "PK", "P6", "Plain text"] {
      #expect(MediaFormat(recognizing: Array(text.utf8)) == nil, "\(text)")
    }
  }

  @Test("other pictures are unsupported, clips are no pictures, the rest is not media")
  func messages() {
    let icon = failure([0, 0, 1, 0, 1, 0])
    #expect(icon?.code == .unsupported)
    #expect(
      icon?.description
        == "it: in ICO format, which is not supported yet. Convert it to JPEG, PNG or WebP.")
    let video = failure(Array("....ftypisom".utf8))
    #expect(video?.code == .unsupported)
    #expect(
      video?.problem
        == "a clip, in MP4 format, and not a picture. Give a picture.")
    let text = failure(Array("hello".utf8))
    #expect(text?.code == .notMedia)
    #expect(
      text?.problem
        == "not a picture or video in any known format. Give a JPEG, PNG or WebP file.")
  }
}
