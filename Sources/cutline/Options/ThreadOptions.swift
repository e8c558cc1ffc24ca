import ArgumentParser
import Tensors

/// The number of threads to compute with.
///
/// In order of precedence: `--threads`, `$CUTLINE_THREADS`, `$OMP_NUM_THREADS`, a file of options,
/// and the number of cores that the process may use.
struct ThreadOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Number of threads (default: $CUTLINE_THREADS, $OMP_NUM_THREADS, else all cores granted).",
      valueName: "n"))
  var threads: Int?

  private static let allowed = 1...1024
  /// The origin of the number of threads if the user has not set it.
  private static let cores = "cores granted"

  func validate() throws {
    if let threads { try check("--threads", threads, in: Self.allowed) }
  }

  /// Sets the number of threads for computations of this thread, and their wait policy; returns the
  /// number.
  ///
  /// - Throws: `Failure` if a variable of the environment has no meaning.
  func apply() throws(Failure) -> Int {
    let (count, origin) = try choice()
    try WaitPolicy().apply()
    if origin == Self.cores { Device.allowSpareThread() }
    Device.setThreadCount(count)
    return count
  }

  /// Returns the number of threads, and its origin.
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
      // OpenMP accepts a list: a number for each level of nesting, of which there is one here.
      let counts = text.split(separator: ",", omittingEmptySubsequences: false).map(Self.count)
      guard let first = counts.first, let count = first, !counts.contains(nil) else {
        throw Self.failure(.ompThreads, text, "a number, or numbers with commas between,")
      }
      return (min(count, limit), Variable.ompThreads.rawValue)
    }
    if granted > limit { return (limit, Variable.ompThreadLimit.rawValue) }
    return (granted, Self.cores)
  }

  /// Returns the maximum number of threads that OpenMP may use.
  private func limit(in environment: (Variable) -> String?) throws(Failure) -> Int {
    guard let text = environment(.ompThreadLimit) else { return Self.allowed.upperBound }
    guard let limit = Int(text.trimmed), limit > 0 else {
      let name = Variable.ompThreadLimit.rawValue
      throw Failure(
        "\(name): is '\(text)', but must be a number above 0. Correct or unset it.", .configuration)
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
        + "\(allowed.upperBound). Correct or unset it.", .configuration)
  }
}
