import TestSupport
import Testing

@testable import Tensors

extension TensorsTests {
  @Suite("CPU memory")
  struct CPUMemoryTests {
    @Test("memory that was given back is used again, for similar sizes")
    func reuse() {
      let memory = CPUMemory()
      let first = memory.take(byteCount: 1_000)
      memory.giveBack(first)
      let second = memory.take(byteCount: 1_010)
      #expect(second.address == first.address)
      let third = memory.take(byteCount: 1_010)
      #expect(third.address != first.address)
      memory.giveBack(second)
      memory.giveBack(third)
    }

    @Test("a larger block serves when it is not twice too large, and goes back as what it is")
    func sharing() {
      let memory = CPUMemory()
      let large = memory.take(byteCount: 1 << 20)
      memory.giveBack(large)
      let half = memory.take(byteCount: 1 << 19)
      #expect(half.address == large.address && half.byteCount == 1 << 20)
      memory.giveBack(half)
      #expect(memory.freeByteCount == 1 << 20)
      let small = memory.take(byteCount: 1 << 18)
      #expect(small.address != large.address)
      memory.giveBack(small)
    }

    @Test("what is taken holds at least the bytes asked for, aligned to 64")
    func sizes() {
      let memory = CPUMemory()
      for byteCount in [0, 1, 63, 64, 65, 127, 1_000, 4_097, 1_000_001] {
        let block = memory.take(byteCount: byteCount)
        #expect(UInt(bitPattern: block.address) % 64 == 0 && block.byteCount >= byteCount)
        // Written to the last byte: an address sanitizer would see less.
        block.address.initializeMemory(as: UInt8.self, repeating: 0xff, count: byteCount)
        memory.giveBack(block)
      }
    }

    @Test("zeros are zeros, in fresh memory and in used", arguments: [100, 1_000_000])
    func zeros(byteCount: Int) {
      let memory = CPUMemory()
      for _ in 0..<3 {
        let block = memory.takeZeros(byteCount: byteCount)
        let bytes = UnsafeRawBufferPointer(start: block.address, count: byteCount)
        #expect(bytes.allSatisfy { $0 == 0 })
        block.address.initializeMemory(as: UInt8.self, repeating: 0xff, count: byteCount)
        memory.giveBack(block)
      }
    }

    @Test("memory of sizes that are no longer asked for does not pile up")
    func trimming() {
      let memory = CPUMemory()
      for round in 1...100 {
        memory.giveBack(memory.take(byteCount: round << 20))
        #expect(memory.freeByteCount <= max(128, 9 * round / 4) << 20)
      }
      let kept = memory.take(byteCount: 100 << 20)
      memory.giveBack(kept)
      #expect(memory.take(byteCount: 100 << 20).address == kept.address)
      memory.giveBack(kept)
    }

    @Test("a network's sizes, one after the other, settle in blocks that stay")
    func settling() {
      let memory = CPUMemory()
      func pass() -> [UnsafeMutableRawPointer] {
        var previous: CPUMemory.Block?
        return (0..<40).map { layer in
          let block = memory.take(byteCount: (90 - 2 * layer) << 20)
          if let previous { memory.giveBack(previous) }
          previous = block
          if layer == 39 { memory.giveBack(block) }
          return block.address
        }
      }
      _ = pass()
      let second = pass()
      #expect(pass() == second)
      #expect(Set(second).count <= 6)
    }

    @Test("results do not depend on what the memory held before")
    func dirtyMemory() {
      let device = Device(CPUBackend())
      let run = {
        let x = FormulaWeights.scaled("x", [1, 6, 6, 3]).moved(to: device)
        let weight = FormulaWeights.scaled("weight", [4, 3, 3, 3]).moved(to: device)
        return valueWithGradient(at: [x, weight]) { t in
          let map = convolution(t[0], t[1], ConvolutionGeometry(padding: Padding(1)))
          let pooled = maxPool(relu(map), window: 2, stride: 2)
          return logSoftmax(pooled.mean(over: [1, 2])).sum()
        }.gradients.map { $0?.floats }
      }
      let first = run()
      for count in [16, 27, 108, 144, 500] {
        let dirt = (0..<8).map { _ in Tensor(repeating: .nan, shape: [count], on: device) }
        #expect(dirt.count == 8)
      }
      #expect(run() == first)
      #expect(first.allSatisfy { $0?.allSatisfy(\.isFinite) == true })
    }

    @Test("borrowed memory is read where it lies, and copied before it is written")
    func borrowed() {
      let owner = Numbers([1, 2, 3, 4])
      let buffer = CPUBuffer(borrowing: owner.address, count: 4, type: .float32, from: owner)
      var x = Tensor(shape: [4], region: Region(buffer), device: .cpu)
      #expect(x.floats == [1, 2, 3, 4])
      x.update { Device.cpu.backend.fill($0, with: 9) }
      #expect(x.floats == [9, 9, 9, 9])
      #expect(owner.numbers == [1, 2, 3, 4])
    }
  }
}

/// A stand-in for a mapped file.
private final class Numbers: @unchecked Sendable {
  let address: UnsafeMutableRawPointer
  private let count: Int

  init(_ numbers: [Float]) {
    count = numbers.count
    address = .allocate(byteCount: 4 * count, alignment: 64)
    address.initializeMemory(as: Float.self, from: numbers, count: count)
  }

  deinit { address.deallocate() }

  var numbers: [Float] { (0..<count).map { address.load(fromByteOffset: 4 * $0, as: Float.self) } }
}
