import Files

/// Writes one line of talk to standard error; standard output is for results.
func say(_ line: String) { try? StandardStream.error.write(line + "\n") }

/// A share as people read it, such as "1.9 %".
func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }

/// Three digits after the point.
func rounded(_ number: some BinaryFloatingPoint) -> String {
  "\((Double(number) * 1000).rounded() / 1000)"
}
