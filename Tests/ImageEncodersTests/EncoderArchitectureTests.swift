import Foundation
import Layers
import Tensors
import TestSupport
import Testing

@testable import ImageEncoders

extension ImageEncodersTests {
  @Suite("Encoder architectures")
  struct EncoderArchitectureTests {
    /// `scripts/fixtures/encoders.py` listed every tensor of torchvision's published networks.
    static let published = Result {
      try JSONDecoder().decode(
        [String: [String: Shape]].self,
        from: Data(contentsOf: Fixture.folder.appending(path: "torchvision-names.json")))
    }

    @Test(
      "know every published tensor by name and shape, and no other",
      // The other two are not torchvision's.
      arguments: EncoderArchitecture.all.filter {
        ![.smallCNN, .mobileNetEdgeTPU].contains($0)
      })
    func publishedNames(architecture: EncoderArchitecture) throws {
      let all = try #require(try Self.published.get()[architecture.name])
      let needed = all.filter {
        !architecture.isClassifier($0.key) && !EncoderArchitecture.isBatchCounter($0.key)
      }
      let parameters = architecture.makeEncoder().parameters
      let ours = Dictionary(grouping: parameters, by: \.parameter.name)
      #expect(ours.count == parameters.count, "a name is used twice")
      #expect(Set(ours.keys).subtracting(needed.keys) == [], "not published")
      #expect(Set(needed.keys).subtracting(ours.keys) == [], "not among the parameters")
      for (name, shape) in needed { #expect(ours[name]?.first?.value.shape == shape, "\(name)") }
      for (name, _) in all where EncoderArchitecture.isBatchCounter(name) {
        #expect(name.hasSuffix("num_batches_tracked"))
      }
    }

    @Test("are named as users, models and feature caches have known them")
    func names() {
      #expect(
        EncoderArchitecture.all.map(\.name) == [
          "mobilenet_v2", "mobilenet_edgetpu", "resnet18", "resnet34", "resnet50", "resnet101",
          "resnet152", "vgg16", "vgg19", "inception_v3", "small_cnn",
        ])
      #expect(EncoderArchitecture.all.map(\.type) == EncoderArchitecture.all.map(\.name))
      #expect(
        EncoderArchitecture.all.map(\.cacheName) == [
          "mobileNetV2", "mobileNetEdgeTPU", "resNet18", "resNet34", "resNet50", "resNet101",
          "resNet152", "vgg16", "vgg19", "inceptionV3", "smallCNN",
        ])
      #expect(
        EncoderArchitecture.all.filter(\.hasSecondWeights) == [
          .mobileNetV2, .resNet50, .resNet101, .resNet152,
        ])
    }

    @Test("tell measured statistics from what is learned")
    func roles() {
      for (parameter, _) in ResNet(.eighteen).parameters {
        let isStatistic =
          parameter.name.hasSuffix("running_mean") || parameter.name.hasSuffix("running_var")
        #expect((parameter.role == .statistic) == isStatistic, "\(parameter.name)")
      }
      // torchvision states 11,689,512 with a classifier of 512,000 weights and 1,000 biases.
      #expect(ResNet(.eighteen).parameterCount == 11_689_512 - 513_000)
      #expect(MobileNetV2().parameterCount == 3_504_872 - 1_281_000)
    }

    @Test("prepare pictures as their weights were trained with")
    func preprocessing() {
      #expect(EncoderArchitecture.resNet50.publishedPreprocessing == .torchvision())
      let inception = EncoderArchitecture.inceptionV3.publishedPreprocessing
      #expect(inception.framing == .shorterSide(342) && inception.size == 299)
      #expect(EncoderArchitecture.smallCNN.publishedPreprocessing.size == 64)
    }

    @Test("start the small network from what its seed says")
    func initialization() {
      var encoders = [UInt64(7), 7, 8].map { seed in
        var encoder = SmallCNN()
        var random = SeededGenerator(seed: seed)
        encoder.initialize(using: &random)
        return encoder
      }
      let numbers = encoders.map { $0.parameters.flatMap(\.value.floats) }
      #expect(numbers[0] == numbers[1] && numbers[0] != numbers[2])
      encoders.removeLast()
      let pixels = Tensor(FormulaWeights.uniform("pixels", count: 12_288), shape: [1, 64, 64, 3])
      let features = encoders.map { $0.features(pixels) }
      #expect(features[0].shape == [1, 128] && features[0].isFinite)
      let square = features[0].floats.reduce(0) { $0 + $1 * $1 } / 128
      #expect((0.01...100).contains(square), "activations neither vanish nor explode: \(square)")
    }
  }
}
