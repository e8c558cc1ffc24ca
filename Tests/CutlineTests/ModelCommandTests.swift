import Files
import Foundation
import ImageEncoders
import Layers
import Tensors
import TestSupport
import Testing

@Suite("cutline model")
struct ModelCommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func cutline(
    _ arguments: String..., environment: [String: String] = [:]
  ) throws -> Program.Outcome {
    try Program.run(arguments, in: folder.path, environment: environment)
  }

  func json(_ text: String) throws -> JSONValue { try JSONValue(reading: Array(text.utf8)) }

  @Test("list shows the models on the path, the first of each name")
  func list() throws {
    let model = try SampleModel()
    let result = try cutline(
      "model", "list", environment: ["CUTLINE_MODEL_PATH": model.folder.path])
    #expect(result.status == 0)
    #expect(result.lines.first?.hasPrefix("NAME") == true)
    let row = try #require(result.lines.first { $0.hasPrefix("tiny ") })
    #expect(row.contains("small_cnn") && row.contains("show-and-tell") && row.hasSuffix(model.path))
    let list = try cutline(
      "model", "list", "--json", environment: ["CUTLINE_MODEL_PATH": model.folder.path])
    let names = try json(list.output).elements?.map { $0["name"]?.string }
    #expect(names?.contains("tiny") == true)
  }

  @Test("info counts parameters by part and words, and says whether the files are whole")
  func info() throws {
    let model = try SampleModel()
    let text = try cutline("model", "info", model.path)
    #expect(text.status == 0)
    #expect(text.output.contains("vocabulary"))
    #expect(text.output.contains("CC0-1.0"))
    let object = try json(try cutline("model", "info", model.path, "--json").output)
    #expect(object["words"]?.integer == 16)
    #expect(object["parts"]?["word_logits"]?.integer == 16 * 16 + 16)
    #expect(object["parts"]?["word_embedding"]?.integer == 16 * 16)
    #expect(object["parts"]?["image_embedding"]?.integer == 128 * 16 + 16)
    #expect(object["checksums"]?.string == "all agree")
    let parts = ["encoder", "image_embedding", "lstm", "word_embedding", "word_logits"]
    let sum = parts.compactMap { object["parts"]?[$0]?.integer }.reduce(0, +)
    #expect(object["parameters"]?.integer == sum)

    try AtomicFile.write("changed", to: "\(model.path)/README.md", overwriting: true)
    let damaged = try cutline("model", "info", model.path)
    #expect(damaged.status == 65)
    #expect(damaged.output.contains("do not agree"))
  }

  @Test("export halves a model's size, and keeps all else")
  func export() throws {
    let model = try SampleModel()
    let result = try cutline("model", "export", model.path, "-o", "half")
    #expect(result.status == 0, "\(result.errors)")
    #expect(try cutline("model", "verify", "half").status == 0)
    let (before, after) = (
      try json(try cutline("model", "info", model.path, "--json").output),
      try json(try cutline("model", "info", "half", "--json").output)
    )
    for key in ["words", "parameters", "encoder", "decoder"] { #expect(before[key] == after[key]) }
    let weights = try SafetensorsFile("\(folder.path)/half/model.safetensors")
    #expect(weights.entries.allSatisfy { $0.type == .bfloat16 })
    #expect(try cutline("model", "export", model.path, "-o", "half").status == 73)
    #expect(
      try cutline("model", "export", "half", "-o", "half", "--force", "--precision", "f32").status
        == 0)
    #expect(try cutline("-m", "half", Pictures.jpeg).status == 0)
  }

  @Test("average writes the mean of models, and refuses what has no mean")
  func average() throws {
    let (model, other) = try (SampleModel(), SampleModel())
    try other.rewriteWeights { tensors in
      tensors = tensors.reversed().map { ($0.name, $0.value * 3 + 1) }
    }
    let result = try cutline(
      "model", "average", model.path, other.path, "-o", "mean", "--precision", "f32")
    #expect(result.status == 0, "\(result.errors)")
    #expect(try cutline("model", "verify", "mean").status == 0)
    let (before, after) = try (
      WeightsFile("\(model.path)/model.safetensors").tensors(),
      WeightsFile("\(folder.path)/mean/model.safetensors").tensors()
    )
    #expect(before.map(\.name) == after.map(\.name))
    for (a, b) in zip(before, after) {
      #expect((b.value - (a.value * 2 + 0.5)).sumOfSquares < 1e-9, "\(a.name)")
    }
    #expect(try cutline("model", "average", model.path, other.path, "-o", "mean").status == 73)
    #expect(try cutline("model", "average", model.path, "-o", "one").status == 64)
    let words = try SampleModel()
    try words.rewrite(
      "vocab.json",
      with: words.text(of: "vocab.json").replacingOccurrences(of: "water", with: "sea"))
    let parts = try SampleModel()
    try parts.rewrite(
      "config.json",
      with: parts.text(of: "config.json").replacingOccurrences(
        of: "squash-bilinear-antialias", with: "central-fraction-bilinear-antialias"
      ).replacingOccurrences(of: "\"padding\"", with: "\"resize_value\": 0.8, \"padding\""))
    for (unfit, message) in [
      (words, "has another vocabulary"), (parts, "has another encoder, decoder or classes"),
    ] {
      let result = try cutline("model", "average", model.path, unfit.path, "-o", "unfit")
      #expect(result.status == 65 && result.errors.contains(message), "\(result.errors)")
    }
  }

  // MARK: import

  /// A file with the tensors of a `small_cnn`, and those that `extra` adds.
  func writeWeights(
    _ name: String, extra: [(name: String, value: Tensor)] = []
  ) throws -> [(name: String, value: Tensor)] {
    let tensors = SmallCNN().parameters.map { parameter, value in
      (name: parameter.name, value: FormulaWeights.parameter(parameter.name, value.shape))
    }
    try WeightsFile.write(
      tensors + extra, to: "\(folder.path)/\(name)", metadata: ["license": "MIT"])
    return tensors
  }

  @Test("import writes a model folder that is whole and knows where it came from")
  func importing() throws {
    let tensors = try writeWeights("w.safetensors")
    let result = try cutline(
      "model", "import", "w.safetensors", "--encoder", "small_cnn", "-o", "model")
    #expect(result.status == 0)
    #expect(result.output == "")
    #expect(result.errors.contains("wrote model: small_cnn"))
    #expect(result.errors.contains("cutline train DATASET --encoder-model model"))
    #expect(try cutline("model", "verify", "./model").status == 0)
    let info = try json(try cutline("model", "info", "./model", "--json").output)
    #expect(info["config"]?["license"]?.string == "MIT")
    #expect(info["config"]?["started_from"]?.string?.hasPrefix("w.safetensors (SHA-256 ") == true)
    #expect(info["decoder"] == .null)
    let written = try SafetensorsFile("\(folder.path)/model/model.safetensors")
    #expect(written.entries.count == tensors.count)
    for tensor in tensors {
      let entry = try #require(written["encoder.\(tensor.name)"])
      let bytes = tensor.value.withBytes { Array($0) }
      #expect(written.withBytes(of: entry) { Array($0) } == bytes)
    }
  }

  @Test("An imported encoder has no captions to give")
  func noDecoder() throws {
    _ = try writeWeights("w.safetensors")
    _ = try cutline("model", "import", "w.safetensors", "--encoder", "small_cnn", "-o", "model")
    let result = try cutline(Pictures.jpeg, "-m", "./model")
    #expect(result.status == 78)
    #expect(result.errors.contains("has learned no captions. Train it: cutline train"))
  }

  @Test("A tensor that the encoder does not know is an error, and so is a missing file")
  func unknownTensor() throws {
    _ = try writeWeights("w.safetensors", extra: [("stages.9.conv.weight", Tensor(zeros: [1]))])
    let result = try cutline(
      "model", "import", "w.safetensors", "--encoder", "small_cnn", "-o", "model")
    #expect(result.status == 65)
    #expect(result.errors.contains("tensor 'stages.9.conv.weight' that the model does not know"))
    #expect(result.errors.contains("--encoder"))
    #expect(!isFolder("\(folder.path)/model"))
    let missing = try cutline(
      "model", "import", "no.safetensors", "--encoder", "small_cnn", "-o", "model")
    #expect(missing.status == 66)
  }

  @Test(
    "The encoder is found behind what wrappers and larger models put before its names",
    arguments: ["module.", "backbone.", "module.encoder_q.", "_orig_mod.", "model.visual.0."])
  func prefixes(prefix: String) throws {
    let tensors = try writeWeights("plain.safetensors")
    let wrapped = tensors.map { (name: prefix + $0.name, value: $0.value) }
    try WeightsFile.write(
      wrapped + [("head.weight", Tensor(zeros: [2]))], to: "\(folder.path)/w.safetensors")
    for name in ["plain", "w"] {
      let result = try cutline(
        "model", "import", "\(name).safetensors", "--encoder", "small_cnn", "-o", name)
      #expect(result.status == 0, "\(result.errors)")
      #expect(
        result.errors.contains("'\(prefix)', and left out 1 such as head.weight") == (name == "w"))
    }
    let bytes = try ["plain", "w"].map {
      try MappedFile("\(folder.path)/\($0)/model.safetensors").withBytes { Array($0) }
    }
    #expect(bytes[0] == bytes[1])
  }

  @Test("Where the encoder is there twice, the prefix must be said")
  func twoPrefixes() throws {
    let tensors = try writeWeights("plain.safetensors")
    func named(_ prefix: String, scale: Float = 1) -> [(name: String, value: Tensor)] {
      tensors.map { (name: prefix + $0.name, value: $0.value * scale) }
    }
    try WeightsFile.write(
      named("student.") + named("teacher.", scale: 2), to: "\(folder.path)/two.safetensors")
    let options = ["model", "import", "two.safetensors", "--encoder", "small_cnn", "-o", "model"]
    let unsure = try Program.run(options, in: folder.path)
    #expect(unsure.status == 65)
    #expect(
      unsure.errors.contains(
        "several times, behind 'student.', 'teacher.'. Say which with --prefix."),
      "\(unsure.errors)")
    #expect(try Program.run(options + ["--prefix", "teacher."], in: folder.path).status == 0)
    let first = try WeightsFile("\(folder.path)/model/model.safetensors").tensors()[0]
    let taught = try #require(named("encoder.", scale: 2).first { $0.name == first.name })
    #expect((first.value - taught.value).sumOfSquares == 0)
    try WeightsFile.write(
      Array(named("module.").dropFirst()), to: "\(folder.path)/two.safetensors", overwriting: true)
    let torn = try Program.run(options + ["--force"], in: folder.path)
    #expect(torn.status == 65, "\(torn.errors)")
    #expect(torn.errors.contains("no tensor named '\(tensors[0].name)'"), "\(torn.errors)")
  }

  @Test("torchvision's second weights are recognised by name, said by option, or asked about")
  func secondWeights() throws {
    let encoder = EncoderArchitecture.resNet50.makeEncoder()
    let tensors = encoder.parameters.map { (name: $0.parameter.name, value: $0.value) }
    for name in ["resnet50-11ad3fa6", "resnet50.tv_in1k", "weights"] {
      try WeightsFile.write(tensors, to: "\(folder.path)/\(name).safetensors")
    }
    func size(_ name: String, _ options: String...) throws -> (Int?, asks: Bool) {
      let result = try Program.run(
        [
          "model", "import", "\(name).safetensors", "--encoder", "resnet50", "-o", "model",
          "--force",
        ] + options, in: folder.path)
      #expect(result.status == 0, "\(result.errors)")
      let config = try json(
        String(contentsOfFile: "\(folder.path)/model/config.json", encoding: .utf8))
      return (
        config["encoder"]?["resize_value"]?.integer, result.errors.contains("--preprocessing v2")
      )
    }
    #expect(try size("weights") == (256, asks: true))
    #expect(try size("weights", "--preprocessing", "v2") == (232, asks: false))
    #expect(try size("weights", "--preprocessing", "v1") == (256, asks: false))
    #expect(try size("resnet50-11ad3fa6") == (232, asks: false))
    #expect(try size("resnet50-11ad3fa6", "--preprocessing", "v1") == (256, asks: false))
    #expect(try size("resnet50.tv_in1k") == (256, asks: false))
    let none = try cutline(
      "model", "import", "weights.safetensors", "--encoder", "resnet18", "--preprocessing", "v2",
      "-o", "model")
    #expect(none.status == 64 && none.errors.contains("no second weights of resnet18"))
  }

  @Test("A folder that is there is replaced only with --force, and only if it is a model")
  func replacing() throws {
    _ = try writeWeights("w.safetensors")
    let words = ["model", "import", "w.safetensors", "--encoder", "small_cnn", "-o"]
    #expect(try Program.run(words + ["model"], in: folder.path).status == 0)
    let refused = try Program.run(words + ["model"], in: folder.path)
    #expect(refused.status == 73)
    #expect(refused.errors.contains("model: exists already."))
    #expect(try Program.run(words + ["model", "--force"], in: folder.path).status == 0)
    try folder.makeFolder("precious")
    try folder.write("x", to: "precious/file")
    #expect(try Program.run(words + ["precious", "--force"], in: folder.path).status == 73)
  }

  @Test("Infinities are refused unless asked for")
  func nonFinite() throws {
    var tensors = try writeWeights("w.safetensors")
    tensors[0].value = Tensor(repeating: .infinity, shape: tensors[0].value.shape)
    try WeightsFile.write(tensors, to: "\(folder.path)/inf.safetensors")
    let words = ["model", "import", "inf.safetensors", "--encoder", "small_cnn", "-o", "model"]
    let refused = try Program.run(words, in: folder.path)
    #expect(refused.status == 65)
    #expect(refused.errors.contains("holds an infinity or NaN"))
    #expect(try Program.run(words + ["--allow-nonfinite"], in: folder.path).status == 0)
  }

  @Test("Preprocessing and precision are stored as asked", arguments: ["f32", "bf16"])
  func settings(precision: String) throws {
    _ = try writeWeights("w.safetensors")
    let result = try cutline(
      "model", "import", "w.safetensors", "--encoder", "small_cnn", "-o", "model",
      "--preprocessing", "tf", "--precision", precision, "--license", "CC0-1.0")
    #expect(result.status == 0)
    let config = try json(
      String(contentsOfFile: "\(folder.path)/model/config.json", encoding: .utf8))
    #expect(config["encoder"]?["resize"]?.string == "central-fraction-bilinear-antialias")
    #expect(config["encoder"]?["padding"]?.string == "symmetric")
    #expect(config["license"]?.string == "CC0-1.0")
    let file = try SafetensorsFile("\(folder.path)/model/model.safetensors")
    #expect(file.entries.allSatisfy { $0.type == (precision == "f32" ? .float32 : .bfloat16) })
  }

  @Test(
    "The published weights import as they are", .enabled(if: TestData.has("encoders")),
    arguments: [
      ("mobilenet_v2_onnxzoo_features", [String](), ""),
      (
        "mobilenet_v2_tf_fp16", ["--padding", "same", "--preprocessing", "tf"],
        "left out the classifier: classifier.1.bias, classifier.1.weight\n"
      ),
    ])
  func published(name: String, options: [String], note: String) throws {
    let file = try #require(TestData.path("encoders/\(name).safetensors"))
    let result = try Program.run(
      ["model", "import", file, "--encoder", "mobilenet_v2", "-o", "model"] + options,
      in: folder.path)
    #expect(result.status == 0, "\(result.errors)")
    #expect(note.isEmpty || result.errors.contains(note))
    #expect(result.errors.contains("classifier") == !note.isEmpty)
    #expect(try cutline("model", "verify", "./model").status == 0)
    let info = try json(try cutline("model", "info", "./model", "--json").output)
    #expect(info["parts"]?["encoder"]?.integer == 2_223_872)
    #expect(info["config"]?["license"]?.string == "Apache-2.0")
    let features = try cutline(
      "features", Pictures.jpeg, "-m", "./model", "-o", "f.safetensors")
    #expect(features.status == 0)
    let rows = try SafetensorsFile("\(folder.path)/f.safetensors")
    #expect(rows["pooled"]?.shape == [1, 1280])
  }
}
