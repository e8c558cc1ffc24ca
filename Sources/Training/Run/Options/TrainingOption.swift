/// One option of a training: its name, its place among the choices, its limits and its help.
///
/// Command line, checks, plan, `config.json` and the comparison on resume all follow from it.
package struct TrainingOption<Value: TrainingOptionValue>: Sendable {
  /// The name of the option, without dashes.
  package let name: String
  package let path: WritableKeyPath<LearningChoices, Value> & Sendable
  package let limits: Limits<Value>
  package let help: OptionHelp
  /// Returns true if the option is among the settings that a run is compared by.
  private var isRecorded: @Sendable (LearningChoices) -> Bool = { _ in true }

  init(
    _ name: String, _ path: WritableKeyPath<LearningChoices, Value> & Sendable,
    _ limits: Limits<Value>, _ help: OptionHelp
  ) {
    (self.name, self.path, self.limits, self.help) = (name, path, limits, help)
  }

  init(
    _ name: String, _ path: WritableKeyPath<LearningChoices, Value> & Sendable,
    _ help: OptionHelp
  ) {
    self.init(name, path, .any, help)
  }

  /// Returns the option recorded only under a condition.
  func recorded(when condition: @escaping @Sendable (LearningChoices) -> Bool) -> Self {
    var option = self
    option.isRecorded = condition
    return option
  }

  /// Returns the option recorded only where its value is not the default, so that runs that are older than
  /// the option resume.
  var recordedUnlessDefault: Self {
    recorded { [path, defaultValue] in $0[keyPath: path] != defaultValue }
  }

  package var defaultValue: Value { LearningChoices()[keyPath: path] }
}

/// The parts of an option that do not depend on the type of its value.
package protocol AnyTrainingOption: Sendable {
  var name: String { get }

  /// Throws unless the value lies within the limits.
  func check(_ choices: LearningChoices) throws(TrainingError)
  /// Returns true if the value is not the default.
  func isChanged(_ choices: LearningChoices) -> Bool
  /// Returns the value as settings hold it; nil if the option is not recorded.
  func setting(_ choices: LearningChoices) -> String?
  /// Returns the present spelling of a recorded value.
  func canonical(_ setting: String) -> String
}

extension TrainingOption: AnyTrainingOption {
  package func check(_ choices: LearningChoices) throws(TrainingError) {
    let value = choices[keyPath: path]
    guard !limits.contains(value) else { return }
    throw TrainingError(
      .choice, "--\(name) must be \(limits.description), not \(value.settingText).")
  }

  package func isChanged(_ choices: LearningChoices) -> Bool {
    choices[keyPath: path] != defaultValue
  }

  package func setting(_ choices: LearningChoices) -> String? {
    isRecorded(choices) ? choices[keyPath: path].settingText : nil
  }

  package func canonical(_ setting: String) -> String { Value.canonical(setting) }
}

/// The help of an option.
package struct OptionHelp: Sendable, ExpressibleByStringLiteral {
  package let abstract: String
  package let discussion: String
  /// The name of the value in the help; nil is the name of the option.
  package let valueName: String?

  package init(_ abstract: String, discussion: String = "", valueName: String? = nil) {
    (self.abstract, self.discussion, self.valueName) = (abstract, discussion, valueName)
  }

  package init(stringLiteral abstract: String) { self.init(abstract) }
}

/// The values that an option may have.
package struct Limits<Value>: Sendable {
  /// The limits in words, such as "from 1 to 10".
  package let description: String
  package let contains: @Sendable (Value) -> Bool

  package static var any: Limits { Limits(description: "any") { _ in true } }

  /// The same limits of an option that may be left out.
  fileprivate var orNil: Limits<Value?> {
    .init(description: description) { [contains] in $0.map(contains) ?? true }
  }
}

extension Limits where Value == Int {
  package static func range(_ range: ClosedRange<Int>) -> Self {
    .init(description: "from \(range.lowerBound) to \(range.upperBound)", contains: range.contains)
  }
}

extension Limits where Value == Int? {
  package static func range(_ range: ClosedRange<Int>) -> Self { Limits<Int>.range(range).orNil }
}

extension Limits where Value == Interval {
  package static func counts(_ range: ClosedRange<Int>) -> Self {
    let limits = Limits<Int>.range(range)
    return .init(description: limits.description) { limits.contains($0.count) }
  }
}

extension Limits where Value: BinaryFloatingPoint & Sendable {
  /// Finite numbers above 0.
  package static var aboveZero: Self {
    .init(description: "above 0") { $0 > 0 && $0.isFinite }
  }

  /// Numbers above 0 up to 1.
  package static var aboveZeroToOne: Self {
    .init(description: "above 0 and at most 1") { $0 > 0 && $0 <= 1 }
  }

  /// Finite numbers from 0 up.
  package static var zeroOrAbove: Self {
    .init(description: "0 or above") { $0 >= 0 && $0.isFinite }
  }

  /// Numbers from 0 to below 1.
  package static var belowOne: Self {
    .init(description: "from 0 to below 1") { $0 >= 0 && $0 < 1 }
  }
}

extension Limits where Value == Float? {
  package static var aboveZero: Self { Limits<Float>.aboveZero.orNil }
  package static var zeroOrAbove: Self { Limits<Float>.zeroOrAbove.orNil }
  package static var belowOne: Self { Limits<Float>.belowOne.orNil }
}
