import ArgumentParser

/// Throws unless an option's number lies in a range.
func check(_ option: String, _ value: Int, in range: ClosedRange<Int>) throws {
  guard range.contains(value) else {
    throw ValidationError(
      "\(option) must be from \(range.lowerBound) to \(range.upperBound), not \(value).")
  }
}

/// Throws unless an option's number is above a limit, and finite.
func check(_ option: String, _ value: Float, above limit: Float) throws {
  guard value > limit, value.isFinite else {
    throw ValidationError("\(option) must be above \(limit), not \(value).")
  }
}

/// Throws unless an option's number is from 0 to below a limit.
func check(_ option: String, _ value: Float, below limit: Float) throws {
  guard value >= 0, value < limit else {
    throw ValidationError("\(option) must be from 0 to below \(limit), not \(value).")
  }
}
