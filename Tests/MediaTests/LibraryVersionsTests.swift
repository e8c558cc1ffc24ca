import Testing

@testable import Media

@Suite("Media libraries")
struct MediaLibrariesTests {
  @Test("each library gives a version of numbers and points")
  func versions() {
    let libraries = MediaLibraries.versions
    #expect(libraries.map(\.name) == ["libjpeg", "libpng", "libwebp"])
    let optional = MediaLibraries.optionalVersions.compactMap { library in
      library.version.map { (name: library.name, version: $0) }
    }
    #expect(optional.map(\.name) == ["libtiff", "libheif", "libjxl"])
    for library in libraries + optional {
      #expect(library.version.wholeMatch(of: /\d+(\.\d+)+/) != nil, "\(library)")
    }
  }
}
