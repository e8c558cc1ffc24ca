import Files
import Testing

@Suite("Glob patterns")
struct GlobPatternTests {
  /// Returns true if `pattern` matches the path, all of whose components but the last are folders.
  func matches(_ pattern: String, _ path: String) throws -> Bool {
    let pattern = try #require(GlobPattern(pattern))
    guard path.hasPrefix(pattern.base) else { return false }
    let parts = path.dropFirst(pattern.base.count).split(separator: "/").map(String.init)
    let state = parts.dropLast().reduce(pattern.start) { pattern.step($0, $1).inside }
    return pattern.step(state, try #require(parts.last)).matches
  }

  @Test(
    "stars, question marks and sets mean what they mean to shells",
    arguments: [
      ("*.jpg", "a.jpg", true), ("*.jpg", ".jpg", false), ("*.jpg", "a.jpg.txt", false),
      ("*.jpg", "a/b.jpg", false), ("*/b.jpg", "a/b.jpg", true), ("a*b*c", "aXbYbZc", true),
      ("a*b*c", "aXbYbZ", false), ("?.png", "ü.png", true), ("?.png", "ab.png", false),
      ("[a-c]x", "bx", true), ("[a-c]x", "dx", false), ("[!a-c]x", "dx", true),
      ("[^a]x", "ax", false), ("[]]x", "]x", true), ("[a-]x", "-x", true), ("[z-a]*", "m", false),
      ("\\**", "*b", true), ("\\**", "ab", false), ("*", "a", true), ("**.jpg", "a.jpg", true),
      (".*", ".a", true), ("?a", ".a", false), ("[.]a", ".a", false), ("a[b*", "a[bc", true),
    ])
  func names(_ pattern: String, _ path: String, _ expected: Bool) throws {
    #expect(try matches(pattern, path) == expected)
  }

  @Test(
    "two stars stand for any number of folders, hidden ones left out",
    arguments: [
      ("**/a.jpg", "a.jpg", true), ("**/a.jpg", "x/y/a.jpg", true), ("x/**", "x/y/z", true),
      ("x/**/z", "x/z", true), ("x/**/z", "y/z", false), ("**/.git/a", ".git/a", true),
      ("**/a", ".git/a", false), ("**/b/**/d", "a/b/c/c/d", true), ("**/b/**/d", "a/c/d", false),
      ("**/**/a", "a", true), ("/r/**/a?", "/r/s/ab", true),
    ])
  func folders(_ pattern: String, _ path: String, _ expected: Bool) throws {
    #expect(try matches(pattern, path) == expected)
  }

  @Test("through a symbolic link leads what names it, and not two stars")
  func links() throws {
    func step(_ text: String, _ name: String) throws -> GlobPattern.Step {
      let pattern = try #require(GlobPattern(text))
      return pattern.step(pattern.start, name).throughLink
    }
    #expect(try step("*.jpg", "a.jpg").matches)
    #expect(try !step("**", "a.jpg").matches)
    #expect(try step("**/*.jpg", "a.jpg").matches)
    #expect(try !step("*/b", "a").inside.isEmpty)
    #expect(try step("**/b", "a").inside.isEmpty)
    #expect(try step("**/b", "b").matches)
  }

  @Test("what has no wildcard is no pattern, nor what only escapes one")
  func plain() {
    for text in ["a.jpg", "a/b", "", "/", "a\\*", "a[b"] { #expect(GlobPattern(text) == nil) }
  }

  @Test("the folder in front of the first wildcard is where the search begins")
  func base() {
    #expect(GlobPattern("a/b/*.jpg")?.base == "a/b")
    #expect(GlobPattern("./a//*/c")?.base == "a")
    #expect(GlobPattern("/a/[bc]/d")?.base == "/a")
    #expect(GlobPattern("*")?.base == "")
    #expect(GlobPattern("../*")?.base == "..")
  }

  @Test("a folder in which nothing can match is not entered")
  func pruning() throws {
    let pattern = try #require(GlobPattern("*/b/*.jpg"))
    let first = pattern.step(pattern.start, "a")
    #expect(!first.inside.isEmpty && !first.matches)
    #expect(pattern.step(first.inside, "c").inside.isEmpty)
    #expect(!pattern.step(first.inside, "b").inside.isEmpty)
  }

  @Test("a pattern that would take others for ever is quick")
  func backtracking() throws {
    let pattern = String(repeating: "*a", count: 200) + "*b"
    #expect(try !matches(pattern, String(repeating: "a", count: 2000)))
  }

  @Test("whether a pattern says how names end")
  func extensions() {
    #expect(GlobPattern("a.b/*.dat")?.namesExtension == true)
    #expect(GlobPattern("a.b/*")?.namesExtension == false)
    #expect(GlobPattern("*.jpg/**")?.namesExtension == false)
  }
}
