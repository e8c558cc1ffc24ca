import Files
import ImageEncoders
import Media

/// What a file beside published weights says of them: `config.json` of timm, or `preprocessor_config.json` of
/// Hugging Face's transformers.
struct PublishedPreprocessing: Sendable {
  /// The file.
  let path: String
  /// The name of the architecture there, such as `tf_efficientnet_b0`; empty if it has none.
  let architecture: String
  let preprocessing: ImagePreprocessing

  /// Reads the file beside `weights`; nil if there is none.
  ///
  /// - Throws: `EncoderImportError` if there is one that cannot be followed.
  init?(beside weights: String) throws(EncoderImportError) {
    let folder = weights.lastIndex(of: "/").map { String(weights[...$0]) } ?? ""
    let forms = [
      ("preprocessor_config.json", Self.transformers), ("config.json", Self.timm),
    ]
    for (name, read) in forms {
      let path = folder + name
      guard isFile(path), let json = Self.json(path) else { continue }
      do throws(Unfit) {
        guard let preprocessing = try read(json) else { continue }
        self.path = path
        self.preprocessing = preprocessing
        architecture = json["architecture"]?.string ?? ""
        return
      } catch {
        throw EncoderImportError(path, .preprocessing(error.problem))
      }
    }
    return nil
  }

  private struct Unfit: Error { let problem: String }

  private static func json(_ path: String) -> JSONValue? {
    guard let bytes = try? MappedFile(path, limit: 1 << 20).withBytes({ Array($0) }) else {
      return nil
    }
    return try? JSONValue(reading: bytes)
  }

  // MARK: timm

  /// `{"architecture": …, "pretrained_cfg": {"input_size": [3, 224, 224], "crop_pct": 0.95, …}}`.
  private static func timm(_ json: JSONValue) throws(Unfit) -> ImagePreprocessing? {
    let values = json["pretrained_cfg"] ?? json
    guard let size = numbers(values["input_size"], count: 3)?[1], values["mean"] != nil else {
      return nil
    }
    let share = values["crop_pct"]?.number ?? 0.875
    guard size >= 1, size <= 4096, share > 0, share <= 1 else {
      throw Unfit(problem: "has an input_size or crop_pct that no picture can have")
    }
    return try ImagePreprocessing(
      framing: values["crop_mode"]?.string == "squash"
        ? .squash : .shorterSide(Int(size / share)),
      size: Int(size), filter: filter(values["interpolation"]?.string ?? "bicubic"),
      mean: statistics(values["mean"], "mean"), deviation: statistics(values["std"], "std"))
  }

  private static func filter(_ name: String) throws(Unfit) -> ResamplingFilter {
    guard let filter = ResamplingFilter(rawValue: name) else {
      throw Unfit(problem: "resizes with the filter '\(name.prefix(40))'")
    }
    return filter
  }

  // MARK: transformers

  /// `{"size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}, "resample": 2, …}`.
  private static func transformers(_ json: JSONValue) throws(Unfit) -> ImagePreprocessing? {
    guard json["image_mean"] != nil, let size = json["size"] else { return nil }
    let edge = size["shortest_edge"]?.integer ?? size.integer
    let crop = json["crop_size"]?["height"]?.integer ?? json["crop_size"]?.integer
    let crops = json["do_center_crop"].map { $0 == .boolean(true) } ?? (crop != nil)
    let framing: ImagePreprocessing.Framing
    let side: Int
    if let share = json["crop_pct"]?.number, let edge {
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
        problem: "resizes with Pillow's filter \(number), neither bilinear (2) nor bicubic (3)")
    }
    return try ImagePreprocessing(
      framing: framing, size: side, filter: filter,
      mean: statistics(json["image_mean"], "image_mean"),
      deviation: statistics(json["image_std"], "image_std"))
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
