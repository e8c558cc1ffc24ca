/// The kernel's description of the processor.
enum Processor {
  /// The product name.
  static var model: String {
    field("model name") ?? field("Model") ?? field("CPU part").map { "part \($0)" } ?? "unknown"
  }

  /// The available extensions that determine the speed of oneDNN.
  static var flagsOfInterest: [String] {
    let wanted = [
      "avx2", "fma", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "avx512_fp16",
      "amx_tile", "amx_bf16", "amx_int8", "asimd", "bf16", "sve", "i8mm",
    ]
    let present = Set((field("flags") ?? field("Features") ?? "").split(separator: " "))
    return wanted.filter { present.contains($0[...]) }
  }

  /// Returns the first line of `/proc/cpuinfo` with this name.
  private static func field(_ name: String) -> String? {
    let line = readSystemFile("/proc/cpuinfo")?.split(separator: "\n").first { line in
      line.prefix { $0 != ":" }.split(separator: "\t").first.map(String.init) == name
    }
    return line.map { line in
      String(
        line[line.index(after: line.firstIndex(of: ":") ?? line.startIndex)...].drop { $0 == " " })
    }
  }
}
