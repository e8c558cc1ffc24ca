import Files
import Tensors

extension [RatingItem] {
  /// Joins the captions of models of the same pictures.
  ///
  /// - Parameters:
  ///   - models: The name of each model and its caption of each picture, in the order of the pictures; nil where it
  ///     wrote none.
  ///   - pictures: The pictures.
  ///   - count: The maximum number of pictures, which are drawn; nil takes all.
  ///   - seed: Decides which pictures are drawn, and all orders.
  /// - Returns: The pictures in random order, and the captions of each in random order; a caption that several models
  ///   wrote is there once.
  package static func drawn(
    from models: [(name: String, captions: [String?])], of pictures: [String], count: Int? = nil,
    seed: UInt64
  ) -> [RatingItem] {
    var random = SeededGenerator(seed: seed)
    let order = random.shuffled(pictures.indices.map(\.self))
    return order.lazy.compactMap { place -> RatingItem? in
      var captions: [RatingItem.Caption] = []
      for model in models {
        guard let text = model.captions[place] else { continue }
        if let same = captions.firstIndex(where: { $0.text == text }) {
          captions[same].models.append(model.name)
        } else {
          captions.append(.init(text, by: [model.name]))
        }
      }
      return captions.isEmpty ? nil : RatingItem(picture: pictures[place], captions: captions)
    }
    .prefix(count ?? .max)
    .map { item in RatingItem(picture: item.picture, captions: random.shuffled(item.captions)) }
  }

  /// The number of captions.
  package var captionCount: Int { reduce(0) { $0 + $1.captions.count } }

  /// The checksum of pictures, captions, models and scale, whatever their order: files of ratings belong together if it
  /// is the same.
  package func identity(_ scale: RatingScale) -> String {
    let lines = flatMap { item in
      item.captions.map { caption -> String in
        let parts = [item.picture, caption.text] + caption.models
        return JSONValue.array(parts.map { .string($0) }).compactText
      }
    }
    let text = ([scale.rawValue] + lines.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
      .joined(separator: "\n")
    let digest = [UInt8](text.utf8).withUnsafeBytes { SHA256.digest(of: $0) }
    return String("\(digest)".prefix(16))
  }
}
