/// A reliability diagram as SVG that stands in a page: the share of right captions by their confidence, beside the
/// diagonal on which a calibrated model lies.
package struct ReliabilityDiagram: Sendable {
  /// Captions of similar confidence.
  package struct Point: Sendable {
    /// The mean confidence, in `0...1`.
    let confidence: Double
    /// The share of captions that are right, in `0...1`.
    let rightShare: Double
    let captionCount: Int

    package init(confidence: Double, rightShare: Double, captionCount: Int) {
      (self.confidence, self.rightShare, self.captionCount) = (
        confidence, rightShare, captionCount
      )
    }
  }

  let title: String
  /// In ascending order of confidence.
  let points: [Point]

  package init(_ title: String, _ points: [Point]) { (self.title, self.points) = (title, points) }

  private static let size = 200.0

  /// A figure with a heading; the area of a circle grows with its number of captions, which its title names.
  package var html: String {
    let all = Double(max(points.reduce(0) { $0 + $1.captionCount }, 1))
    func x(_ share: Double) -> String { (share * Self.size).text(places: 1) }
    func y(_ share: Double) -> String { ((1 - share) * Self.size).text(places: 1) }
    let circles = points.map { point in
      let radius = max(2, 24 * (Double(point.captionCount) / all).squareRoot())
      return
        "<circle cx=\"\(x(point.confidence))\" cy=\"\(y(point.rightShare))\" r=\"\(radius.text(places: 1))\">"
        + "<title>confidence \(point.confidence.text(places: 2)), right \(point.rightShare.text(places: 2)): "
        + "\(point.captionCount.grouped)</title></circle>"
    }
    let ticks = [0, 0.5, 1].map { share in
      "<text x=\"\(x(share))\" y=\"\(Int(Self.size) + 14)\" text-anchor=\"middle\">\(share.text(places: 1))</text>"
        + "<text x=\"-4\" y=\"\(y(share))\" text-anchor=\"end\" dy=\"4\">\(share.text(places: 1))</text>"
    }
    return """
      <figure>
      <figcaption>\(escapedForHTML(title))</figcaption>
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="-30 -14 \(Int(Self.size) + 44) \(Int(Self.size) + 34)" \
      width="\(Int(Self.size) + 44)" role="img">
      <line x1="0" x2="\(Int(Self.size))" y1="\(Int(Self.size))" y2="\(Int(Self.size))"/>
      <line x1="0" x2="0" y1="0" y2="\(Int(Self.size))"/>
      <line x1="0" x2="\(Int(Self.size))" y1="\(Int(Self.size))" y2="0"/>
      \(circles.joined())
      \(ticks.joined())
      </svg>
      </figure>
      """
  }
}
