import Files
import ImageEncoders
import Layers
import Tensors
import TestSupport
import Testing

@Suite("cutline model import of weights that others published")
struct ModelImportTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func importing(_ file: String, _ options: String...) throws -> Program.Outcome {
    try Program.run(["model", "import", file, "-o", "model", "--force"] + options, in: folder.path)
  }

  /// Writes an encoder with formula weights under the names of a library.
  private func write<Encoder: ImageEncoder>(
    _ blank: Encoder, named names: PublishedNames, behind prefix: String = "", as file: String
  ) throws {
    var encoder = blank
    encoder.updateParameters { parameter, value in
      value = FormulaWeights.parameter(parameter.name, value.shape)
    }
    let parameters = encoder.parameters
    let theirs = names.names(of: parameters.map(\.parameter.name))
    try WeightsFile.write(
      Array(zip(theirs, parameters.map(\.value))).map { (name: prefix + $0, value: $1) },
      to: "\(folder.path)/\(file)", overwriting: true)
  }

  private func config() throws -> JSONValue? {
    try JSONValue(reading: MappedFile("\(folder.path)/model/config.json").withBytes { Array($0) })[
      "encoder"]
  }

  @Test("recognizes the encoder and the library by the tensors")
  func recognition() throws {
    let network = EncoderArchitecture.mobileNetV3Small
    for names in [network.ownNames] + network.otherNames.filter({ $0.mark == nil }) {
      try write(network.makeEncoder(), named: names, as: "w.safetensors")
      let result = try importing("w.safetensors")
      #expect(result.status == 0, "\(result.errors)")
      #expect(
        result.errors.contains("w.safetensors: is mobilenet_v3_small, by \(names.library)'s names"),
        "\(result.errors)")
      #expect(try config()?["type"]?.string == "mobilenet_v3_small")
      #expect(try config()?["filter"] == nil)
    }
  }

  @Test("knows ResNet as the list of its children that many captioners train")
  func children() throws {
    let network = EncoderArchitecture.resNet18
    let names = try #require(network.otherNames.first { $0.library == "torchvision" })
    #expect(
      names.names(of: ["conv1.weight", "bn1.bias", "layer1.0.conv1.weight", "layer4.1.bn2.bias"])
        == ["0.weight", "1.bias", "4.0.conv1.weight", "7.1.bn2.bias"])
    try write(network.makeEncoder(), named: names, behind: "encoder.resnet.", as: "w.safetensors")
    let result = try importing("w.safetensors")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("the prefix 'encoder.resnet.'"), "\(result.errors)")
    #expect(try config()?["type"]?.string == "resnet18")
  }

  @Test("--size changes the pictures, and what is cut off with them")
  func size() throws {
    let network = EncoderArchitecture.mobileNetV3Small
    try write(network.makeEncoder(), named: network.ownNames, as: "w.safetensors")
    #expect(try importing("w.safetensors", "--size", "112").status == 0)
    #expect(try config()?["input"]?.integer == 112)
    #expect(try config()?["resize_value"]?.integer == 128)
    #expect(
      try importing("w.safetensors", "--size", "112", "--preprocessing", "squash").status == 0)
    #expect(try config()?["input"]?.integer == 112)
    #expect(try importing("w.safetensors", "--size", "31").status == 64)
    try write(
      EncoderArchitecture.vgg11.makeEncoder(), named: EncoderArchitecture.vgg11.ownNames,
      as: "vgg.safetensors")
    let refused = try importing("vgg.safetensors", "--size", "256")
    #expect(refused.status == 65)
    #expect(refused.errors.contains("vgg11 reads pictures of 224 to 224 pixels, not 256"))
  }

  @Test("variances below 0 are refused")
  func negativeVariance() throws {
    let network = EncoderArchitecture.mobileNetV3Small
    var encoder = network.makeEncoder()
    var isFirst = true
    encoder.updateParameters { parameter, value in
      guard parameter.name.hasSuffix("running_var"), isFirst else { return }
      isFirst = false
      value = Tensor(repeating: -1, shape: value.shape)
    }
    try WeightsFile.write(
      encoder.parameters.map { ($0.parameter.name, $0.value) },
      to: "\(folder.path)/w.safetensors")
    let result = try importing("w.safetensors")
    #expect(result.status == 65)
    #expect(result.errors.contains("'features.0.1.running_var' holds variances below 0"))
  }

  @Test("follows the file of timm beside the weights, and takes a TensorFlow network for one")
  func timm() throws {
    let network = EncoderArchitecture.mobileNetV3Small
    let names = try #require(network.otherNames.first { $0.mark == nil })
    try write(network.makeEncoder(), named: names, as: "model.safetensors")
    let file = """
      {"architecture": "tf_mobilenetv3_small_100", "pretrained_cfg": {"input_size": [3, 224, 224],
      "crop_pct": 0.875, "interpolation": "bicubic", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}}
      """
    try folder.write(file, to: "config.json")
    let result = try importing("model.safetensors")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("pictures are prepared as config.json says"))
    #expect(try config()?["filter"]?.string == "bicubic")
    #expect(try config()?["resize_value"]?.integer == 256)
    #expect(try config()?["mean"] == [0.5, 0.5, 0.5])
    #expect(try config()?["padding"]?.string == "same")
    let features = try Program.run(
      ["features", Pictures.jpeg, "-m", "./model", "-o", "f.safetensors"], in: folder.path)
    #expect(features.status == 0, "\(features.errors)")
    // Without it the preprocessing would be another one, so what cannot be followed is an error.
    try folder.write(file.replacing("bicubic", with: "lanczos"), to: "config.json")
    let refused = try importing("model.safetensors")
    #expect(refused.status == 65)
    #expect(refused.errors.contains("config.json: resizes with the filter 'lanczos', not bilinear"))
    #expect(try importing("model.safetensors", "--preprocessing", "v1").status == 0)
    try folder.write("{", to: "config.json")
    #expect(try importing("model.safetensors").errors.contains("config.json: cannot be read as"))
  }

  @Test(
    "refuses what the files beside the weights say of a network that is another",
    arguments: [
      (
        #"{"architecture": "resnetaa18", "pretrained_cfg": {}}"#,
        "has no input_size of three numbers"
      ),
      (
        #"{"architecture": "mobilenetv4_conv_small", "pretrained_cfg": {"input_size": [3, 224, 224], "#
          + #""mean": [0, 0, 0], "std": [1, 1, 1]}}"#,
        "belongs to mobilenetv4_conv_small, whose tensors are named like those of mobilenet_v3_small"
      ),
      (
        #"{"architecture": "mobilenetv3_small_100", "model_args": {"output_stride": 8}}"#,
        "changes the network by 'output_stride' (model_args)"
      ),
      (
        #"{"model_type": "resnet", "hidden_act": "gelu"}"#,
        "has a network that Cutline does not: 'hidden_act' is \"gelu\""
      ),
    ])
  func otherNetworks(file: String, message: String) throws {
    let network = EncoderArchitecture.mobileNetV3Small
    try write(network.makeEncoder(), named: network.ownNames, as: "model.safetensors")
    try folder.write(file, to: "config.json")
    let result = try importing("model.safetensors")
    #expect(result.status == 65)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(!isFolder("\(folder.path)/model"))
  }

  @Test(
    "refuses a preparation of pictures that it cannot follow",
    arguments: [
      (#""do_rescale": false"#, "has 'do_rescale' false, which Cutline cannot follow"),
      (#""rescale_factor": 0.00784"#, "has a rescale_factor that is not 1/255"),
      (#""image_processor_type": "EfficientNetImageProcessor""#, "normalizes pictures twice"),
      (#""resample": 0"#, "resizes with Pillow's filter 0, not bilinear (2) or bicubic (3)"),
    ])
  func otherPreparation(setting: String, message: String) throws {
    let network = EncoderArchitecture.mobileNetV3Small
    try write(network.makeEncoder(), named: network.ownNames, as: "model.safetensors")
    try folder.write(
      #"{"image_mean": [0, 0, 0], "image_std": [1, 1, 1], "size": 224, \#(setting)}"#,
      to: "preprocessor_config.json")
    let result = try importing("model.safetensors")
    #expect(result.status == 65)
    #expect(result.errors.contains("preprocessor_config.json: \(message)"), "\(result.errors)")
    #expect(!isFolder("\(folder.path)/model"))
  }

  @Test("names the library that an encoder's own names are of")
  func library() throws {
    let network = EncoderArchitecture.efficientNetLite0
    try write(network.makeEncoder(), named: network.ownNames, as: "w.safetensors")
    let result = try importing("w.safetensors")
    #expect(
      result.errors.contains("is efficientnet_lite0, by efficientnet_lite_pytorch's names\n"),
      "\(result.errors)")
  }

  @Test(
    "takes a prefix without its dot, names those that there are, and refuses a padding for nothing")
  func options() throws {
    let network = EncoderArchitecture.resNet18
    try write(
      network.makeEncoder(), named: network.ownNames, behind: "teacher.", as: "w.safetensors")
    #expect(try importing("w.safetensors", "--prefix", "teacher").status == 0)
    let other = try importing("w.safetensors", "--prefix", "student")
    #expect(
      other.errors.contains("no tensor begins with 'student.'. There are: 'teacher.'."),
      "\(other.errors)")
    let padded = try importing("w.safetensors", "--padding", "same")
    #expect(padded.errors.contains("--padding is not for resnet18"), "\(padded.errors)")
  }

  @Test(
    "follows the file of transformers beside the weights",
    arguments: [
      (#""size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}"#, "224 256"),
      (#""size": {"shortest_edge": 224}, "crop_pct": 0.875"#, "224 256"),
      (
        #""size": {"shortest_edge": 224}, "image_processor_type": "ConvNextImageProcessor""#,
        "224 256"
      ),
      (#""size": 192, "do_center_crop": false"#, "192 192"),
      (#""size": {"height": 224, "width": 224}"#, "224 nil"),
    ])
  func transformers(size: String, expected: String) throws {
    let network = EncoderArchitecture.mobileNetV3Small
    try write(network.makeEncoder(), named: network.ownNames, as: "model.safetensors")
    try folder.write(
      #"{"image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.2, 0.2], "resample": 3, \#(size)}"#,
      to: "preprocessor_config.json")
    let result = try importing("model.safetensors")
    #expect(result.status == 0, "\(result.errors)")
    let (input, resize) = (try config()?["input"]?.integer, try config()?["resize_value"]?.integer)
    #expect("\(input ?? 0) \(resize.map(String.init) ?? "nil")" == expected)
    #expect(try config()?["filter"]?.string == "bicubic")
  }

  @Test(
    "says what a file is that holds no encoder",
    arguments: [
      (["rpn.head.conv.weight", "backbone.body.conv1.weight"], "the weights of a detector"),
      (["vit.encoder.layer.0.attention.query.weight"], "the weights of a transformer"),
      (["a.weight", "b.weight", "c.weight"], "no encoder that Cutline knows (its tensors are 'a."),
    ])
  func others(names: [String], message: String) throws {
    try WeightsFile.write(
      names.map { ($0, Tensor(zeros: [2])) }, to: "\(folder.path)/w.safetensors")
    let result = try importing("w.safetensors")
    #expect(result.status == 65)
    #expect(result.errors.contains("w.safetensors: contains \(message)"), "\(result.errors)")
    #expect(!isFolder("\(folder.path)/model"))
  }

  @Test(
    "says what form a file has that it does not read",
    arguments: [
      ("w.h5", "\u{89}HDF\r\n", "a Keras or HDF5 file"), ("w.onnx", "\u{8}\u{7}", "an ONNX model"),
      ("w.tflite", "1234TFL3", "a TensorFlow Lite model"),
      ("w.ckpt.index", "table", "a TensorFlow checkpoint"), ("w.html", "<!DOCTYPE", "a web page"),
      ("w.pth", "\u{1F}\u{8B}", "a gzip file"), ("w.bin", "{\"a\":1}", "JSON"),
    ])
  func forms(name: String, start: String, form: String) throws {
    let bytes = start.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    try folder.write(bytes + Array(repeating: 0, count: 100), to: name)
    let result = try importing(name)
    #expect(result.status == 65)
    #expect(result.errors.contains("\(name): is \(form)"), "\(result.errors)")
  }

  @Test("refuses a .pth file with more than weights by name, and runs nothing of it")
  func code() throws {
    let program = "cos\nsystem\n(S'touch ran'\ntR."
    let magic: [UInt8] =
      [0x80, 2, 0x8A, 10] + [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20]
      + [0x6A, 0xA8, 0x50, 0x19, 0x2E]
    let version: [UInt8] = [0x80, 2, 0x4D, 0xE9, 3, 0x2E]
    let machine: [UInt8] = [0x80, 2, 0x7D, 0x2E]
    try folder.write(magic + version + machine + Array(program.utf8), to: "w.pth")
    let result = try importing("w.pth")
    #expect(result.status == 65, "\(result.errors)")
    #expect(result.errors.contains("w.pth: contains 'os.system', a class or function of Python"))
    #expect(!isFile("\(folder.path)/ran") && !isFolder("\(folder.path)/model"))
  }
}
