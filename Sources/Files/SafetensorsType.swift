/// The element type of a stored tensor; raw values are those of safetensors.
package enum SafetensorsType: String, Sendable, CaseIterable {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int64 = "I64"
  case int32 = "I32"
  case int8 = "I8"
  case uint8 = "U8"
  case bool = "BOOL"

  /// The size in bytes.
  package var size: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16: 2
    case .int8, .uint8, .bool: 1
    }
  }
}
