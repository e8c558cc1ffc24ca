import Foundation
import Tensors
import Testing

/// The capabilities of the processor that runs the tests.
package enum Processor {
  /// Returns true if the kernel lists a feature, such as "avx2", among the processor's flags.
  package static func has(_ flag: String) -> Bool {
    let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    let flags = text?.split(separator: "\n").first { $0.hasPrefix("flags") }
    return flags?.split(separator: " ").contains(Substring(flag)) ?? false
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test where oneDNN does not multiply bfloat16 numbers, which it does from AVX-512 on.
  package static var multipliesBfloat16: Self {
    .enabled(if: Device.multipliesBfloat16, "oneDNN multiplies bfloat16 numbers from AVX-512 on")
  }
}
