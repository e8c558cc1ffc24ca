import Glibc
import Tensors

/// How many cores this process may keep busy.
struct ProcessorBudget {
  /// The cores that the process may run on, as `taskset` sets them.
  let allowedCores: Int
  /// The share of cores that a control group grants, as containers set it; nil where unlimited.
  let groupLimit: Double?

  /// Asks the system.
  init() {
    allowedCores = Device.coreCount
    groupLimit = Self.limitOfGroups()
  }

  /// As many threads as can run at once.
  var threadCount: Int {
    guard let groupLimit else { return allowedCores }
    return max(1, min(allowedCores, Int(groupLimit.rounded(.up))))
  }

  /// The tightest `cpu.max` among the process's own control group and those around it.
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

/// The text of a small file of the kernel's; nil if it is not there.
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
