import Testing

@testable import Media

@Suite("Media libraries")
struct MediaLibrariesTests {
  @Test("each library gives a version of numbers and points")
  func versions() {
    let libraries = MediaLibraries.versions
    #expect(libraries.map(\.name) == ["libjpeg", "libpng", "libwebp"])
    for library in libraries {
      #expect(library.version.wholeMatch(of: /\d+(\.\d+)+/) != nil, "\(library)")
    }
  }
}
