import CKernels
import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Tensors

extension TensorsTests {
  @Suite("Threads that compute")
  struct ThreadsTests {
    /// Computes with `count` threads on behalf of the calling thread while `body` runs.
    private func with<Result>(threads count: Int, _ body: () throws -> Result) rethrows -> Result {
      let before = ck_thread_count()
      ck_set_thread_count(Int32(count))
      defer { ck_set_thread_count(before) }
      return try body()
    }

    @Test("run every item once, each on one thread, whose products are computed by it alone")
    func items() {
      for (threads, count) in [(1, 5), (2, 1), (3, 1000), (8, 17)] {
        let runs = Mutex([Int](repeating: 0, count: count))
        with(threads: threads) {
          Device.forEach(count) { item in
            #expect(Device.threadCount == 1 && (1...Int32(threads)).contains(ck_lane()))
            // A nested loop must not wait for threads that are busy here.
            Device.forEach(2) { _ in runs.withLock { $0[item] += 1 } }
          }
        }
        #expect(runs.withLock { $0 } == [Int](repeating: 2, count: count))
      }
      #expect(ck_lane() == 0)
    }

    /// A context with numbers, to a range of which each thread adds.
    private struct Stretch {
      let numbers: UnsafeMutablePointer<Int32>
    }

    @Test("compute every part of thousands of regions once, on behalf of several threads at once")
    func regions() {
      let count = 64
      DispatchQueue.concurrentPerform(iterations: 4) { caller in
        var numbers = [Int32](repeating: 0, count: count)
        numbers.withUnsafeMutableBufferPointer { buffer in
          guard let base = buffer.baseAddress else { return }
          var stretch = Stretch(numbers: base)
          ck_set_thread_count(Int32(2 + caller))
          for _ in 0..<2000 {
            ck_parallel(
              Int64(count), 1,
              { context, begin, end in
                let stretch = context.assumingMemoryBound(to: Stretch.self).pointee
                for index in Int(begin)..<Int(end) { stretch.numbers[index] += 1 }
              }, &stretch)
          }
        }
        #expect(numbers == [Int32](repeating: 2000, count: count))
      }
    }

    /// The time that the calling thread has spent computing.
    private var ownTime: Duration {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    @Test("do not wait for each other while other programs have their cores")
    func besideOthers() throws {
      let others = try (0..<2 * Device.coreCount).map { _ in
        try Process.run(
          URL(filePath: "/bin/sh"),
          arguments: ["-c", "i=0; while [ $i -lt 20000000 ]; do i=$((i + 1)); done"])
      }
      defer { for other in others { other.terminate() } }
      let x = FormulaWeights.scaled("x", [1 << 16])
      func time(threads: Int) -> Duration {
        with(threads: threads) {
          let start = ownTime
          for _ in 0..<500 { _ = tanh(x) }
          return ownTime - start
        }
      }
      // A thread that spins until the last one has had its turn of some milliseconds takes ten times as long.
      // Of the processor, not of the clock: other tests run meanwhile.
      #expect(time(threads: Device.coreCount + 1) < time(threads: 1) * 3)
    }

    @Test("give an item the same bits on any number of threads, products and convolutions too")
    func sameBits() {
      let x = FormulaWeights.scaled("x", [12, 8, 8, 16])
      let weight = FormulaWeights.scaled("w", [24, 16, 3, 3])
      func results(threads: Int) -> [[Float]] {
        let parts = Mutex([[Float]](repeating: [], count: 12))
        with(threads: threads) {
          Device.forEach(12) { item in
            let map = convolution(x.slice(item..<item + 1), weight)
            parts.withLock { $0[item] = map.floats }
          }
        }
        return parts.withLock { $0 }
      }
      let alone = results(threads: 1)
      #expect(alone == results(threads: 2) && alone == results(threads: 5))
      #expect(alone.allSatisfy { !$0.isEmpty })
    }

    @Test("compute the gradients of different items at the same time")
    func gradientsOfItems() {
      let x = FormulaWeights.scaled("x", [2, 12, 12, 16])
      let weight = FormulaWeights.scaled("w", [32, 16, 3, 3])
      @Sendable func gradient() -> [Float] {
        let (_, gradients) = valueWithGradient(at: [weight]) { convolution(x, $0[0]).sum() }
        return gradients[0]?.floats ?? []
      }
      let alone = gradient()
      let begun = Atomic(0)
      with(threads: 2) {
        Device.forEach(2) { _ in
          begun.add(1, ordering: .relaxed)
          // Each its own thread, unless another test's region keeps the threads, and one computes both.
          for _ in 0..<10_000 where begun.load(ordering: .relaxed) < 2 { usleep(10) }
          let largest = zip(alone, gradient()).map { abs($0 - $1) }.max() ?? .infinity
          #expect(largest <= 1e-5 * (alone.map(abs).max() ?? 0))
        }
      }
    }

    @Test(
      "sum the gradient of a convolution's weights over slices of the batch", arguments: [40, 2])
    func weightGradient(size: Int) {
      // Five pictures: slices of one and of two; maps that are small beside the weights are not cut.
      let x = FormulaWeights.scaled("x", [5, size, size, 16])
      let parameters = [
        FormulaWeights.scaled("w", [32, 16, 3, 3]), FormulaWeights.scaled("b", [32]),
      ]
      func gradients(threads: Int) -> [[Float]] {
        with(threads: threads) {
          let (_, gradients) = valueWithGradient(at: parameters) { parameters in
            let y = convolution(
              x, parameters[0], bias: parameters[1], ConvolutionGeometry(padding: Padding(1)))
            return (y * y).sum()
          }
          return gradients.map { $0?.floats ?? [] }
        }
      }
      let alone = gradients(threads: 1)
      for threads in [2, 3, 8] {
        let together = gradients(threads: threads)
        #expect(together == gradients(threads: threads))
        for (a, b) in zip(alone, together) {
          let largest = a.map(abs).max() ?? 0
          #expect(largest > 0 && a.count == b.count)
          #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 1e-5 * largest })
        }
      }
    }

    @Test("are those that oneDNN computes with: it asks OpenMP for nothing else")
    func imports() throws {
      // It would have been found out with the first plan.
      _ = convolution(Tensor(zeros: [1, 2, 2, 1]), Tensor(zeros: [1, 1, 2, 2]))
      #expect(!ck_uses_openmp_threads(), "the link does not export what oneDNN calls")
      let supplied = [
        "GOMP_barrier", "GOMP_parallel", "omp_get_max_threads", "omp_get_num_threads",
        "omp_get_thread_num", "omp_in_parallel",
      ]
      let file = try #require(FileHandle(forReadingAtPath: "/proc/self/maps"))
      let maps = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
      let library = try #require(
        maps.split(separator: "\n").lazy.compactMap { $0.split(separator: " ").last }
          .first { $0.contains("/libdnnl.so") })
      let (process, pipe) = (Process(), Pipe())
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["nm", "-D", "--undefined-only", String(library)]
      process.standardOutput = pipe
      try process.run()
      let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0, "nm, of binutils, is needed for this test")
      let names = String(decoding: output, as: UTF8.self).split(separator: "\n")
        .compactMap { $0.split(separator: " ").last?.split(separator: "@").first }
        .filter { $0.hasPrefix("GOMP_") || $0.hasPrefix("omp_") }.map(String.init)
      #expect(names.filter { !supplied.contains($0) } == [])
    }
  }
}
