import Datasets
import Files
import Media
import Reports

// The texts beside the pictures of results, on sheets and on pages.

extension ShownResults.Row {
  /// The reasons to doubt a part: a failure, captions that are missing or withheld, doubts and warnings; empty if there
  /// are none.
  package func doubt(of part: ShownResults.Part?) -> String {
    if let failure { return "failed: \(failure)" }
    guard let part else { return "no caption" }
    var texts: [String] = []
    if part.isWithheld {
      texts.append("withheld\(part.confidence.map { " (\(Self.percent($0)))" } ?? "")")
      if !part.tags.isEmpty { texts.append("it may show \(part.tags.joined(separator: ", "))") }
    } else if part.isUnsure {
      texts.append("unsure\(part.confidence.map { " (\(Self.percent($0)))" } ?? "")")
    }
    let isBlank = part.captions.first.map { $0.allSatisfy(\.isWhitespace) } ?? true
    if isBlank, !part.isWithheld { texts.append("no caption") }
    texts += warnings
    return texts.joined(separator: "; ")
  }

  static func percent(_ share: Double) -> String { "\((share * 100).text(places: 0)) %" }
}

extension ShownResults.Part {
  /// The times of a part of a clip: `0:04-0:08`; empty for a picture.
  package var timesText: String {
    guard let times else { return "" }
    func text(_ seconds: Double) -> String {
      let tenths = Int(min(seconds * 10, 1e12).rounded())
      let (minutes, rest) = (tenths / 600, tenths % 600)
      return "\(minutes):\(rest < 100 ? "0" : "")\(rest / 10)"
        + (rest.isMultiple(of: 10) ? "" : ".\(rest % 10)")
    }
    return "\(text(times.lowerBound))\u{2013}\(text(times.upperBound))"
  }
}

extension SheetTile {
  /// Creates the tile of a row, or of a part of a clip.
  ///
  /// - Parameters:
  ///   - row: The row.
  ///   - part: The part; nil if there is none.
  ///   - images: The picture, or the frames; the reason why there are none.
  package init(
    _ row: ShownResults.Row, _ part: ShownResults.Part?, _ images: Result<[Image], PreviewFailure>
  ) {
    self.init(
      images: (try? images.get()) ?? [], caption: part?.captions.first ?? "",
      // Folders would hide the name that a reader knows the picture by.
      name: row.name.split(separator: "/").last.map { visibleName(String($0)) } ?? row.name)
    if case .failure(let failure) = images { placeholder = failure.reason }
    doubt = row.doubt(of: part)
    var remarks = [part?.timesText ?? ""]
    if let confidence = part?.confidence, doubt.isEmpty {
      remarks.append(ShownResults.Row.percent(confidence))
    }
    remark = remarks.filter { !$0.isEmpty }.joined(separator: " \u{B7} ")
    isStrip = row.isClip
  }
}

/// The reason why a picture is not shown beside its caption.
package struct PreviewFailure: Error, Sendable, Equatable {
  package let reason: String

  package init(_ reason: String) { self.reason = reason }

  package static let notFound = PreviewFailure(
    "no such file here; name the folder of the pictures with --images")
}
