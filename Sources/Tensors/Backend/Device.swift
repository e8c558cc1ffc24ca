import CKernels

/// A device that holds tensors and computes with them.
package struct Device: Sendable {
  package let backend: any Backend

  package init(_ backend: any Backend) { self.backend = backend }

  /// The CPU, with oneDNN.
  package static let cpu = Device(CPUBackend())
}

extension Device: Equatable {
  package static func == (a: Device, b: Device) -> Bool { a.backend === b.backend }
}

extension Device {
  /// Sets the number of threads that compute on behalf of the calling thread.
  package static func setThreadCount(_ count: Int) { ck_set_thread_count(Int32(count)) }

  /// Lets `forEach` use one more thread while other programs compete for the cores.
  package static func allowSpareThread() { ck_allow_spare_thread(true) }

  /// Lets threads spin for `count` rounds before they sleep, whether or not other programs compete for the cores.
  package static func setSpinCount(_ count: Int) {
    ck_set_wait_policy(ck_wait_policy(spin: Int64(count) * Int64(CK_SPIN_ROUND), adapts: false))
  }

  /// Computes with the threads of OpenMP's own library, which can be bound to cores.
  ///
  /// Must be called before the first computation.
  ///
  /// - Returns: False if there is no such library.
  package static func useOpenMPThreads() -> Bool { ck_use_openmp_threads() }

  /// A Boolean value that is true if the threads of OpenMP's library compute.
  ///
  /// They also do in a program whose link does not export the functions that oneDNN calls.
  package static var usesOpenMPThreads: Bool { ck_uses_openmp_threads() }

  /// Runs `body` for every item in `0..<count`, each on one thread, which then takes the next item.
  ///
  /// A thread that the system interrupts delays only its own item. The results do not depend on the number of
  /// threads.
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

  /// The number of cores that this process may run on.
  package static var coreCount: Int { Int(ck_core_count()) }

  /// A Boolean value that is true if bfloat16 numbers can be multiplied at all.
  package static var multipliesBfloat16: Bool { ck_multiplies_bfloat16() }

  /// A Boolean value that is true if the processor multiplies bfloat16 numbers faster than float32 numbers.
  package static var multipliesBfloat16Fast: Bool { ck_multiplies_bfloat16_fast() }

  /// A Boolean value that is true if the processor adds up products of 8-bit numbers in one instruction.
  package static var multipliesInt8Fast: Bool { ck_multiplies_int8_exactly() }

  /// The version of oneDNN in use.
  package static var libraryVersion: String {
    let version = ck_onednn_version()
    return "\(version / 10000).\(version / 100 % 100).\(version % 100)"
  }

  /// The number of threads that compute on behalf of the calling thread.
  package static var threadCount: Int { Int(ck_thread_count()) }
}
