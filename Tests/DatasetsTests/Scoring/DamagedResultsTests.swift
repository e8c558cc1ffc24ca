import TestSupport
import Testing

@testable import Datasets

/// Results and references with random damage: an error with a place, or rows; never a crash.
@Suite("Damaged results")
struct DamagedResultsTests {
  private static let texts: [(name: String, text: String)] = [
    (
      "r.json", #"[{"image_id": 9, "caption": "a dog"}, {"image_id": "x", "captions": ["a", "b"]}]"#
    ),
    ("r.json", #"{"9": ["a dog"], "25": [{"caption": "a cat"}], "36": "a cow"}"#),
    (
      "r.jsonl",
      """
      {"file": "a.jpg", "segments": [{"captions": [{"text": "a dog"}]}]}
      {"file": "b", "error": {}}
      """
    ),
    ("r.csv", "image_id,caption\n9,\"a \"\"dog\"\", running\"\n25,a cat\n"),
    ("r.tsv", "a.jpg\ta dog\nb.jpg\ta cat\n"),
    (
      "r.json",
      #"{"images": [{"id": 9, "file_name": "a.jpg"}], "annotations": [{"image_id": 9, "caption": "a dog"}]}"#
    ),
  ]

  @Test("are read or refused", arguments: 0..<6)
  func damage(number: Int) throws {
    let folder = try TemporaryFolder()
    let (name, text) = Self.texts[number]
    var state = UInt64(number + 1)
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let pieces = [
      "{", "}", "[", "]", "\"", ",", "\t", "\n", "null", "1e999", "\\u0000", "\u{FEFF}", ":",
    ]
    for _ in 0..<300 {
      var bytes = Array(text.utf8)
      for _ in 0...random(3) {
        let place = random(bytes.count)
        switch random(4) {
        case 0: bytes[place] = UInt8(random(256))
        case 1: bytes.removeSubrange(place..<min(place + 1 + random(9), bytes.count))
        case 2: bytes.insert(contentsOf: Array(pieces[random(pieces.count)].utf8), at: place)
        default: bytes += bytes[place...]
        }
        if bytes.isEmpty { bytes = [0] }
      }
      let path = try folder.write(bytes, to: name)
      do throws(DatasetError) {
        let rows = try ResultCaptions(at: path).rows
        #expect(!rows.isEmpty)
      } catch {
        #expect(error.path == path && !error.description.isEmpty)
      }
      if name != "r.jsonl" { _ = try? ReferenceCaptions(at: path) }
    }
  }
}
