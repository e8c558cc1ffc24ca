import Captioning
import Files
import Metrics
import Reports

/// The quality of a model's confidences: how well they foretell which captions are right.
///
/// A caption is right if its CIDEr-D is at least the median of captions that people wrote, each scored against the
/// others of its picture. This is the probability that `cutline model calibrate` fits.
package struct ConfidenceQuality: Sendable, Equatable {
  /// The captions whose confidence lies in a tenth of `0...1`, and all from there up.
  package struct Tenth: Sendable, Equatable {
    /// The least confidence.
    package let start: Double
    package let captionCount: Int
    /// The mean confidence and the share of right captions; nil without captions.
    package let meanConfidence: Double?
    package let rightShare: Double?
    /// The share of all captions that have at least this confidence.
    package let keptShare: Double
    /// The share of right ones among these; nil without captions.
    package let keptRightShare: Double?
  }

  package let captionCount: Int
  package let rightCount: Int
  /// The CIDEr-D from which on a caption is right.
  package let median: Double
  /// The expected calibration error over the tenths: the mean distance of the confidence from the share of captions
  /// that are right (Naeini et al., 2015).
  package let error: Double
  /// The error after the confidences were refitted on half of the captions, measured on the other half, and the other
  /// way round; nil if a half has no right or no wrong captions.
  ///
  /// A much smaller error than `error` says that the model should be calibrated on pictures like these.
  package let refittedError: Double?
  /// The probability that a right caption has a higher confidence than a wrong one.
  package let discrimination: Double
  package let tenths: [Tenth]

  /// The fewest captions that tell anything.
  package static let fewest = 50

  /// Judges the captions of the pictures that have a confidence and several references; nil if there are fewer than
  /// `fewest`.
  ///
  /// - Parameters:
  ///   - captions: The captions.
  ///   - scores: The CIDEr-D of each picture's.
  ///   - references: The words of the references of each picture.
  ///   - frequencies: The weights of n-grams that the scores were computed with; nil for those of the references.
  init?(
    of captions: EvaluatedCaptions, scores: [Double], references: [[[String]]],
    frequencies: DocumentFrequencies?
  ) {
    let judged = captions.pictures.indices.compactMap { index in
      captions.pictures[index].confidence.map { (index: index, confidence: $0) }
    }.filter { references[$0.index].count > 1 }
    guard judged.count >= Self.fewest else { return nil }
    let people = ciderOfPeople(references, frequencies: frequencies)
    self.init(
      confidences: judged.map(\.confidence), scores: judged.map { scores[$0.index] },
      median: quantile(0.5, of: people))
  }

  /// Judges confidences by the scores of the captions; a score of at least `median` is right.
  init(confidences: [Double], scores: [Double], median: Double) {
    let judged = zip(confidences, scores).map { (probability: $0, isRight: $1 >= median) }
    self.median = median
    captionCount = judged.count
    rightCount = judged.count(where: \.isRight)
    error = calibrationError(judged)
    refittedError = refittedCalibrationError(judged)
    discrimination = separation(
      of: judged.filter { !$0.isRight }.map(\.probability),
      from: judged.filter(\.isRight).map(\.probability))
    tenths = (0..<10).map { place in
      let here = judged.filter { min(Int($0.probability * 10), 9) == place }
      let kept = judged.filter { min(Int($0.probability * 10), 9) >= place }
      return Tenth(
        start: Double(place) / 10, captionCount: here.count,
        meanConfidence: mean(here.map(\.probability)),
        rightShare: mean(here.map { $0.isRight ? 1 : 0 }),
        keptShare: Double(kept.count) / Double(max(judged.count, 1)),
        keptRightShare: mean(kept.map { $0.isRight ? 1 : 0 }))
    }
  }

  /// Lines for a terminal.
  package var text: String {
    let refitted = refittedError.map { ", \($0.text(places: 3)) if refitted" } ?? ""
    var rows = [["CONFIDENCE", "CAPTIONS", "MEAN", "RIGHT", "KEPT FROM HERE", "RIGHT OF THESE"]]
    rows += tenths.map { tenth in
      [
        "\(tenth.start.text(places: 1)) to \((tenth.start + 0.1).text(places: 1))",
        tenth.captionCount.grouped, tenth.meanConfidence?.text(places: 2) ?? "-",
        tenth.rightShare.map(percent) ?? "-", percent(tenth.keptShare),
        tenth.keptRightShare.map(percent) ?? "-",
      ]
    }
    return """

      Right: \(rightCount.grouped) of \(captionCount.grouped) captions reach the median CIDEr of people's, \
      \(median.text(places: 3)).
      Expected calibration error \(error.text(places: 3))\(refitted); a right caption has the higher confidence of a \
      right and a wrong one in \(percent(discrimination)).

      \(columnText(rows))
      """
  }

  var diagram: ReliabilityDiagram {
    ReliabilityDiagram(
      "Share of right captions by confidence",
      tenths.compactMap { tenth in
        guard let confidence = tenth.meanConfidence, let share = tenth.rightShare else {
          return nil
        }
        return .init(
          confidence: confidence, rightShare: share, captionCount: tenth.captionCount)
      })
  }

  package var json: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    return [
      "captions": .number(Double(captionCount)), "right": .number(Double(rightCount)),
      "right_from_cider": .number(median), "calibration_error": .number(error),
      "refitted_calibration_error": number(refittedError),
      "right_above_wrong": .number(discrimination),
      "tenths": .array(
        tenths.map { tenth in
          [
            "from": .number(tenth.start), "captions": .number(Double(tenth.captionCount)),
            "confidence": number(tenth.meanConfidence), "right": number(tenth.rightShare),
            "kept": .number(tenth.keptShare), "right_of_kept": number(tenth.keptRightShare),
          ]
        }),
    ]
  }
}

private func mean(_ numbers: [Double]) -> Double? {
  numbers.isEmpty ? nil : numbers.reduce(0, +) / Double(numbers.count)
}
