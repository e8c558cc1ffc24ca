import Layers
import Tensors
import Testing

extension LayersTests {
  @Suite("Packed sequences")
  struct PackedSequenceTests {
    private let ragged = PackedSequence(
      Tensor((0..<12).map(Float.init), shape: [6, 2]), counts: [2, 1, 3])

    @Test("are picked, repeated, cut and joined whole")
    func rows() {
      let picked = ragged.rows([2, 0, 2])
      #expect(picked.counts == [3, 2, 3] && picked.count == 3)
      #expect(picked.values.floats.prefix(8) == [6, 7, 8, 9, 10, 11, 0, 1])
      #expect(ragged.slice(1..<3).values.floats == [4, 5, 6, 7, 8, 9, 10, 11])
      let joined = PackedSequence(concatenating: [ragged.slice(0..<1), ragged.slice(1..<3)])
      #expect(joined.values.floats == ragged.values.floats && joined.counts == ragged.counts)
      #expect(ragged.map { $0 * 2 }.slice(1..<2).values.floats == [8, 10])
    }

    @Test("have a mean each, and a mask that tells rows from padding")
    func means() {
      #expect(ragged.means.floats == [1, 2, 4, 5, 8, 9])
      let mask = ragged.mask(of: [1, 2, 1])
      #expect(mask.shape == [3, 3] && mask.floats == [1, 0, 0, 1, 1, 1, 1, 0, 0])
    }

    @Test("keep the height and width of maps")
    func grids() {
      let maps = PackedSequence(Tensor(zeros: [2, 3, 4, 5]))
      let grid = PackedSequence.Grid(height: 3, width: 4)
      #expect(
        maps.values.shape == [24, 5] && maps.counts == [12, 12] && maps.grids == [grid, grid])
      #expect(maps.slice(1..<2).grids == [grid] && maps.rows([1, 1, 0]).grids?.count == 3)
      #expect(maps.map { $0.slice(0..<1, along: 1) }.grids == [grid, grid])
      let vectors = PackedSequence(Tensor(zeros: [2, 5]))
      #expect(vectors.counts == [1, 1] && vectors.grids == nil)
      #expect(PackedSequence(concatenating: [maps, maps]).grids?.count == 4)
      #expect(PackedSequence(concatenating: [maps, vectors]).grids == nil)
    }

    @Test("are read step by step, the longest first, of equal ones the first")
    func steps() {
      let steps = PackedSequence(Tensor(zeros: [7, 1]), counts: [1, 3, 2, 1]).stepOrder
      #expect(steps.layout.rowCounts == [4, 2, 1] && steps.sequences == [1, 2, 0, 3])
      #expect(steps.rows == [1, 4, 0, 6, 2, 5, 3])
      #expect(steps.placesOfSequences == [2, 0, 1, 3])
      #expect(steps.placesOfRows.map { steps.rows[$0] } == Array(0..<7))
      #expect(steps.sequenceOfRow == [1, 2, 0, 3, 1, 2, 1])
    }
  }
}
