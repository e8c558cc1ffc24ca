import TestSupport
import Testing

@testable import Tensors

extension TensorsTests {
  @Suite("Tensor")
  struct TensorTests {
    @Test("holds its numbers in row-major order")
    func numbers() {
      let x = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
      #expect(x.floats == [1, 2, 3, 4, 5, 6])
      #expect((x.rank, x.elementCount) == (2, 6))
      #expect(x.elementType == .float32)
      #expect(Tensor(zeros: [2, 2]).floats == [0, 0, 0, 0])
      #expect(Tensor(repeating: 1.5, shape: [3]).floats == [1.5, 1.5, 1.5])
      #expect(Tensor([], shape: [0, 4]).floats.isEmpty)
      #expect(Tensor(4).shape == [])
      #expect(Tensor([7], shape: [1, 1]).scalar == 7)
    }

    @Test("describes itself in one line")
    func description() {
      #expect("\(Tensor([1, 2], shape: [2]))" == "Tensor[2] [1.0, 2.0]")
      #expect(
        "\(Tensor(zeros: [3, 3]))" == "Tensor[3, 3] [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, …]")
    }

    @Test("an update writes in place when nobody else sees the numbers")
    func updateInPlace() {
      var x = Tensor([1, 2], shape: [2])
      let before = ObjectIdentifier(x.region.buffer)
      x.update { Device.cpu.backend.fill($0, with: 3) }
      #expect(ObjectIdentifier(x.region.buffer) == before)
      #expect(x.floats == [3, 3])
    }

    @Test("an update copies when somebody does", arguments: [false, true])
    func updateShared(asPart: Bool) {
      var x = Tensor([1, 2], shape: [2])
      let other = asPart ? x.reshaped(to: [2, 1]).slice(0..<1) : x
      x.update { Device.cpu.backend.fill($0.part(0, of: 1), with: 3) }
      #expect(x.floats == [3, 2])
      #expect(other.floats == (asPart ? [1] : [1, 2]))
    }

    @Test("an update of part of a buffer leaves the rest alone")
    func updatePart() {
      var part = Tensor([1, 2, 3, 4], shape: [4]).slice(1..<3)
      part.update { Device.cpu.backend.fill($0, with: 0) }
      #expect(part.floats == [0, 0])
    }

    @Test("a tensor that is being differentiated keeps its value")
    func updateWithHistory() async throws {
      let result = try await #require(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = valueWithGradient(at: [Tensor(1)]) { inputs in
          var x = inputs[0]
          x.update { _ in }
          return x
        }
      }
      let message = String(decoding: result.standardErrorContent, as: UTF8.self)
      #expect(message.contains("update: a tensor with history must keep its value"))
    }

    @Test("finds what is not finite, wherever it stands")
    func finiteness() {
      for count in [1, 17, 1_000] {
        var floats = Array(repeating: Float.greatestFiniteMagnitude, count: count)
        #expect(Tensor(floats, shape: [count]).isFinite)
        for bad in [Float.nan, .infinity, -.infinity] {
          for place in [0, count / 2, count - 1] {
            floats[place] = bad
            #expect(!Tensor(floats, shape: [count]).isFinite)
            floats[place] = -0
          }
        }
      }
      #expect(!Tensor([.nan], shape: [1]).converted(to: .bfloat16).isFinite)
    }

    @Test("moving to another device and back keeps the numbers")
    func moving() {
      let x = FormulaWeights.scaled("x", [3, 4])
      let device = Device.reference()
      #expect(x.moved(to: device).device == device)
      #expect(device != .cpu)
      #expect(x.moved(to: device).moved(to: .cpu).floats == x.floats)
    }

    @Test("numbers that do not fill the shape stop the program")
    func misfit() async throws {
      let result = try await #require(
        processExitsWith: .failure, observing: [\.standardErrorContent]
      ) {
        _ = Tensor([1, 2, 3], shape: [2, 2])
      }
      let message = String(decoding: result.standardErrorContent, as: UTF8.self)
      #expect(message.contains("tensor: 3 numbers do not fill [2, 2]"))
    }
  }
}
