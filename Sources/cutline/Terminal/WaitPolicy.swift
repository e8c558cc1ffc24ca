import Tensors

/// The way in which threads wait for each other, according to the variables of OpenMP.
///
/// `$GOMP_SPINCOUNT` takes precedence over `$OMP_WAIT_POLICY`. Without either, threads spin for 200
/// microseconds before they sleep, and sleep at once while other programs use the cores.
struct WaitPolicy: Equatable, CustomStringConvertible {
  /// The number of rounds that a thread spins before it sleeps; nil lets the program choose.
  var spinCount: Int?
  /// True if a variable is set that only the threads of OpenMP's own library support, such as their
  /// cores.
  var needsOpenMPThreads = false

  /// The spin count that stands for endless spinning.
  static let endless = Int(Int32.max) * 1000

  /// - Throws: `Failure` that names a variable with an invalid value.
  init(in environment: (Variable) -> String? = \.value) throws(Failure) {
    switch environment(.ompWaitPolicy)?.trimmed.lowercased() {
    case nil: break
    case "passive": spinCount = 0
    case "active": spinCount = Self.endless
    case .some(let text): throw Self.failure(.ompWaitPolicy, text, "active or passive")
    }
    if let text = environment(.gompSpinCount) {
      guard let count = Self.count(text.trimmed) else {
        throw Self.failure(
          .gompSpinCount, text, "a number of rounds, such as 10000, 10k or infinite")
      }
      spinCount = count
    }
    needsOpenMPThreads = try OpenMPSettings(in: environment).needOpenMPThreads
  }

  /// - Throws: `Failure` if settings need OpenMP's own library, which is not loaded.
  func apply() throws(Failure) {
    if let spinCount { Device.setSpinCount(spinCount) }
    guard !needsOpenMPThreads || Device.useOpenMPThreads() else {
      throw Failure(
        "OMP_PROC_BIND, OMP_PLACES, GOMP_CPU_AFFINITY and stack sizes need GNU OpenMP (libgomp), which this "
          + "oneDNN does not load. Unset them.", .configuration)
    }
  }

  var description: String {
    if needsOpenMPThreads || Device.usesOpenMPThreads { return "as OpenMP's own threads do" }
    return switch spinCount {
    case nil: "spin for 200 microseconds; not while other programs use the cores"
    case 0: "sleep at once"
    case .some(let count): "spin for \(count == Self.endless ? "ever" : "\(count.grouped) rounds")"
    }
  }

  private static func count(_ text: String) -> Int? {
    let text = text.lowercased()
    if ["infinite", "infinity"].contains(text) { return endless }
    let factors: [Character: Int] = [
      "k": 1000, "m": 1_000_000, "g": 1_000_000_000, "t": 1_000_000_000_000,
    ]
    let factor = text.last.flatMap { factors[$0] }
    let digits = factor == nil ? Substring(text) : text.dropLast()
    guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    let (product, overflows) = (Int(digits) ?? endless).multipliedReportingOverflow(by: factor ?? 1)
    return overflows ? endless : min(product, endless)
  }

  static func failure(_ variable: Variable, _ text: String, _ kind: String) -> Failure {
    Failure(
      "\(variable.rawValue): is '\(text)', but must be \(kind). Correct or unset it.",
      .configuration)
  }
}
