import Layers

/// A value of an option that settings can hold as text.
package protocol TrainingOptionValue: Sendable, Equatable {
  /// The value as the settings of a checkpoint hold it.
  var settingText: String { get }
  /// Returns the present spelling of a recorded value.
  static func canonical(_ setting: String) -> String
}

extension TrainingOptionValue {
  package var settingText: String { "\(self)" }
  package static func canonical(_ setting: String) -> String { setting }
}

extension TrainingOptionValue where Self: RawRepresentable<String> {
  package var settingText: String { rawValue }
}

extension Bool: TrainingOptionValue {}
extension Int: TrainingOptionValue {}
extension UInt64: TrainingOptionValue {}
extension Float: TrainingOptionValue {}
extension Double: TrainingOptionValue {}
extension String: TrainingOptionValue {}
extension Optional: TrainingOptionValue where Wrapped: TrainingOptionValue {
  package var settingText: String { self?.settingText ?? "none" }
  package static func canonical(_ setting: String) -> String { Wrapped.canonical(setting) }
}

extension Interval: TrainingOptionValue { package var settingText: String { text } }
extension MinibatchBuilder.Order: TrainingOptionValue {}
extension SequenceDropout.Kind: TrainingOptionValue {}
extension ScheduledSampling.Draw: TrainingOptionValue {}
extension TrainingPlan.Selection: TrainingOptionValue {}

/// The optimizers, under the names that users type.
package enum OptimizerName: String, TrainingOptionValue, CaseIterable { case adam, adamw, sgd }

/// The schedules of learning rates.
package enum ScheduleName: String, TrainingOptionValue, CaseIterable {
  case constant, step, cosine, plateau
}

/// The schedules of scheduled sampling.
package enum SamplingName: String, TrainingOptionValue, CaseIterable {
  case off, linear, exp, sigmoid, epochs
}

/// The number types that products are computed in.
package enum PrecisionName: String, TrainingOptionValue, CaseIterable {
  case f32, bf16
  /// The faster one on this processor.
  case auto

  /// Reads a name, also as it was spelt before: `float32`, `bfloat16`.
  package init?(spelling: String) { self.init(rawValue: Self.canonical(spelling)) }

  package static func canonical(_ setting: String) -> String {
    switch setting {
    case "float32": f32.rawValue
    case "bfloat16": bf16.rawValue
    default: setting
    }
  }
}
