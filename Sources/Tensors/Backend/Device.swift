import CKernels

/// Where a tensor lives and computes.
public struct Device: Sendable {
  package let backend: any Backend

  package init(_ backend: any Backend) { self.backend = backend }

  /// The processor, through oneDNN.
  public static let cpu = Device(CPUBackend())
}

extension Device: Equatable {
  public static func == (a: Device, b: Device) -> Bool { a.backend === b.backend }
}

extension Device {
  /// Computes with `count` threads from now on, where the calling thread is the one that computes.
  package static func setThreadCount(_ count: Int) { ck_set_thread_count(Int32(count)) }

  /// From now on leaves the cores to other processes, such as decoders, while its threads wait for one
  /// another.
  ///
  /// Alone on its cores it is faster to keep them.
  package static func shareCores() { ck_share_cores() }

  /// How many cores this process may run on.
  package static var coreCount: Int { Int(ck_core_count()) }

  /// Whether the processor multiplies bfloat16 numbers faster than floats.
  package static var multipliesHalvesFast: Bool { ck_multiplies_halves_fast() }

  /// The version of oneDNN in use.
  package static var libraryVersion: String {
    let version = ck_onednn_version()
    return "\(version / 10000).\(version / 100 % 100).\(version % 100)"
  }

  /// How many threads the calling thread computes with.
  package static var threadCount: Int { Int(ck_thread_count()) }
}
