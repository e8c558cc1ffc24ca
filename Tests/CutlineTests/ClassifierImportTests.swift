import Files
import ImageEncoders
import Layers
import Tensors
import TestSupport
import Testing

@Suite("cutline model import --classifier")
struct ClassifierImportTests {
  let folder: TemporaryFolder
  private static let network = EncoderArchitecture.mobileNetV3Small
  private static let classes = [
    "tabby, cat, animal", "Dog, animal", "oak, tree", "lake, water", "sedan, car", "house", "menu",
  ]

  /// Writes a network with a classifier of seven classes, `w.safetensors`, and their names.
  init() throws {
    folder = try TemporaryFolder()
    try write(Self.network, classCount: 7, as: "w.safetensors")
    try folder.write(Self.classes.map { "\($0)\n" }.joined(), to: "classes.txt")
  }

  /// Writes a network with formula weights under the names of a library.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - classCount: The number of classes of its classifier; nil leaves it out.
  ///   - theirNames: The names; nil is its own.
  ///   - prefix: The prefix of the names of all tensors but those of the classifier.
  ///   - file: The file to write.
  /// - Throws: An error from writing the file.
  private func write(
    _ network: EncoderArchitecture, classCount: Int?, named theirNames: PublishedNames? = nil,
    behind prefix: String = "", as file: String
  ) throws {
    let blank = network.makeEncoder(classCount: classCount)
    let parameters = blank.parameters.map { parameter, value in
      (name: parameter.name, value: FormulaWeights.parameter(parameter.name, value.shape))
    }
    let own = network.ownNames
    let names = theirNames ?? own
    let encoder = parameters.filter { !own.isClassifier($0.name) }
    let head = parameters.filter { own.isClassifier($0.name) }
    let layers = Array(zip(own.classifier, names.classifier))
    let headNames = head.map { parameter -> String in
      let layer = layers.first { parameter.name.hasPrefix("\($0.0).") }
      return layer.map { parameter.name.replacing($0.0, with: $0.1) } ?? parameter.name
    }
    let theirs = names.names(of: encoder.map(\.name)).map { prefix + $0 } + headNames
    let tensors = zip(theirs, encoder + head).map { name, parameter in
      // timm has a convolution in the classifier of MobileNetV3.
      let isConvolution = name == "conv_head.weight"
      return (
        name: name,
        value: isConvolution
          ? parameter.value.reshaped(to: parameter.value.shape + [1, 1]) : parameter.value
      )
    }
    try WeightsFile.write(tensors, to: "\(folder.path)/\(file)", overwriting: true)
  }

  private func importing(
    _ file: String = "w.safetensors", _ options: String..., to output: String = "model"
  ) throws -> Program.Outcome {
    try Program.run(["model", "import", file, "-o", output] + options, in: folder.path)
  }

  private func text(_ name: String) throws -> String {
    try MappedFile("\(folder.path)/\(name)").withBytes { String(decoding: $0, as: UTF8.self) }
  }

  private func encoder(of model: String) throws -> JSONValue? {
    try JSONValue(reading: Array(try text("\(model)/config.json").utf8))["encoder"]
  }

  private func expectRefusal(
    _ result: Program.Outcome, status: Int32 = 65, _ message: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.status == status, sourceLocation: sourceLocation)
    #expect(result.errors.contains(message), "\(result.errors)", sourceLocation: sourceLocation)
    #expect(!isFolder("\(folder.path)/model"), sourceLocation: sourceLocation)
  }

  @Test("keeps the classifier with the names of its classes, also when it is exported")
  func kept() throws {
    let result = try importing("w.safetensors", "--classifier", "--classes", "classes.txt")
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.errors.contains(
        "w.safetensors: kept the classifier of 7 classes, named by classes.txt\n"))
    #expect(!result.errors.contains("left out"), "\(result.errors)")
    let exported = try Program.run(["model", "export", "./model", "-o", "half"], in: folder.path)
    #expect(exported.status == 0, "\(exported.errors)")
    for model in ["model", "half"] {
      #expect(try encoder(of: model)?["classes"] == 7)
      #expect(try text("\(model)/classes.txt") == text("classes.txt"))
      #expect(try text("\(model)/SHA256SUMS").contains("  classes.txt\n"))
      let verified = try Program.run(["model", "verify", "./\(model)"], in: folder.path)
      #expect(verified.status == 0, "\(verified.errors)")
      let info = try Program.run(["model", "info", "./\(model)", "--json"], in: folder.path)
      let json = try JSONValue(reading: Array(info.output.utf8))
      #expect(json["checksums"]?.string == "all agree")
      #expect(json["config"]?["encoder"]?["classes"] == 7)
      let weights = try SafetensorsFile("\(folder.path)/\(model)/model.safetensors")
      #expect(weights["encoder.classifier.0.weight"]?.shape == [1024, 576])
      #expect(weights["encoder.classifier.3.bias"]?.shape == [7])
    }
  }

  @Test("without --classifier it is left out, which changes no feature")
  func leftOut() throws {
    let result = try importing("w.safetensors", to: "without")
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.errors.contains(
        "w.safetensors: left out the classifier: classifier.0.bias, classifier.0.weight, "
          + "classifier.3.bias, classifier.3.weight\n"), "\(result.errors)")
    #expect(try encoder(of: "without")?["classes"] == nil)
    #expect(!isFile("\(folder.path)/without/classes.txt"))
    #expect(
      try importing("w.safetensors", "--classifier", "--classes", "classes.txt").status == 0)
    let features = try ["model", "without"].map { model in
      let result = try Program.run(
        ["features", Pictures.jpeg, "-m", "./\(model)", "-o", "\(model).safetensors"],
        in: folder.path)
      #expect(result.status == 0, "\(result.errors)")
      let file = try SafetensorsFile("\(folder.path)/\(model).safetensors")
      let entry = try #require(file["pooled"])
      return file.withBytes(of: entry) { Array($0) }
    }
    #expect(features[0] == features[1])
  }

  @Test("knows the classifier by another library's names, too")
  func otherNames() throws {
    let names = try #require(Self.network.otherNames.first { $0.mark == nil })
    try #require(names.library == "timm")
    try write(Self.network, classCount: 7, named: names, as: "timm.safetensors")
    for (file, model) in [("w.safetensors", "model"), ("timm.safetensors", "other")] {
      let result = try importing(file, "--classifier", "--classes", "classes.txt", to: model)
      #expect(result.status == 0, "\(result.errors)")
    }
    #expect(try encoder(of: "other")?["classes"] == 7)
    // timm's norms have another epsilon, which changes their variances.
    let weights = try ["model", "other"].map { model in
      try WeightsFile("\(folder.path)/\(model)/model.safetensors").tensors()
        .filter { $0.name.hasPrefix("encoder.classifier.") }.map { ($0.name, $0.value.floats) }
    }
    try #require(weights[0].count == 4 && weights[1].count == 4)
    for (one, other) in zip(weights[0], weights[1]) { #expect(one == other) }
  }

  @Test("a thousand classes are ImageNet's")
  func imageNet() throws {
    try write(Self.network, classCount: 1000, as: "imagenet.safetensors")
    let result = try importing("imagenet.safetensors", "--classifier")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("kept the classifier of 1000 classes, named by ImageNet"))
    #expect(try encoder(of: "model")?["classes"] == 1000)
    let lines = try text("model/classes.txt").split(
      separator: "\n", omittingEmptySubsequences: false)
    try #require(lines.count == 1001 && lines.last?.isEmpty == true)
    #expect(lines[0].hasPrefix("tench, ") && lines[999].hasPrefix("toilet tissue, "))
    #expect(lines[404].hasPrefix("airliner, ") && lines[404].contains("airplane"))
    #expect(try Program.run(["model", "verify", "./model"], in: folder.path).status == 0)
  }

  @Test("takes the names of classes that transformers' config.json has, if they say anything")
  func transformers() throws {
    let network = EncoderArchitecture.mobileNetV2
    let names = try #require(network.otherNames.first { $0.library == "transformers" })
    try write(network, classCount: 3, named: names, as: "v2.safetensors")
    func config(_ labels: [String]) -> String {
      let members = labels.enumerated().map { #""\#($0)": "\#($1)""# }
      return #"{"model_type": "mobilenet_v2", "id2label": {\#(members.joined(separator: ","))}}"#
    }
    try folder.write(config(["LABEL_0", "LABEL_1", "LABEL_2"]), to: "config.json")
    expectRefusal(
      try importing("v2.safetensors", "--classifier"), "a classifier of 3 classes that are not")
    for names in [["cat", "", "car"], ["cat", " ,", "car"]] {
      try folder.write(config(names), to: "config.json")
      expectRefusal(
        try importing("v2.safetensors", "--classifier"),
        "config.json: names no class 1 in 'id2label'")
    }
    try folder.write(config(["cat", "dog"]), to: "config.json")
    expectRefusal(
      try importing("v2.safetensors", "--classifier"),
      "config.json: names 2 classes, but the classifier has 3.")
    try folder.write(config(["cat", "dog, hound", "car"]), to: "config.json")
    let result = try importing("v2.safetensors", "--classifier")
    #expect(result.status == 0, "\(result.errors)")
    #expect(try text("model/classes.txt") == "cat\ndog, hound\ncar\n")
  }

  @Test("finds the classifier of transformers, which stands beside the prefix of its network")
  func besidePrefix() throws {
    let network = EncoderArchitecture.mobileNetV2
    let names = try #require(network.otherNames.first { $0.library == "transformers" })
    try folder.write("cat\ndog\ncar\n", to: "names.txt")
    for (prefix, file) in [("", "plain"), ("mobilenet_v2.", "prefixed")] {
      try write(
        network, classCount: 3, named: names, behind: prefix, as: "\(file).safetensors")
      let result = try importing(
        "\(file).safetensors", "--classifier", "--classes", "names.txt", to: file)
      #expect(result.status == 0, "\(result.errors)")
      #expect(!result.errors.contains("left out"), "\(result.errors)")
    }
    try #require(isFolder("\(folder.path)/plain") && isFolder("\(folder.path)/prefixed"))
    let weights = try ["plain", "prefixed"].map { model in
      try MappedFile("\(folder.path)/\(model)/model.safetensors").withBytes { Array($0) }
    }
    #expect(weights[0] == weights[1])
  }

  @Test(
    "another number of classes is refused, with what to do",
    arguments: [
      (nil, "w.safetensors: has a classifier of 7 classes that are not ImageNet's."),
      ("one\ntwo\nthree\n", "names.txt: names 3 classes, but the classifier has 7."),
      (
        "1\n2\n3\n4\n5\n6\n7\n8\n", "names.txt: names 8 classes, but the classifier has 7."
      ),
    ] as [(String?, String)])
  func otherCount(names: String?, message: String) throws {
    if let names { try folder.write(names, to: "names.txt") }
    let options = names == nil ? [] : ["--classes", "names.txt"]
    let result = try Program.run(
      ["model", "import", "w.safetensors", "--classifier", "-o", "model"] + options,
      in: folder.path)
    expectRefusal(result, message)
    expectRefusal(result, "Name them with --classes FILE, a class on each line.")
  }

  @Test("the file of classes may be one of Windows, or end without a line feed")
  func lineEnds() throws {
    for (text, model) in [
      (Self.classes.joined(separator: "\r\n") + "\r\n", "windows"),
      (Self.classes.joined(separator: "\n"), "short"),
    ] {
      try folder.write(text, to: "names.txt")
      let result = try importing(
        "w.safetensors", "--classifier", "--classes", "names.txt", to: model)
      #expect(result.status == 0, "\(result.errors)")
      let lines = try? self.text("\(model)/classes.txt")
      #expect(lines == Self.classes.map { "\($0)\n" }.joined())
    }
  }

  @Test("a network without a published classifier, or a file without it, is refused")
  func none() throws {
    try write(.smallCNN, classCount: nil, as: "small.safetensors")
    expectRefusal(
      try importing("small.safetensors", "--classifier"),
      "small.safetensors: small_cnn has no published classifier. Leave out --classifier.")
    try write(Self.network, classCount: nil, as: "headless.safetensors")
    expectRefusal(
      try importing("headless.safetensors", "--classifier"),
      "has no classifier, of which 'classifier.3.weight'"
    )
  }

  @Test("--classes without --classifier, and a file that is not there or empty, are refused")
  func wrongUse() throws {
    expectRefusal(
      try importing("w.safetensors", "--classes", "classes.txt"), status: 64,
      "--classes names the classes of a classifier that is kept. Add --classifier.")
    expectRefusal(
      try importing("w.safetensors", "--classifier", "--classes", "nothing.txt"), status: 66,
      "nothing.txt: ")
    try folder.write("", to: "empty.txt")
    expectRefusal(
      try importing("w.safetensors", "--classifier", "--classes", "empty.txt"), "empty.txt: ")
  }

  @Test("a grid of features, which the classifier cannot read, is refused in training")
  func featureGrid() throws {
    #expect(
      try importing("w.safetensors", "--classifier", "--classes", "classes.txt").status == 0)
    let collection = try SmallCollection(validated: 1) { "a picture of number \($0)" }
    let refused = try collection.train([
      "--encoder-model", "\(folder.path)/model", "--feature-grid", "2", "--epochs", "1",
    ])
    #expect(refused.status == 78, "\(refused.errors)")
    #expect(
      refused.errors.contains(
        "--feature-grid: \(folder.path)/model has a classifier, which reads the mean of the map. "
          + "Leave out the grid, or import the encoder without --classifier."),
      "\(refused.errors)")
    #expect(!isFile("\(collection.folder.path)/run/last/config.json"))
  }
}
