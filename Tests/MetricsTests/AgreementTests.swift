import Metrics
import Testing

@Suite("Agreement of raters")
struct AgreementTests {
  @Test("Cohen's kappa is that of a worked example: 20 and 15 of 50 alike give 0.4")
  func cohen() throws {
    let pairs =
      Array(repeating: (1, 1), count: 20) + Array(repeating: (1, 0), count: 5)
      + Array(repeating: (0, 1), count: 10) + Array(repeating: (0, 0), count: 15)
    let found = try #require(Agreement.cohen(pairs.map(\.0), pairs.map(\.1)))
    let kappa = try #require(found.kappa)
    #expect(abs(found.observed - 0.7) < 1e-12 && abs(kappa - 0.4) < 1e-12)
    #expect(Agreement.cohen([1, 2], [1, 2])?.kappa == 1)
    #expect(Agreement.cohen([1, 2], [2, 1])?.kappa == -1)
    #expect(Agreement.cohen([3, 3], [3, 3])?.kappa == nil)
    #expect(Agreement.cohen([Int](), []) == nil)
  }

  @Test("Fleiss' kappa is that of the usual example of ten items and fourteen raters, 0.210")
  func fleiss() throws {
    let table = [
      [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
      [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]
    let items = table.map { counts in
      counts.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
    }
    let found = try #require(Agreement.fleiss(items))
    #expect(abs(found.observed - 0.37802) < 1e-5 && abs(found.expected - 0.21275) < 1e-5)
    let kappa = try #require(found.kappa)
    #expect(abs(kappa - 0.20993) < 1e-5)
    #expect(Agreement.fleiss([[1, 1, 1], [2, 2, 2]])?.kappa == 1)
    #expect(Agreement.fleiss([[Int]]()) == nil)
  }

  @Test("Kendall's tau-b is SciPy's, with ties")
  func kendall() throws {
    let found = try #require(kendallTau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]))
    #expect(abs(found - -0.471404520791) < 1e-9)
    #expect(kendallTau([1, 2, 3], [4, 5, 9]) == 1 && kendallTau([1, 2, 3], [9, 5, 4]) == -1)
    #expect(kendallTau([1, 1, 1], [1, 2, 3]) == nil && kendallTau([], []) == nil)
  }
}
