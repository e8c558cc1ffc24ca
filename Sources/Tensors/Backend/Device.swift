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

  /// Lets `forEach` use one thread more while other programs want the cores.
  package static func allowSpareThread() { ck_allow_spare_thread(true) }

  /// Lets threads spin for so many rounds before they sleep, whatever other programs do.
  package static func setSpinCount(_ count: Int) {
    ck_set_wait_policy(ck_wait_policy(spin: Int64(count) * Int64(CK_SPIN_ROUND), adapts: false))
  }

  /// Computes with the threads of OpenMP's own library, which know which cores are theirs.
  ///
  /// Before the first computation.
  ///
  /// - Returns: False if there is no such library.
  package static func useOpenMPThreads() -> Bool { ck_use_openmp_threads() }

  /// Whether those threads compute, as they also do in a program whose link does not export what oneDNN calls.
  package static var usesOpenMPThreads: Bool { ck_uses_openmp_threads() }

  /// Runs `body` for every item in `0..<count`, each on one thread, which takes the next when it is done.
  ///
  /// A thread that the system holds up delays its own item only, and items are computed alike on any number
  /// of threads.
  package static func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { body in
        ck_each(
          Int64(count),
          { context, item in
            context.assumingMemoryBound(to: (@Sendable (Int) -> Void).self).pointee(Int(item))
          }, body)
      }
    }
  }

  /// How many cores this process may run on.
  package static var coreCount: Int { Int(ck_core_count()) }

  /// Whether bfloat16 numbers can be multiplied at all.
  package static var multipliesBfloat16: Bool { ck_multiplies_bfloat16() }

  /// Whether the processor multiplies bfloat16 numbers faster than floats.
  package static var multipliesBfloat16Fast: Bool { ck_multiplies_bfloat16_fast() }

  /// The version of oneDNN in use.
  package static var libraryVersion: String {
    let version = ck_onednn_version()
    return "\(version / 10000).\(version / 100 % 100).\(version % 100)"
  }

  /// How many threads the calling thread computes with.
  package static var threadCount: Int { Int(ck_thread_count()) }
}
