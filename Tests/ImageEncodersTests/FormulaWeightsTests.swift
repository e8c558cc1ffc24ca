import TestSupport
import Testing

extension ImageEncodersTests {
  @Suite("Formula weights")
  struct FormulaWeightsTests {
    /// `scripts/fixtures/formula.py` wrote the fixture.
    @Test("are to the bit what Python makes of the same names")
    func parity() throws {
      let fixture = try Fixture("formula")
      let names = fixture.tensorNames.filter { $0.hasPrefix("u.") }.map { String($0.dropFirst(2)) }
      try #require(names.count == 10)
      for name in names {
        #expect(FormulaWeights.uniform(name, count: 24) == (try fixture.floats("u.\(name)")))
        #expect(
          FormulaWeights.uniform(name, count: 17, start: 7)
            == Array(try fixture.floats("u.\(name)")[7...]))
        let parameter = FormulaWeights.parameter(name, try fixture.integers("shape.\(name)"))
        #expect(Array(parameter.floats.prefix(24)) == (try fixture.floats(name)), "\(name)")
      }
      let photos = FormulaWeights.photos(height: 20, width: 30)
      #expect(photos.floats == (try fixture.floats("photos.20x30")))
    }
  }
}
