import Testing

@testable import Reports

@Suite("Axes")
struct AxisScaleTests {
  @Test("ticks are round, few, and span the values")
  func linear() {
    let axis = AxisScale(of: [1.83, 9.2], tickCount: 5)
    #expect(axis.ticks == [0, 2, 4, 6, 8, 10])
    #expect(axis.labels == ["0", "2", "4", "6", "8", "10"])
    #expect(axis.position(of: 5) == 0.5)
    let scores = AxisScale(of: [0.41, 0.47], includesZero: true, tickCount: 4)
    #expect(scores.labels == ["0.0", "0.2", "0.4", "0.6"] || scores.labels.first == "0")
    #expect(scores.lower == 0 && scores.upper >= 0.47)
  }

  @Test("small and large numbers have labels that fit")
  func labels() {
    #expect(
      AxisScale(of: [0, 4e-4], tickCount: 4).labels == ["0", "1e-4", "2e-4", "3e-4", "4e-4"])
    #expect(AxisScale(of: [0, 70_000], tickCount: 7, isTight: true).labels.last == "70k")
    #expect(AxisScale(of: [0, 1400], tickCount: 5, isTight: true).labels.last == "1000")
    #expect(AxisScale.scientific(9.97e-5) == "1e-4")
    #expect(AxisScale.scientific(-2.5e-7) == "-2.5e-7")
  }

  @Test("a logarithmic axis makes equal ratios equally long and leaves out what has no logarithm")
  func logarithmic() {
    let axis = AxisScale(of: [-1, 0, 0.5, 50, .nan], isLogarithmic: true)
    #expect(axis.isLogarithmic && axis.lower > 0)
    let (a, b, c) = (axis.position(of: 0.5), axis.position(of: 5), axis.position(of: 50))
    #expect(abs((b - a) - (c - b)) < 1e-12)
    #expect(axis.ticks.map { ($0 * 1000).rounded() / 1000 } == [0.5, 1, 2, 5, 10, 20, 50])
    #expect(!AxisScale(of: [0, -1], isLogarithmic: true).isLogarithmic)
  }

  @Test(
    "whatever the values are, there are ticks and positions",
    arguments: [
      [], [0], [3.2], [-1, -1], [.nan], [1e-30, 1e-29], [1e12, 3e12], [.infinity, 1],
      [2.0, 2.0000001],
    ] as [[Double]], [false, true])
  func odd(values: [Double], isLogarithmic: Bool) {
    let axis = AxisScale(of: values, isLogarithmic: isLogarithmic)
    #expect(axis.ticks.count < 30 && axis.ticks == axis.ticks.sorted())
    #expect(axis.labels.count == axis.ticks.count)
    for value in values where value.isFinite && (!axis.isLogarithmic || value > 0) {
      #expect((-1e-9...1 + 1e-9).contains(axis.position(of: value)))
    }
  }
}
