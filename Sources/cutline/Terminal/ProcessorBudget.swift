import Glibc
import Tensors

/// The number of cores that this process may keep busy.
struct ProcessorBudget {
  /// The number of cores that the process may run on, as set by `taskset`.
  let allowedCores: Int
  /// The number of cores that a control group grants, as set by containers; nil if unlimited.
  let groupLimit: Double?

  /// Reads the limits from the system.
  init() {
    allowedCores = Device.coreCount
    groupLimit = Self.limitOfGroups()
  }

  /// The number of threads that can run at once.
  var threadCount: Int {
    guard let groupLimit else { return allowedCores }
    return max(1, min(allowedCores, Int(groupLimit.rounded(.up))))
  }

  /// Returns the tightest `cpu.max` of the process's own control group and those around it.
  private static func limitOfGroups() -> Double? {
    let own = readSystemFile("/proc/self/cgroup")?.split(separator: "\n")
      .first { $0.hasPrefix("0::") }?.dropFirst(3)
    let groups = sequence(first: own ?? "/") { group in
      group.lastIndex(of: "/").flatMap { group.count > 1 ? group[..<$0] : nil }
    }
    return groups.compactMap { group in
      let fields = readSystemFile("/sys/fs/cgroup\(group)/cpu.max")?.split(separator: " ")
      guard let fields, fields.count == 2, let quota = Double(fields[0]),
        let period = Double(fields[1].prefix { $0.isNumber }), period > 0
      else { return nil }
      return quota / period
    }.min()
  }
}

/// Returns the text of a small file of the kernel; nil if it does not exist.
func readSystemFile(_ path: String) -> String? {
  guard let file = fopen(path, "re") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 14)
  while bytes.count < 1 << 20 {
    let count = fread(&chunk, 1, chunk.count, file)
    if count == 0 { break }
    bytes += chunk[..<count]
  }
  return String(decoding: bytes, as: UTF8.self)
}
