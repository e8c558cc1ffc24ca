import Files
import Layers
import Tensors

/// The confidence of a captioner: how it measures distances, and the calibration.
package struct ConfidenceModel: Sendable {
  package let familiarity: PictureFamiliarity
  package let calibration: ConfidenceCalibration

  package init(_ familiarity: PictureFamiliarity, _ calibration: ConfidenceCalibration) {
    (self.familiarity, self.calibration) = (familiarity, calibration)
  }

  /// Returns the confidence of the best caption of each picture.
  ///
  /// - Parameters:
  ///   - captions: The captions of each picture, the best first.
  ///   - features: The pooled features of the pictures, `[N, F]`.
  /// - Returns: One for each picture; nil where there is no caption.
  func confidences(of captions: [[Caption]], _ features: Tensor) -> [CaptionConfidence?] {
    zip(captions, familiarity.distances(of: features)).map { captions, distance in
      captions.first.map {
        calibration.confidence(score: Double($0.score), distance: distance)
      }
    }
  }
}

// MARK: The file

extension ModelDirectory {
  private static let confidenceSchema = "cutline.confidence/1"

  /// Reads the model's confidence; nil if it has not been calibrated.
  ///
  /// - Parameter featureSize: The number of pooled features of its encoder.
  /// - Returns: The confidence.
  /// - Throws: `ModelError` if the file is damaged, or belongs to another model.
  package func confidence(featureSize: Int) throws(ModelError) -> ConfidenceModel? {
    let path = "\(path)/\(FileName.confidence)"
    guard isFile(path) else { return nil }
    let file: WeightsFile
    do throws(SafetensorsError) {
      file = try WeightsFile(path)
    } catch {
      throw ModelError(path, .weightsFile(error))
    }
    guard file.metadata["schema"] == Self.confidenceSchema else {
      throw ModelError(
        path, .configuration(key: "schema", problem: "is not \(Self.confidenceSchema)"))
    }
    let calibration: ConfidenceCalibration
    do throws(ConfigurationProblem) {
      calibration = try ConfidenceCalibration(file.metadata)
    } catch {
      throw ModelError(path, .configuration(key: error.key, problem: error.problem))
    }
    var familiarity = PictureFamiliarity(
      featureSize: featureSize, directionCount: file.shape(of: "directions")?.first ?? 0)
    do throws(WeightsError) {
      try file.load(into: &familiarity, ignoring: { _ in false }, keepingBfloat16Matrices: true)
    } catch {
      throw ModelError(path, .weights(error))
    }
    return ConfidenceModel(familiarity, calibration)
  }

  /// Writes a copy of the model with its confidence.
  ///
  /// - Parameters:
  ///   - confidence: The confidence.
  ///   - path: The folder to write.
  ///   - isReplacing: True if an existing model may be replaced.
  /// - Throws: `ModelError` if the model is not whole; `FileError` for what cannot be written.
  package func write(
    _ confidence: ConfidenceModel, to path: String, replacing isReplacing: Bool
  ) throws {
    try copy(to: path, replacing: isReplacing) { working in
      try WeightsFile.write(
        confidence.familiarity.parameters.map { ($0.parameter.name, $0.value) },
        to: "\(working)/\(FileName.confidence)",
        metadata: confidence.calibration.metadata.merging(["schema": Self.confidenceSchema]) {
          $1
        }, overwriting: true)
      return [FileName.confidence]
    }
  }
}

extension ConfidenceCalibration {
  /// The numbers by name, as texts that read back to the same bits.
  fileprivate var metadata: [String: String] {
    [
      "intercept": "\(intercept)", "slope": "\(slope)", "distance_mean": "\(distanceMean)",
      "distance_deviation": "\(distanceDeviation)", "limit": "\(limit)",
      "threshold": "\(threshold)",
    ]
  }

  fileprivate init(_ metadata: [String: String]) throws(ConfigurationProblem) {
    func number(_ name: String) throws(ConfigurationProblem) -> Double {
      guard let number = metadata[name].flatMap({ Double($0) }), number.isFinite else {
        throw ConfigurationProblem(key: name, problem: "is not a number")
      }
      return number
    }
    self.init(
      intercept: try number("intercept"), slope: try number("slope"),
      distanceMean: try number("distance_mean"),
      distanceDeviation: try number("distance_deviation"), limit: try number("limit"),
      threshold: try number("threshold"))
    guard distanceDeviation > 0 else {
      throw ConfigurationProblem(key: "distance_deviation", problem: "must be above 0")
    }
  }
}
