/// A histogram of numbers, or two beside each other, as SVG that stands in a page.
package struct Histogram: Sendable {
  /// Numbers of one kind, by their name in the legend.
  package struct Series: Sendable {
    let name: String
    let values: [Double]

    package init(_ name: String, _ values: [Double]) { (self.name, self.values) = (name, values) }
  }

  let title: String
  /// One series, or two of the same unit.
  let series: [Series]
  /// The edges of the bars, ascending; numbers beyond the last count in the last bar.
  let edges: [Double]
  /// Returns the text of an edge.
  private let edgeText: @Sendable (Double) -> String
  /// Returns the text of an edge in the title of a bar, which has room for all digits.
  private let barText: @Sendable (Double) -> String
  /// True for whole numbers, one in each bar.
  private let isWhole: Bool
  /// True if the last bar has all larger numbers, too.
  private let isLimited: Bool

  /// - Parameters:
  ///   - title: The heading.
  ///   - series: One series, or two of the same unit.
  ///   - width: The width of a bar.
  ///   - limit: The number from which on all count in the last bar; nil is the largest.
  ///   - places: The number of digits behind the point of the numbers below the bars.
  package init(
    _ title: String, _ series: [Series], width: Double, limit: Double? = nil, places: Int = 0
  ) {
    self.init(
      title, series, width: width, limit: limit, isWhole: width == 1, { $0.text(places: places) },
      { $0.text(places: width == 1 ? 0 : 2) })
  }

  /// - Parameters:
  ///   - title: The heading.
  ///   - series: One series, or two of the same unit.
  ///   - width: The width of a bar.
  ///   - limit: The number from which on all count in the last bar; nil is the largest.
  ///   - edgeText: Returns the text of a number below the bars.
  package init(
    _ title: String, _ series: [Series], width: Double, limit: Double? = nil,
    edgeText: @escaping @Sendable (Double) -> String
  ) {
    self.init(title, series, width: width, limit: limit, isWhole: false, edgeText, edgeText)
  }

  private init(
    _ title: String, _ series: [Series], width: Double, limit: Double?, isWhole: Bool,
    _ edgeText: @escaping @Sendable (Double) -> String,
    _ barText: @escaping @Sendable (Double) -> String
  ) {
    (self.title, self.series, self.isWhole) = (title, series, isWhole)
    (self.edgeText, self.barText, isLimited) = (edgeText, barText, limit != nil)
    let largest = limit ?? series.flatMap(\.values).max() ?? 0
    let count = min(max(Int((largest / width).rounded(.down)) + (limit == nil ? 1 : 0), 1), 100)
    edges = (0...count).map { Double($0) * width }
  }

  /// Returns the number of values in each bar.
  func counts(of series: Series) -> [Int] {
    var counts = Array(repeating: 0, count: edges.count - 1)
    for value in series.values where value.isFinite {
      let bar = Int((value / (edges[1] - edges[0])).rounded(.down))
      counts[min(max(bar, 0), counts.count - 1)] += 1
    }
    return counts
  }

  /// Returns the numbers of a bar, as people say them.
  private func text(ofBar place: Int) -> String {
    if isLimited, place == edges.count - 2 { return "\(barText(edges[place])) or more" }
    return isWhole
      ? barText(edges[place]) : "\(barText(edges[place])) to \(barText(edges[place + 1]))"
  }

  private static let height = 140.0
  private static let plotWidth = 420.0

  /// A figure with a heading; a bar's title names its numbers.
  package var html: String {
    let counts = series.map(counts)
    let shares = zip(counts, series).map { counts, series in
      counts.map { Double($0) / Double(max(series.values.count, 1)) }
    }
    let highest = max(shares.joined().max() ?? 0, 1e-9)
    let slot = Self.plotWidth / Double(edges.count - 1)
    let barWidth = slot * 0.86 / Double(series.count)
    var bars: [String] = []
    for (kind, shares) in shares.enumerated() {
      for (place, share) in shares.enumerated() where share > 0 {
        let size = share / highest * Self.height
        let x = Double(place) * slot + slot * 0.07 + Double(kind) * barWidth
        let range = text(ofBar: place)
        bars.append(
          "<rect\(kind > 0 ? " class=\"other\"" : "") x=\"\(x.text(places: 1))\" "
            + "y=\"\((Self.height - size).text(places: 1))\" width=\"\(barWidth.text(places: 1))\" "
            + "height=\"\(size.text(places: 1))\"><title>\(range): \(counts[kind][place].grouped)</title></rect>"
        )
      }
    }
    let step = max(1, (edges.count + 9) / 10)
    let labels = stride(from: 0, to: edges.count, by: step).map { place in
      "<text x=\"\((Double(place) * slot).text(places: 1))\" y=\"\(Int(Self.height) + 14)\" "
        + "text-anchor=\"middle\">\(edgeText(edges[place]))</text>"
    }
    let legend =
      series.count > 1
      ? " (\(series.enumerated().map { "\($1.name): \($0 == 0 ? "blue" : "orange")" }.joined(separator: ", ")))"
      : ""
    return """
      <figure>
      <figcaption>\(escapedForHTML(title + legend))</figcaption>
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -4 \(Int(Self.plotWidth) + 24) \(Int(Self.height) + 24)" \
      width="\(Int(Self.plotWidth) + 24)" role="img">
      \(bars.joined())
      <line x1="0" x2="\(Int(Self.plotWidth))" y1="\(Int(Self.height))" y2="\(Int(Self.height))"/>
      \(labels.joined())
      </svg>
      </figure>
      """
  }
}
