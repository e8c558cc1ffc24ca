import Testing
import Text

@Suite("Word counts")
struct WordCountsTests {
  private func message(_ tsv: String) -> String {
    do throws(VocabularyError) {
      _ = try WordCounts(tsv: Array(tsv.utf8), path: "m/counts.tsv")
      return "no error"
    } catch {
      return error.description
    }
  }

  @Test("are written ranked, one word a line, and read back")
  func roundTrip() throws {
    let counts = WordCounts(counting: [["b", "a", "c", "c"], ["café", "\t", ""]])
    let tsv = counts.tsv()
    #expect(String(decoding: tsv, as: UTF8.self) == "c\t2\na\t1\nb\t1\ncafé\t1\n")
    let read = try WordCounts(tsv: tsv, path: "counts.tsv")
    #expect(read.counts == ["a": 1, "b": 1, "c": 2, "café": 1])
    #expect(try WordCounts(tsv: Array("a\t7".utf8), path: "counts.tsv").counts == ["a": 7])
    #expect(try WordCounts(tsv: [], path: "counts.tsv") == WordCounts())
  }

  @Test(
    "are refused with the line that is not a count",
    arguments: ["a\t1\nb", "a\t1\nb\t", "a\t1\nb\tx", "a\t1\nb\t-1", "a\t1\nb\t0", "a\t1\n\nb\t1"])
  func notACount(tsv: String) {
    #expect(
      message(tsv)
        == "m/counts.tsv: line 2 is not a word, a tab and a count. Delete the file to have it "
        + "counted again, or write the line as word<TAB>count.")
  }

  @Test("are refused when a word comes twice or cannot be stored")
  func badWords() {
    #expect(message("a\t1\na\t2\n").contains("the word \"a\" appears twice"))
    #expect(message(" a\t1\n").contains("the word \" a\" is empty, has a blank around it"))
    #expect(message("\t1\n").contains("the word \"\" is empty"))
  }

  @Test("are refused when a word is not UTF-8")
  func brokenUTF8() {
    #expect(throws: VocabularyError(path: "c", problem: .notACount(line: 1))) {
      try WordCounts(tsv: [0xFF, 0x09, 0x31], path: "c")
    }
  }
}
