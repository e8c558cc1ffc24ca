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
      memory.giveBack(first, byteCount: 1_000)
      let second = memory.take(byteCount: 1_010)
      #expect(second == first)
      let third = memory.take(byteCount: 1_010)
      #expect(third != first)
      memory.giveBack(second, byteCount: 1_010)
      memory.giveBack(third, byteCount: 1_010)
    }

    @Test("what is taken holds at least the bytes asked for, aligned to 64")
    func sizes() {
      let memory = CPUMemory()
      for byteCount in [0, 1, 63, 64, 65, 127, 1_000, 4_097, 1_000_001] {
        let address = memory.take(byteCount: byteCount)
        #expect(UInt(bitPattern: address) % 64 == 0)
        // Written to the last byte: an address sanitizer would see less.
        address.initializeMemory(as: UInt8.self, repeating: 0xff, count: byteCount)
        memory.giveBack(address, byteCount: byteCount)
      }
    }

    @Test("zeros are zeros, in fresh memory and in used", arguments: [100, 1_000_000])
    func zeros(byteCount: Int) {
      let memory = CPUMemory()
      for _ in 0..<3 {
        let address = memory.takeZeros(byteCount: byteCount)
        let bytes = UnsafeRawBufferPointer(start: address, count: byteCount)
        #expect(bytes.allSatisfy { $0 == 0 })
        address.initializeMemory(as: UInt8.self, repeating: 0xff, count: byteCount)
        memory.giveBack(address, byteCount: byteCount)
      }
    }

    @Test("memory of sizes that are no longer asked for does not pile up")
    func trimming() {
      let memory = CPUMemory()
      for round in 1...100 {
        let byteCount = round << 20
        memory.giveBack(memory.take(byteCount: byteCount), byteCount: byteCount)
        #expect(memory.freeByteCount <= (64 << 20) + 2 * byteCount)
      }
      let kept = memory.take(byteCount: 100 << 20)
      memory.giveBack(kept, byteCount: 100 << 20)
      #expect(memory.take(byteCount: 100 << 20) == kept)
      memory.giveBack(kept, byteCount: 100 << 20)
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

/// Stands for a mapped file.
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
