import Media
import Testing

@Suite("Pictures from pixels and bytes")
struct ImageReadingTests {
  @Test("no pixels, and pixels that do not fit, are errors")
  func pixels() throws {
    for (width, height, count, code) in [
      (0, 4, 0, .empty), (4, 0, 0, .empty), (-1, -1, 3, .empty), (2, 2, 11, .corrupt),
      (Int.max, 2, 3, .corrupt), (Int.max / 2, 2, 3, .corrupt),
    ] as [(Int, Int, Int, MediaError.Code)] {
      let error = #expect(throws: MediaError.self) {
        try Image(width: width, height: height, rgb: Array(repeating: 1, count: count))
      }
      #expect(error?.code == code)
    }
    let image = try Image(width: 1, height: 2, rgb: [1, 2, 3, 4, 5, 6])
    #expect(image == Image(width: 1, height: 2, pixels: [1, 2, 3, 4, 5, 6]))
  }

  @Test("bytes that are no picture are named in the error")
  func bytes() {
    let error = #expect(throws: MediaError.self) {
      try Image(data: [1, 2, 3], name: "upload 7")
    }
    #expect(error?.path == "upload 7" && error?.code == .notMedia)
    #expect(throws: MediaError.self) { try Image(contentsOf: "/nowhere/at all.png") }
  }
}
