import Tensors
import Testing

extension TensorsTests {
  @Suite("Seeded random numbers")
  struct SeededRandomTests {
    /// The first numbers that the C program of the authors prints for this seed (SplitMix64).
    @Test("the generator is SplitMix64")
    func published() {
      var generator = SeededGenerator(seed: 1_234_567)
      #expect(generator.next() == 6_457_827_717_110_365_317)
      #expect(generator.next() == 3_203_168_211_198_807_973)
      #expect(generator.next() == 9_817_491_932_198_370_423)
    }

    /// Numbers computed in Python from the description of the rule: a new toolchain must not change a run.
    @Test("what is drawn for a seed and a purpose never changes")
    func golden() {
      let random = SeededRandom(42)
      #expect(random.bits(.shuffling) == 0x9b3f_1aa3_481b_90f6)
      #expect(random.bits(.dropout, epoch: 3, example: 17, position: 5) == 0x618b_a926_729e_2fa2)
      #expect(random.bits(.wordDraw, epoch: 3, example: 17, position: 5) == 0x8ae3_8a7e_036e_6d7c)
      #expect(SeededRandom(0).bits(.augmentation, epoch: 1) == 0x832e_d7be_6983_f9c1)
      #expect(random.uniform(.dropout, epoch: 3, example: 17, position: 5) == 0x618b_a9p-24)
      var generator = SeededGenerator(seed: 7)
      #expect((0..<12).map { _ in generator.below(6) } == [2, 0, 5, 3, 2, 1, 2, 1, 0, 2, 0, 5])
      generator = SeededGenerator(seed: 7)
      #expect(generator.shuffled(Array(0..<10)) == [9, 5, 8, 6, 1, 2, 4, 7, 0, 3])
    }

    @Test("nothing but the arguments matters")
    func pure() {
      let random = SeededRandom(9)
      let first = (0..<5).map { random.uniform(.dropout, example: $0) }
      _ = random.uniform(.wordDraw)
      #expect((0..<5).reversed().map { random.uniform(.dropout, example: $0) } == first.reversed())
      var (a, b) = (random.generator(.shuffling, epoch: 2), random.generator(.shuffling, epoch: 2))
      #expect((0..<10).map { _ in a.next() } == (0..<10).map { _ in b.next() })
    }

    @Test("every argument matters")
    func distinct() {
      let places = [
        (0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1), (-1, 0, 0),
      ]
      var seen: Set<UInt64> = []
      for random in [SeededRandom(0), SeededRandom(1), SeededRandom(2)] {
        for purpose in [SeededRandom.Purpose.shuffling, .dropout, .wordDraw] {
          for (epoch, example, position) in places {
            seen.insert(random.bits(purpose, epoch: epoch, example: example, position: position))
          }
        }
      }
      #expect(seen.count == 3 * 3 * 7)
    }

    @Test("numbers are spread evenly over 0..<1")
    func distribution() {
      let random = SeededRandom(1)
      let count = 20_000
      let numbers = (0..<count).map {
        random.uniform(.dropout, example: $0 / 100, position: $0 % 100)
      }
      #expect(numbers.allSatisfy { (0..<1).contains($0) })
      let mean = numbers.reduce(0, +) / Float(count)
      #expect(abs(mean - 0.5) < 0.01)
      // Ten boxes of 2,000: five standard deviations are 212.
      let boxes = numbers.reduce(into: Array(repeating: 0, count: 10)) { $0[Int($1 * 10)] += 1 }
      #expect(boxes.allSatisfy { abs($0 - 2_000) < 212 })
      let products = zip(numbers, numbers.dropFirst()).map { ($0 - 0.5) * ($1 - 0.5) }
      // Neighbours are independent: five standard deviations of the mean product are 0.003.
      #expect(abs(products.reduce(0, +) / Float(count)) < 0.003)
    }

    @Test("a number below a bound is each one about equally often")
    func below() {
      var generator = SeededGenerator(seed: 3)
      let counts = (0..<14_000).reduce(into: Array(repeating: 0, count: 7)) { counts, _ in
        counts[generator.below(7)] += 1
      }
      #expect(counts.allSatisfy { abs($0 - 2_000) < 212 })
      #expect((0..<100).allSatisfy { _ in generator.below(1) == 0 })
    }

    @Test("shuffling keeps every element and moves each one everywhere")
    func shuffling() {
      var generator = SeededGenerator(seed: 5)
      var places = Array(repeating: 0, count: 8)
      for _ in 0..<4_000 {
        let shuffled = generator.shuffled(Array(0..<8))
        #expect(shuffled.sorted() == Array(0..<8))
        places[shuffled.firstIndex(of: 0) ?? 0] += 1
      }
      #expect(places.allSatisfy { abs($0 - 500) < 106 })
      #expect(generator.shuffled([Int]()).isEmpty)
      #expect(generator.shuffled([1]) == [1])
    }
  }
}
