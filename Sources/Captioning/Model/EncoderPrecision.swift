import Tensors

/// The numbers that a captioner computes with.
package enum EncoderPrecision: String, Sendable, CaseIterable {
  case float32 = "f32"
  case bfloat16 = "bf16"
  /// Whole numbers of 8 bits in the encoder, for a model that was quantized.
  case int8
  /// The fastest that the processor has, if the model says what it costs.
  case automatic = "auto"

  /// The type of the pictures that the encoder reads.
  package var elementType: ElementType { self == .bfloat16 ? .bfloat16 : .float32 }

  /// The type that a decoder multiplies in while it searches.
  ///
  /// Matrix products take most of the time of several captions at once. With models/default 1,000 photos take 5.0 s
  /// instead of 7.0 s if they are in bfloat16, too (`cutline batch --precision bf16`).
  var searchType: ElementType {
    switch self {
    case .float32, .automatic: .float32
    case .bfloat16: .bfloat16
    case .int8: Device.multipliesBfloat16Fast ? .bfloat16 : .float32
    }
  }
}

extension ModelEnsemble {
  /// Returns the precision that is meant, after checking that the processor and the models have it.
  ///
  /// - Throws: `ModelError` for a processor that cannot compute with it, or a model that was not quantized.
  package func resolved(_ precision: EncoderPrecision) throws(ModelError) -> EncoderPrecision {
    switch precision {
    case .float32: return .float32
    case .bfloat16:
      guard Device.multipliesBfloat16 else { throw ModelError(directories[0].path, .noBfloat16) }
      return .bfloat16
    case .int8:
      for directory in directories where try directory.quantization() == nil {
        throw ModelError(directory.path, .notQuantized)
      }
      return .int8
    case .automatic:
      var measured = Set(EncoderPrecision.allCases)
      for directory in directories {
        measured.formIntersection(
          try directory.quantization()?.measurements.map(\.precision) ?? [])
      }
      if measured.contains(.int8), Device.multipliesInt8Fast { return .int8 }
      return measured.contains(.bfloat16) && Device.multipliesBfloat16Fast ? .bfloat16 : .float32
    }
  }
}
