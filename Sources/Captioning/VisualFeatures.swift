import ImageEncoders
import Tensors

/// What an encoder saw in pictures or clips, one after the other and without padding.
///
/// A picture has one row, or one for each of its positions; a clip has one, or one for each frame that was
/// looked at.
public struct VisualFeatures: Sendable {
  /// The rows of all pictures or clips, `[N, F]`.
  public let values: Tensor
  /// How many rows each has, at least one.
  public let counts: [Int]

  public init(_ values: Tensor, counts: [Int]) {
    precondition(
      values.rank == 2 && counts.reduce(0, +) == values.shape[0] && counts.allSatisfy { $0 > 0 },
      "visual features: \(values.shape) for pictures of \(counts) rows")
    (self.values, self.counts) = (values, counts)
  }

  /// Features of pictures that all have as many rows: one, `[P, F]`, or more, `[P, L, F]`.
  public init(_ pictures: Tensor) {
    let rowCount = pictures.rank == 2 ? 1 : pictures.shape[1]
    self.init(
      pictures.reshaped(to: [-1, pictures.shape[pictures.rank - 1]]),
      counts: Array(repeating: rowCount, count: pictures.shape[0]))
  }

  /// What a decoder is told of clips, these being the features of their frames.
  ///
  /// - Parameters:
  ///   - frameCounts: How many frames each clip has; 1 for a picture.
  ///   - kind: What the decoder reads: the frames in order, or the mean of all.
  /// - Returns: The features of as many clips.
  public func joined(intoClipsOf frameCounts: [Int], for kind: FeatureKind) -> VisualFeatures {
    precondition(frameCounts.reduce(0, +) == count, "\(count) frames for clips of \(frameCounts)")
    if frameCounts.allSatisfy({ $0 == 1 }) { return self }
    switch kind {
    case .frames: return VisualFeatures(values, counts: frameCounts)
    case .pooled: return VisualFeatures(VisualFeatures(values, counts: frameCounts).means)
    case .positions:
      let maps = VisualFeatures(values.reshaped(to: [count, -1]), counts: frameCounts)
      return VisualFeatures(
        maps.means.reshaped(to: [frameCounts.count, counts[0], values.shape[1]]))
    }
  }

  /// The features of all `parts`; at least one part.
  public init(concatenating parts: [VisualFeatures]) {
    self.init(
      Tensor(concatenating: parts.map(\.values), along: 0), counts: parts.flatMap(\.counts))
  }

  /// How many pictures or clips there are.
  public var count: Int { counts.count }

  public func slice(_ pictures: Range<Int>) -> VisualFeatures {
    let start = counts[..<pictures.lowerBound].reduce(0, +)
    let counts = Array(counts[pictures])
    return VisualFeatures(values.slice(start..<start + counts.reduce(0, +)), counts: counts)
  }

  /// Those of some pictures, which may be asked for repeatedly.
  func rows(_ pictures: [Int]) -> VisualFeatures {
    if pictures.elementsEqual(counts.indices) { return self }
    let starts = counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    return VisualFeatures(
      values.rows(pictures.flatMap { starts[$0]..<starts[$0 + 1] }),
      counts: pictures.map { counts[$0] })
  }

  /// The mean of each one's rows, `[P, F]`.
  public var means: Tensor {
    let size = values.shape[1]
    if counts.allSatisfy({ $0 == 1 }) { return values }
    if Set(counts).count == 1 {
      return values.reshaped(to: [count, counts[0], size]).mean(over: [1])
    }
    return Tensor(
      concatenating: values.split(sizes: counts, along: 0).map {
        $0.mean(over: [0]).reshaped(to: [1, size])
      }, along: 0)
  }

  /// The same of other numbers, a row for each row.
  public func map(_ transform: (Tensor) -> Tensor) -> VisualFeatures {
    VisualFeatures(transform(values), counts: counts)
  }

  /// Which of the positions that the picture with the most has each of `pictures` has: 1 or 0, `[B, L]`.
  func presence(of pictures: [Int]) -> Tensor {
    let most = counts.max() ?? 0
    let rows = pictures.flatMap { picture in
      (0..<most).map { $0 < counts[picture] ? Float(1) : 0 }
    }
    return Tensor(rows, shape: [pictures.count, most], on: values.device)
  }

  /// The rows in the order of time.
  var timeline: Timeline { Timeline(counts) }

  /// How the rows of clips are read in turn, those of the longest clips first.
  struct Timeline {
    let layout: SequenceLayout
    /// Which of the features each row of `layout` is.
    let rows: [Int]
    /// Which clip each sequence of `layout` is.
    let order: [Int]
    /// Which sequence each clip is.
    let places: [Int]

    fileprivate init(_ counts: [Int]) {
      let order = counts.indices.sorted { (-counts[$0], $0) < (-counts[$1], $1) }
      let starts = counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
      var (rowCounts, rows): ([Int], [Int]) = ([], [])
      for step in 0..<counts[order[0]] {
        let living = order.prefix { counts[$0] > step }
        rowCounts.append(living.count)
        rows += living.map { starts[$0] + step }
      }
      (layout, self.rows, self.order) = (SequenceLayout(rowCounts: rowCounts), rows, order)
      places = order.enumerated().reduce(into: counts) { $0[$1.element] = $1.offset }
    }
  }
}
