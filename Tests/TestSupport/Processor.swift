import Foundation
import Tensors
import Testing

/// The abilities of the processor that runs the tests.
package enum Processor {
  /// Returns true if the operating system lists a feature of the processor, such as "avx2".
  package static func has(_ flag: String) -> Bool {
    let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    let flags = text?.split(separator: "\n").first { $0.hasPrefix("flags") }
    return flags?.split(separator: " ").contains(Substring(flag)) ?? false
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test if oneDNN does not multiply bfloat16 numbers, which needs AVX-512.
  package static var multipliesBfloat16: Self {
    .enabled(if: Device.multipliesBfloat16, "oneDNN multiplies bfloat16 numbers from AVX-512 on")
  }
}
