import Testing

@testable import Media

@Suite("Media libraries")
struct MediaLibrariesTests {
  @Test("each library gives a version of numbers and points")
  func versions() {
    let libraries = mediaLibraryVersions()
    #expect(libraries.map(\.name) == ["libjpeg-turbo", "libpng", "libwebp"])
    for library in libraries {
      #expect(library.version.wholeMatch(of: /\d+(\.\d+)+/) != nil, "\(library)")
    }
  }
}
