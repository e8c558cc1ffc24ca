import Datasets
import Testing

@Suite("Holding out")
struct HoldingOutTests {
  private let dataset = CaptionDataset(
    split: .train,
    examples: (0..<2000).map {
      CaptionedImage(id: $0, folder: "f", name: "\($0).jpg", captions: ["x"])
    })

  @Test("sets about the share of pictures aside, each in one part, in their order")
  func share() {
    let (training, validation) = dataset.holdingOut(0.1, seed: 1)
    #expect((150...250).contains(validation.examples.count))
    #expect(training.split == .train && validation.split == .validation)
    let ids = training.examples.map(\.id) + validation.examples.map(\.id)
    #expect(ids.sorted() == Array(0..<2000))
    #expect(validation.examples.map(\.id) == validation.examples.map(\.id).sorted())
    #expect(dataset.holdingOut(0, seed: 1).validation.examples.isEmpty)
    #expect(dataset.holdingOut(1, seed: 1).training.examples.isEmpty)
  }

  @Test("depends on seed and name alone")
  func pureFunction() {
    func heldOut(_ count: Int, seed: UInt64) -> [Int] {
      CaptionDataset(split: .train, examples: Array(dataset.examples.prefix(count)))
        .holdingOut(0.2, seed: seed).validation.examples.map(\.id)
    }
    #expect(heldOut(2000, seed: 1) == heldOut(2000, seed: 1))
    #expect(heldOut(1000, seed: 1) == heldOut(2000, seed: 1).filter { $0 < 1000 })
    #expect(heldOut(2000, seed: 2) != heldOut(2000, seed: 1))
  }
}
