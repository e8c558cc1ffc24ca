import ArgumentParser
import Tensors

/// The number of threads to compute with.
///
/// `--threads` counts most, then `$CUTLINE_THREADS`, `$OMP_NUM_THREADS`, a file of options, and at last the
/// cores that the process may use.
struct ThreadOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The number of threads (default: $CUTLINE_THREADS, $OMP_NUM_THREADS, else all cores granted).",
      valueName: "n"))
  var threads: Int?

  private static let allowed = 1...1024
  /// The source of the number of threads where nobody has chosen it.
  private static let cores = "cores granted"

  func validate() throws {
    if let threads { try check("--threads", threads, in: Self.allowed) }
  }

  /// Sets the number of threads for what this thread computes, and how they wait; returns the number.
  ///
  /// - Throws: `Failure` if a variable of the environment has no meaning.
  func apply() throws(Failure) -> Int {
    let (count, origin) = try choice()
    try WaitPolicy().apply()
    if origin == Self.cores { Device.allowSpareThread() }
    Device.setThreadCount(count)
    return count
  }

  /// The number of threads, and what decided it.
  func choice(
    in environment: (Variable) -> String? = \.value, granted: Int = ProcessorBudget().threadCount
  ) throws(Failure) -> (count: Int, origin: String) {
    if let threads { return (threads, "--threads") }
    if let text = environment(.threads) {
      guard let count = Self.count(text) else { throw Self.failure(.threads, text, "a number") }
      return (count, Variable.threads.rawValue)
    }
    let limit = try limit(in: environment)
    if let text = environment(.ompThreads) {
      // OpenMP takes a list: a number for each level of nesting, of which there is one here.
      let counts = text.split(separator: ",", omittingEmptySubsequences: false).map(Self.count)
      guard let first = counts.first, let count = first, !counts.contains(nil) else {
        throw Self.failure(.ompThreads, text, "a number, or numbers with commas between,")
      }
      return (min(count, limit), Variable.ompThreads.rawValue)
    }
    if granted > limit { return (limit, Variable.ompThreadLimit.rawValue) }
    return (granted, Self.cores)
  }

  /// The most threads that OpenMP may have.
  private func limit(in environment: (Variable) -> String?) throws(Failure) -> Int {
    guard let text = environment(.ompThreadLimit) else { return Self.allowed.upperBound }
    guard let limit = Int(text.trimmed), limit > 0 else {
      let name = Variable.ompThreadLimit.rawValue
      throw Failure(
        "\(name): is '\(text)', but must be a number above 0. Mend or unset it.", .configuration)
    }
    return limit
  }

  private static func count(_ text: some StringProtocol) -> Int? {
    let digits = String(text).trimmed
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    return Int(digits).flatMap { allowed.contains($0) ? $0 : nil }
  }

  private static func failure(_ variable: Variable, _ text: String, _ kind: String) -> Failure {
    Failure(
      "\(variable.rawValue): is '\(text)', but must be \(kind) from \(allowed.lowerBound) to "
        + "\(allowed.upperBound). Mend or unset it.", .configuration)
  }
}
