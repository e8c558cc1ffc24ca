import Foundation
import Layers
import Tensors
import TestSupport
import Testing

@testable import ImageEncoders

extension ImageEncodersTests {
  @Suite("Encoder architectures")
  struct EncoderArchitectureTests {
    /// `scripts/fixtures/encoders.py` listed every tensor of the published networks.
    static let published = Result {
      try JSONDecoder().decode(
        [String: [String: Shape]].self,
        from: Data(contentsOf: Fixture.folder.appending(path: "published-names.json")))
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
        !architecture.ownNames.isClassifier($0.key) && !EncoderArchitecture.isBatchCounter($0.key)
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

    /// `scripts/fixtures/other_names.py` listed the tensors of timm and transformers.
    @Test("know the names of other libraries")
    func otherNames() throws {
      let libraries = try JSONDecoder().decode(
        [String: [String: [String]]].self,
        from: Data(contentsOf: Fixture.folder.appending(path: "other-names.json")))
      #expect(libraries.values.reduce(0) { $0 + $1.count } == 12)
      for (library, networks) in libraries {
        for (network, published) in networks {
          let architecture = try #require(EncoderArchitecture.ofType(network))
          let names = try #require(
            architecture.otherNames.first { $0.library == library && $0.mark == nil })
          let own = architecture.makeEncoder().parameters.map(\.parameter.name)
          let needed = Set(published.filter { !names.isClassifier($0) })
          #expect(Set(names.names(of: own)) == needed, "\(library)'s \(network)")
        }
      }
    }

    @Test("are named as users, models and feature caches have known them")
    func names() {
      #expect(
        EncoderArchitecture.all.map(\.name) == [
          "mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large", "mobilenet_edgetpu",
          "efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2", "efficientnet_lite3",
          "efficientnet_lite4", "efficientnet_b0", "efficientnet_b1", "efficientnet_b2",
          "efficientnet_b3", "efficientnet_b4", "convnext_tiny", "convnext_small", "resnet18",
          "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d", "wide_resnet50_2",
          "vgg11", "vgg13", "vgg16", "vgg19", "vgg11_bn", "vgg13_bn", "vgg16_bn", "vgg19_bn",
          "inception_v3", "small_cnn",
        ])
      #expect(EncoderArchitecture.all.map(\.type) == EncoderArchitecture.all.map(\.name))
      #expect(
        EncoderArchitecture.all.filter { $0.cacheName != $0.name }.map(\.cacheName) == [
          "mobileNetV2", "mobileNetEdgeTPU", "resNet18", "resNet34", "resNet50", "resNet101",
          "resNet152", "inceptionV3", "smallCNN",
        ])
      #expect(
        EncoderArchitecture.all.filter(\.hasSecondWeights) == [
          .mobileNetV2, .mobileNetV3Large, .efficientNetB1, .resNet50, .resNet101, .resNet152,
          .resNeXt50, .wideResNet50,
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
