import Foundation
import ImageEncoders
import Layers
import Media
import Tensors
import TestSupport
import Testing
import Text

@testable import BatchCaptioning
@testable import Captioning
@testable import Reports

extension CaptioningTests {
  @Suite("Heat maps of captions")
  struct HeatMapsTests {
    // MARK: Reading a caption again

    @Test("a caption that is read again has the words' probabilities that the search found")
    func readAgain() throws {
      let captioner = Self.attentive()
      let picture = Self.spot(x: 20, y: 40)
      let caption = try #require(try captioner.captions(for: [picture]).first?.first)
      let features = captioner.features(of: [
        captioner.ensemble.preprocessing.resizeAndCrop(picture)
      ])
      let words = captioner.ensemble.vocabulary.tokens(for: caption.words.map(\.text))
      let found = captioner.ensemble.emptyCaptions(of: features)
        .logProbabilities(of: words, pictureCount: 1).map { $0[0] }
      try #require(found.count == caption.words.count && found.count > 2)
      for (word, found) in zip(caption.words, found) {
        #expect(abs(word.logProbability - found) < 1e-4)
      }
    }

    @Test("the weights of each word of a caption add up to one, over all of the encoder's places")
    func sums() throws {
      let captioner = Self.attentive()
      let picture = Self.spot(x: 20, y: 40)
      let caption = try #require(try captioner.captions(for: [picture]).first?.first)
      let weights = captioner.ensemble.attention(
        reading: captioner.ensemble.vocabulary.tokens(for: caption.words.map(\.text)),
        of: captioner.features(of: [captioner.ensemble.preprocessing.resizeAndCrop(picture)]))
      let maps = try Self.maps(captioner, of: picture)
      #expect(captioner.heatMapKind == .attention && maps.count == weights.count)
      #expect(Set(weights).count > 1, "all words look at the same")
      for (weights, map) in zip(weights, maps) {
        #expect(weights.count == 64 && abs(weights.reduce(0, +) - 1) < 1e-5)
        #expect(map.height == 8 && map.width == 8 && map.bits.contains { $0 > 0 })
        for (weight, bits) in zip(weights, map.bits) {
          #expect(bits == 0 ? weight <= 1.0 / 64 : abs(weight * 64 - exp2(bits)) < 1e-4)
        }
      }
    }

    @Test("maps have the height and width of the encoder's")
    func grid() throws {
      let captioner = Self.attentive(Mosaic(height: 4, width: 16))
      for map in try Self.maps(captioner, of: Self.spot(x: 20, y: 40)) {
        #expect(map.height == 4 && map.width == 16 && map.bits.count == 64)
      }
    }

    @Test("what moves in the picture moves in the maps")
    func shifted() throws {
      let captioner = Self.attentive()
      // Two places right and one down of the encoder's eight by eight.
      let (here, there) = (
        try Self.maps(captioner, of: Self.spot(x: 20, y: 40)),
        try Self.maps(captioner, of: Self.spot(x: 36, y: 48))
      )
      #expect(here.map(\.word) == there.map(\.word))
      for (here, there) in zip(here, there) {
        #expect(here.bits != there.bits)
        for row in 0..<8 {
          for column in 0..<8 {
            let moved = there.bits[(row + 1) % 8 * 8 + (column + 2) % 8]
            #expect(abs(here.bits[row * 8 + column] - moved) < 1e-5)
          }
        }
      }
    }

    // MARK: Occlusion

    @Test(
      "a word counts the place of the only thing there is, in whatever corner", arguments: 0..<4)
    func corners(corner: Int) throws {
      let (x, y) = (corner % 2 * 48, corner / 2 * 48)
      let captioner = Self.brightness()
      #expect(captioner.heatMapKind == .occlusion)
      let word = Caption.Word(text: "bright", logProbability: 0)
      let caption = Caption(
        text: "bright", words: [word], logProbability: 0, score: 0, isFinished: true)
      let map = try #require(
        captioner.heatMaps(of: Self.spot(x: x, y: y, size: 16), saying: caption).first)
      let largest = try #require(map.bits.max())
      #expect(map.height == Occlusion.side && map.width == Occlusion.side && largest > 0)
      for (index, weight) in map.bits.enumerated() {
        let (row, column) = (index / map.width, index % map.width)
        let isThere = (column >= 5) == (x > 0) && (row >= 5) == (y > 0)
        #expect(isThere || weight < 1e-6, "column \(column), row \(row)")
      }
      // What makes the word likelier when it is covered counts nothing, rather than less than nothing.
      let other = Caption.Word(text: "dark", logProbability: 0)
      let dark = Caption(
        text: "dark", words: [other], logProbability: 0, score: 0, isFinished: true)
      let none = captioner.heatMaps(of: Self.spot(x: x, y: y, size: 16), saying: dark)
      #expect(none.first?.bits.allSatisfy { $0 < 1e-6 } == true)
    }

    @Test("squares cover every pixel, and at the edges no more than is there")
    func squares() {
      let image = Image(width: 32, height: 32, pixels: Array(repeating: 9, count: 32 * 32 * 3))
      let occlusion = Occlusion(image: image, color: [1, 2, 3])
      var covered = Set<Int>()
      for place in 0..<Occlusion.count {
        let pixels = occlusion.covered(place).pixels
        let changed = (0..<32 * 32).filter { Array(pixels[$0 * 3..<$0 * 3 + 3]) == [1, 2, 3] }
        #expect((16...64).contains(changed.count))
        covered.formUnion(changed)
      }
      #expect(covered.count == 32 * 32)
    }

    // MARK: Over the photo

    @Test(
      "a map lies over what it is about, however the picture was framed",
      arguments: [
        ImagePreprocessing.Framing.squash, .shorterSide(80), .centralFraction(0.875),
      ])
    func framings(framing: ImagePreprocessing.Framing) throws {
      let rule = ImagePreprocessing(framing: framing, size: 64, mean: [], deviation: [])
      for (width, height) in [(150, 90), (90, 150), (100, 100)] {
        let spot = (x: width * 3 / 5, y: height * 2 / 5)
        let photo = Self.spot(x: spot.x, y: spot.y, size: 6, width: width, height: height)
        // What an encoder of eight by eight places would see most in.
        let framed = rule.resizeAndCrop(photo)
        let places = (0..<64).map { place in
          (0..<64).reduce(Float(0)) { sum, pixel in
            let (x, y) = (place % 8 * 8 + pixel % 8, place / 8 * 8 + pixel / 8)
            return sum + Float(framed.pixels[(y * 64 + x) * 3]) - 120
          }
        }
        let size = PixelSize(width: width, height: height)
        let seen = rule.seenPart(of: size)
        let map = HeatMap(word: "spot", height: 8, width: 8, bits: places)
        let grey = Image(
          width: width, height: height, pixels: Array(repeating: 120, count: width * height * 3))
        let drawn = HeatOverlay(grey, seen: seen).image(map)
        let warmth = (0..<width * height).map {
          Int(drawn.pixels[$0 * 3]) - Int(drawn.pixels[$0 * 3 + 2])
        }
        let hottest = warmth.indices.max { warmth[$0] < warmth[$1] } ?? 0
        #expect(abs(hottest % width - spot.x - 3) <= seen.width / 12)
        #expect(abs(hottest / width - spot.y - 3) <= seen.height / 12)
        for index in warmth.indices where warmth[index] > 0 {
          #expect(seen.x..<seen.x + seen.width ~= index % width)
          #expect(seen.y..<seen.y + seen.height ~= index / width)
        }
      }
    }

    // MARK: Small models and pictures

    /// A bright square on the grey that the encoder takes for nothing.
    static func spot(
      x: Int, y: Int, size: Int = 8, width: Int = 64, height: Int = 64
    ) -> Image {
      let pixels = (0..<width * height).flatMap { index -> [UInt8] in
        let isInside = x..<x + size ~= index % width && y..<y + size ~= index / width
        return isInside ? [250, 240, 200] : [128, 128, 128]
      }
      return Image(width: width, height: height, pixels: pixels)
    }

    static func maps(_ captioner: Captioner, of picture: Image) throws -> [HeatMap] {
      let caption = try #require(try captioner.captions(for: [picture]).first?.first)
      try #require(caption.words.count > 2)
      return captioner.heatMaps(
        of: captioner.ensemble.preprocessing.resizeAndCrop(picture), saying: caption)
    }

    /// Reads squares of eight by eight pixels as they are.
    fileprivate static func attentive(_ encoder: Mosaic = Mosaic()) -> Captioner {
      var configuration = configuration
      configuration.decoder = DecoderConfiguration(
        DecoderType.showAttendTell.with(annotationSize: 3, attentionSize: 3), embeddingSize: 4,
        hiddenSize: 5)
      configuration.maximumWords = 5
      var decoder = ShowAttendAndTell(
        cell: LSTM(inputSize: 7, hiddenSize: 5), named: "lstm", annotationSize: 3,
        attentionSize: 3, featureSize: 3, vocabularySize: vocabulary.count
      ).randomized(4, scale: 2)
      decoder.updateParameters { parameter, value in
        // It never ends a sentence itself.
        guard parameter.name == "word_logits.bias" else { return }
        value = Tensor(
          (0..<vocabulary.count).map { $0 == TokenID.end.index ? -20 : 0 },
          shape: [vocabulary.count])
      }
      return Captioner(
        CaptionModel(encoder: encoder, decoder: decoder), configuration, vocabulary)
    }

    /// Says "bright" the more likely the more red there is.
    static func brightness() -> Captioner {
      var decoder = ShowAndTell(
        cell: RNN(inputSize: 1, hiddenSize: 1), named: "rnn", featureSize: 3,
        vocabularySize: vocabulary.count)
      let word = vocabulary.id(of: "bright")?.index
      decoder.updateParameters { parameter, value in
        switch parameter.name {
        case "image_norm.running_var": value = Tensor(repeating: 1, shape: [3])
        case "image_embedding.weight": value = Tensor([4, 0, 0], shape: [1, 3])
        case "rnn.weight_ih_l0", "rnn.weight_hh_l0": value = Tensor([1], shape: [1, 1])
        case "word_logits.weight":
          value = Tensor(
            (0..<vocabulary.count).map { $0 == word ? 3 : 0 }, shape: [vocabulary.count, 1])
        default: break
        }
      }
      var configuration = configuration
      configuration.decoder = DecoderConfiguration(cell: .rnn, embeddingSize: 1, hiddenSize: 1)
      return Captioner(
        CaptionModel(encoder: Mosaic(), decoder: decoder), configuration, vocabulary)
    }

    static let vocabulary = Vocabulary(words: ["bright", "dark", "a", "square", "on", "grey"])

    static var configuration: ModelConfiguration {
      let grey: Float = 128 / 255
      return ModelConfiguration(
        encoder: EncoderConfiguration(
          .smallCNN,
          preprocessing: ImagePreprocessing(
            framing: .squash, size: 64, mean: [grey, grey, grey],
            deviation: [0.25, 0.25, 0.25])))
    }
  }
}

/// The mean colours of parts of a picture of 64 by 64 pixels: an encoder with nothing to learn.
private struct Mosaic: ImageEncoder {
  /// The number of parts one above the other, and beside each other.
  var (height, width) = (8, 8)
  let pooledSize = 3

  func callAsFunction(_ pixels: Tensor) -> Tensor {
    let rows = pixels.shape[0]
    return pixels.reshaped(to: [rows, height, 64 / height, width, 64 / width, 3])
      .mean(over: [2, 4]).reshaped(to: [rows, height, width, 3])
  }

  mutating func visitParameters(_ visitor: inout ParameterVisitor) {}
}
