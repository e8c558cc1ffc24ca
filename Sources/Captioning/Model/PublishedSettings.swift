import Files
import ImageEncoders
import Media

/// The settings in files beside published weights: `config.json` of timm, or `config.json` and
/// `preprocessor_config.json` of Hugging Face's transformers.
struct PublishedSettings: Sendable {
  /// The file that says how pictures are prepared; nil if there is none.
  private(set) var preprocessingFile: String?
  /// Nil if no file says how pictures are prepared.
  private(set) var preprocessing: ImagePreprocessing?
  /// timm's name of the network, such as `tf_efficientnet_b0`; nil if there is none.
  private(set) var timmName: String?
  /// The padding style that transformers states; nil if it states none.
  private(set) var padding: PaddingStyle?
  /// The classes that transformers names (`id2label`); nil if there are none.
  private(set) var classes: EncoderImport.NamedClasses?
  /// The problem of classes that are named but cannot be used.
  private(set) var classesError: EncoderImportError?

  /// Reads the files beside `weights`.
  ///
  /// - Parameters:
  ///   - weights: The path of the weights.
  ///   - readsPreprocessing: False to leave out how pictures are prepared.
  /// - Throws: `EncoderImportError` if there is a file that cannot be read or followed.
  init(beside weights: String, preprocessing readsPreprocessing: Bool) throws(EncoderImportError) {
    let folder = weights.lastIndex(of: "/").map { String(weights[...$0]) } ?? ""
    try read(folder + "config.json") { settings, json throws(Unfit) in
      if json["pretrained_cfg"] != nil || json["model_type"] == nil && json["architecture"] != nil {
        try settings.readTimm(json, preprocessing: readsPreprocessing)
      } else if let type = json["model_type"]?.string {
        try settings.readNetwork(json, type)
        settings.readClasses(json, folder + "config.json")
      }
    }
    guard readsPreprocessing else { return }
    try read(folder + "preprocessor_config.json") { settings, json throws(Unfit) in
      settings.preprocessing = try Self.transformers(json)
    }
  }

  private struct Unfit: Error { let problem: String }

  /// Reads one file, if it is there.
  private mutating func read(
    _ path: String, _ body: (inout PublishedSettings, JSONValue) throws(Unfit) -> Void
  ) throws(EncoderImportError) {
    guard isFile(path) else { return }
    let before = preprocessing
    do throws(Unfit) {
      guard let bytes = try? MappedFile(path, limit: 1 << 20).withBytes({ Array($0) }),
        let json = try? JSONValue(reading: bytes)
      else { throw Unfit(problem: "cannot be read as JSON") }
      try body(&self, json)
    } catch {
      throw EncoderImportError(path, .settings(error.problem))
    }
    if preprocessing != before { preprocessingFile = path }
  }

  // MARK: timm

  /// Reads `{"architecture": …, "pretrained_cfg": {"input_size": [3, 224, 224], "crop_pct": 0.95, …}}`.
  private mutating func readTimm(
    _ json: JSONValue, preprocessing readsPreprocessing: Bool
  ) throws(Unfit) {
    timmName = json["architecture"]?.string
    if case .object(let arguments) = json["model_args"], let first = arguments.first {
      throw Unfit(problem: "changes the network by '\(first.key.prefix(40))' (model_args)")
    }
    guard readsPreprocessing else { return }
    let values = json["pretrained_cfg"] ?? json
    guard let size = Self.numbers(values["input_size"], count: 3)?[1] else {
      throw Unfit(problem: "has no input_size of three numbers")
    }
    let share = values["crop_pct"]?.number ?? 0.875
    guard size >= 1, size <= 4096, share > 0, share <= 1 else {
      throw Unfit(problem: "has an input_size or crop_pct that no picture can have")
    }
    let name = values["interpolation"]?.string ?? "bicubic"
    guard let filter = ResamplingFilter(rawValue: name) else {
      throw Unfit(problem: "resizes with the filter '\(name.prefix(40))', not bilinear or bicubic")
    }
    preprocessing = try ImagePreprocessing(
      framing: values["crop_mode"]?.string == "squash"
        ? .squash : .shorterSide(Int(size / share)),
      size: Int(size), filter: filter, mean: Self.statistics(values["mean"], "mean"),
      deviation: Self.statistics(values["std"], "std"))
  }

  /// Throws if timm's name of the network is that of another architecture, whose tensors may have the same names.
  func check(_ architecture: EncoderArchitecture, _ path: String) throws(EncoderImportError) {
    func plain(_ name: String) -> String {
      name.replacing("_100", with: "").filter { $0 != "_" }
    }
    guard let timmName, !plain(timmName).contains(plain(architecture.name)) else { return }
    throw EncoderImportError(
      path,
      .settings(
        "belongs to \(timmName.prefix(60)), whose tensors are named like those of \(architecture.name)"
      ))
  }

  // MARK: transformers

  /// The values that the networks of transformers must have, by the names in `config.json`; one that is absent
  /// is the first.
  private static let values: [String: [String: [JSONValue]]] = [
    "resnet": [
      "hidden_act": ["relu"], "downsample_in_first_stage": [false],
      "downsample_in_bottleneck": [false],
    ],
    "mobilenet_v2": [
      "hidden_act": ["relu6"], "output_stride": [32], "layer_norm_eps": [0.001],
      "first_layer_is_expansion": [true],
    ],
    "efficientnet": ["hidden_act": ["swish", "silu"], "batch_norm_eps": [0.001]],
    "convnext": ["hidden_act": ["gelu"], "patch_size": [4]],
  ]

  /// Reads `{"model_type": "resnet", "hidden_act": "relu", …}`.
  private mutating func readNetwork(_ json: JSONValue, _ type: String) throws(Unfit) {
    for (key, allowed) in Self.values[type] ?? [:] {
      guard let value = json[key], !allowed.contains(value) else { continue }
      throw Unfit(problem: "has a network that Cutline does not: '\(key)' is \(value.compactText)")
    }
    if type == "mobilenet_v2", json["tf_padding"] == .boolean(false) { padding = .symmetric }
  }

  /// Reads `{"id2label": {"0": "tench, Tinca tinca", …}}`; the names `LABEL_0` and so on say nothing.
  private mutating func readClasses(_ json: JSONValue, _ path: String) {
    guard case .object(let members) = json["id2label"], !members.isEmpty else { return }
    let numbered = members.compactMap { member in
      Int(member.key).flatMap { number in member.value.string.map { (number, $0) } }
    }
    let names = Dictionary(numbered, uniquingKeysWith: { first, _ in first })
    if names.allSatisfy({ $0.value == "LABEL_\($0.key)" }), names.count == members.count { return }
    let missing = members.indices.first { number in
      names[number]?.allSatisfy { $0.isWhitespace || $0 == "," } ?? true
    }
    guard missing == nil,
      let classes = PictureClasses(names: members.indices.compactMap { names[$0] })
    else {
      classesError = EncoderImportError(
        path, .settings("names no class \(missing ?? 0) in 'id2label'; --classes FILE can"))
      return
    }
    // ImageNet's own list has wider terms, too.
    let known = PictureClasses(ofImageNet: classes.count)
    let same = known.map { known in
      members.indices.count {
        known.words(ofClass: $0).contains(classes.words(ofClass: $0)[0])
      }
    }
    let isImageNet = (same ?? 0) > classes.count / 2
    self.classes = .init(isImageNet ? known ?? classes : classes, path: path)
  }

  /// Reads `{"size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}, "resample": 2, …}`.
  private static func transformers(_ json: JSONValue) throws(Unfit) -> ImagePreprocessing {
    for (key, needed) in [
      ("do_resize", true), ("do_rescale", true), ("do_pad", false), ("rescale_offset", false),
    ] {
      if let value = json[key], value != .boolean(needed), value != .null {
        throw Unfit(problem: "has '\(key)' \(value.compactText), which Cutline cannot follow")
      }
    }
    let type = json["image_processor_type"]?.string ?? json["feature_extractor_type"]?.string ?? ""
    guard !type.hasPrefix("EfficientNet") || json["include_top"] == .boolean(false) else {
      throw Unfit(problem: "normalizes pictures twice ('include_top'), which Cutline cannot follow")
    }
    if let factor = json["rescale_factor"]?.number, abs(factor * 255 - 1) > 1e-6 {
      throw Unfit(problem: "has a rescale_factor that is not 1/255")
    }
    guard let size = json["size"] else { throw Unfit(problem: "has no size") }
    let edge = size["shortest_edge"]?.integer ?? size.integer
    let crop = json["crop_size"]?["height"]?.integer ?? json["crop_size"]?.integer
    let crops = json["do_center_crop"].map { $0 == .boolean(true) } ?? (crop != nil)
    let framing: ImagePreprocessing.Framing
    let side: Int
    // ConvNeXt's processor cuts off an eighth where its file does not say.
    let usualShare = type.hasPrefix("ConvNext") ? 224.0 / 256 : nil
    if let share = json["crop_pct"]?.number ?? usualShare, let edge {
      // ConvNeXt's rule, which ResNet has, too: from 384 pixels on nothing is cut off.
      guard share > 0, share <= 1 else { throw Unfit(problem: "has a crop_pct of \(share)") }
      (framing, side) = (edge >= 384 ? .squash : .shorterSide(Int(Double(edge) / share)), edge)
    } else if let edge {
      (framing, side) = (.shorterSide(edge), crops ? crop ?? edge : edge)
    } else if let height = size["height"]?.integer, height == size["width"]?.integer {
      side = crops ? min(crop ?? height, height) : height
      framing = side < height ? .centralFraction(Double(side) / Double(height)) : .squash
    } else {
      throw Unfit(problem: "has a size that is no square")
    }
    guard (1...4096).contains(side) else { throw Unfit(problem: "has a size of \(side) pixels") }
    let filters = [2: ResamplingFilter.bilinear, 3: .bicubic]
    let number = json["resample"]?.integer ?? 2
    guard let filter = filters[number] else {
      throw Unfit(
        problem: "resizes with Pillow's filter \(number), not bilinear (2) or bicubic (3); "
          + "change it there to the nearest")
    }
    let normalizes = json["do_normalize"] != .boolean(false)
    return try ImagePreprocessing(
      framing: framing, size: side, filter: filter,
      mean: normalizes ? statistics(json["image_mean"], "image_mean") : [0, 0, 0],
      deviation: normalizes ? statistics(json["image_std"], "image_std") : [1, 1, 1])
  }

  // MARK: Numbers

  private static func numbers(_ json: JSONValue?, count: Int) -> [Double]? {
    guard case .array(let items) = json else { return nil }
    let numbers = items.compactMap(\.number)
    return numbers.count == count && items.count == count ? numbers : nil
  }

  private static func statistics(_ json: JSONValue?, _ key: String) throws(Unfit) -> [Float] {
    guard let numbers = numbers(json, count: 3),
      numbers.allSatisfy({ $0.isFinite && (key.hasSuffix("mean") || $0 > 0) })
    else { throw Unfit(problem: "has no three numbers as '\(key)'") }
    return numbers.map { Float($0) }
  }
}
