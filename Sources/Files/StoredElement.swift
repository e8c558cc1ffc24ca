/// The element type of a stored tensor; raw values are those of safetensors (version 0.8).
///
/// Cutline computes with a few of them. The others may be in a file beside what is wanted.
package enum StoredElement: String, Sendable, CaseIterable {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case float8E4M3 = "F8_E4M3"
  case float8E5M2 = "F8_E5M2"
  case float8E8M0 = "F8_E8M0"
  case float8E4M3FNUZ = "F8_E4M3FNUZ"
  case float8E5M2FNUZ = "F8_E5M2FNUZ"
  case float6E2M3 = "F6_E2M3"
  case float6E3M2 = "F6_E3M2"
  case float4 = "F4"
  case complex64 = "C64"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  case uint64 = "U64"
  case uint32 = "U32"
  case uint16 = "U16"
  case uint8 = "U8"
  case bool = "BOOL"

  /// The size in bits.
  package var bitCount: Int {
    switch self {
    case .float64, .complex64, .int64, .uint64: 64
    case .float32, .int32, .uint32: 32
    case .float16, .bfloat16, .int16, .uint16: 16
    case .float8E4M3, .float8E5M2, .float8E8M0, .float8E4M3FNUZ, .float8E5M2FNUZ, .int8, .uint8,
      .bool:
      8
    case .float6E2M3, .float6E3M2: 6
    case .float4: 4
    }
  }

  /// The size in bytes; 1 for elements that share bytes.
  package var size: Int { max(1, bitCount / 8) }
}
