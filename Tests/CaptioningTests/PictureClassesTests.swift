import ImageEncoders
import Testing
import Text

@testable import Captioning

extension CaptioningTests {
  @Suite("Classes of pictures")
  struct PictureClassesTests {
    // MARK: ImageNet

    @Test("ImageNet's are a thousand lines, all with words, none of them twice")
    func everyLine() throws {
      #expect(imageNetLabels.split(separator: "\n", omittingEmptySubsequences: false).count == 1000)
      let classes = try #require(PictureClasses(ofImageNet: 1000))
      #expect(classes.count == 1000)
      for index in 0..<1000 {
        let words = classes.words(ofClass: index)
        #expect(!words.isEmpty && Set(words).count == words.count, "class \(index): \(words)")
        #expect(words.allSatisfy { $0.contains(where: \.isLetter) }, "class \(index): \(words)")
        // Wider terms are to be found in a vocabulary, whose words are in lower case.
        #expect(words.dropFirst().allSatisfy { $0 == $0.lowercased() }, "class \(index): \(words)")
      }
    }

    /// From the list that every published classifier follows.
    @Test(
      "ImageNet's stand in the order of published classifiers",
      arguments: [
        (0, "tench"), (1, "goldfish"), (134, "crane"), (151, "Chihuahua"),
        (207, "golden retriever"), (281, "tabby"), (340, "zebra"), (388, "giant panda"),
        (404, "airliner"), (504, "coffee mug"), (517, "crane"), (651, "microwave"),
        (817, "sports car"), (859, "toaster"), (954, "banana"), (985, "daisy"),
        (999, "toilet tissue"),
      ])
    func order(index: Int, name: String) throws {
      let classes = try #require(PictureClasses(ofImageNet: 1000))
      #expect(classes.words(ofClass: index).first == name)
      let withBackground = try #require(PictureClasses(ofImageNet: 1001))
      #expect(withBackground.words(ofClass: index + 1).first == name)
    }

    @Test("ImageNet's have wider terms, which people use")
    func widerTerms() throws {
      let classes = try #require(PictureClasses(ofImageNet: 1000))
      for (index, term) in [
        (0, "fish"), (207, "dog"), (281, "cat"), (404, "airplane"), (817, "car"), (954, "fruit"),
        (985, "flower"),
      ] {
        #expect(classes.words(ofClass: index).dropFirst().contains(term), "class \(index)")
      }
      // The bird and the machine have one name.
      #expect(classes.words(ofClass: 134).contains("bird"))
      #expect(!classes.words(ofClass: 517).contains("bird"))
    }

    @Test("a classifier of another number of classes is not ImageNet's")
    func counts() throws {
      let classes = try #require(PictureClasses(ofImageNet: 1001))
      #expect(classes.count == 1001 && classes.words(ofClass: 0) == ["background"])
      for count in [0, 1, 999, 1002, 21841] { #expect(PictureClasses(ofImageNet: count) == nil) }
    }

    // MARK: Texts

    @Test("written as a text and read again are the same")
    func roundTrip() throws {
      for count in [1000, 1001] {
        let classes = try #require(PictureClasses(ofImageNet: count))
        #expect(PictureClasses(classes.text) == classes)
        #expect(classes.text.count { $0 == "\n" } == count)
      }
      let own = try #require(PictureClasses("one\ntwo, 2"))
      #expect(own.text == "one\ntwo, 2\n" && PictureClasses(own.text) == own)
      #expect(PictureClasses("one\ntwo, 2") == own)
      #expect(PictureClasses("two, 2\none\n") != own)
    }

    @Test(
      "a line without words is refused, since the numbers of all that follow would be wrong",
      arguments: ["a\n\nb\n", "\na\n", "a\n \t\nb", "a\n,\nb\n", " , ,\na"])
    func emptyLine(text: String) {
      #expect(PictureClasses(text) == nil)
    }

    @Test("blank lines at the end are no classes", arguments: ["", "\n", "\n\n", "\n  \n\t\n"])
    func blankEnd(end: String) throws {
      let classes = try #require(PictureClasses("a\nb" + end))
      #expect(classes == PictureClasses("a\nb"))
    }

    @Test("lines may end as Windows ends them")
    func carriageReturns() throws {
      let classes = try #require(PictureClasses("a, b\r\nc\r\n"))
      try #require(classes.count == 2)
      #expect(classes.words(ofClass: 0) == ["a", "b"] && classes.words(ofClass: 1) == ["c"])
    }

    @Test("words stand between commas, and have no more blanks than they need")
    func words() throws {
      let classes = try #require(PictureClasses(" big  dog ,hound,, animal , \ncat"))
      #expect(classes.words(ofClass: 0) == ["big dog", "hound", "animal"])
      #expect(classes.words(ofClass: 1) == ["cat"])
    }

    @Test("names that are not lines become lines, and none may be empty")
    func names() throws {
      let classes = try #require(PictureClasses(names: ["  tench , Tinca tinca", "great\nwhite"]))
      #expect(classes.text == "tench, Tinca tinca\ngreat white\n")
      for names in [["a", ""], ["a", " ,"], ["", "a"]] {
        #expect(PictureClasses(names: names) == nil)
      }
    }

    // MARK: Tags

    @Test("a tag has the first word of its class that the captioner knows")
    func tags() throws {
      let classes = try #require(PictureClasses(ofImageNet: 1000))
      func tag(_ index: Int, _ words: [String]) -> PictureTag {
        classes.tag(index, 0.5, Vocabulary(words: words))
      }
      let airplane = tag(404, ["a", "vehicle", "airplane"])
      #expect(airplane.label == "airliner" && airplane.probability == 0.5)
      #expect(airplane.word == "airplane" && airplane.text == "airliner, airplane")
      // The nearest term, in whatever order the vocabulary has them.
      #expect(tag(404, ["vehicle", "aircraft"]).word == "aircraft")
      #expect(tag(404, ["vehicle", "a"]).text == "airliner, vehicle")
      let same = tag(404, ["airplane", "airliner"])
      #expect(same.word == "airliner" && same.text == "airliner")
      let unknown = tag(404, ["dog"])
      #expect(unknown.word == nil && unknown.text == "airliner")
    }

    @Test("a label in capitals is the word of the same letters")
    func capitals() throws {
      let classes = try #require(PictureClasses("Chihuahua, dog\nEskimo Dog, HUSKY"))
      let vocabulary = Vocabulary(words: ["dog", "chihuahua", "husky"])
      let chihuahua = classes.tag(0, 1, vocabulary)
      #expect(chihuahua.label == "Chihuahua" && chihuahua.word == "chihuahua")
      #expect(chihuahua.text == "Chihuahua")
      #expect(classes.tag(1, 1, vocabulary).text == "Eskimo Dog, husky")
    }

    @Test("special words are no words of the captioner")
    func specialWords() throws {
      let classes = try #require(PictureClasses("<unk>, <eos>, dog"))
      #expect(classes.tag(0, 1, Vocabulary(words: ["a", "dog"])).word == "dog")
    }

    @Test(
      "probabilities are shown in whole percent",
      arguments: [(0, 0), (0.124, 12), (1, 100)] as [(Float, Int)])
    func percent(probability: Float, percent: Int) {
      #expect(PictureTag(label: "x", word: nil, probability: probability).percent == percent)
    }
  }
}
