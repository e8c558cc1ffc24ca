import Tensors

/// The one true caption of a clip in which one thing moves and perhaps another stays.
///
///     caption = thing motion | thing motion "while" thing "stays"
///     thing   = ("a" | "an") colour shape
///
/// Every frame of a clip is also a frame of its reverse: only their order tells what happens.
package struct ClipCaption: Sendable, Hashable {
  package enum Motion: String, Sendable, CaseIterable {
    case left = "moves left"
    case right = "moves right"
    case up = "moves up"
    case down = "moves down"
    case grows, shrinks

    /// The motion that is seen when the clip is played backwards.
    package var reversed: Motion {
      switch self {
      case .left: .right
      case .right: .left
      case .up: .down
      case .down: .up
      case .grows: .shrinks
      case .shrinks: .grows
      }
    }
  }

  package let mover: Kind
  package private(set) var motion: Motion
  /// The thing beside the mover; nil if there is none.
  package let still: Kind?

  package var text: String {
    let event = "\(mover.sizelessText) \(motion.rawValue)"
    return still.map { "\(event) while \($0.sizelessText) stays" } ?? event
  }

  /// The caption of the clip played backwards.
  package var reversed: ClipCaption {
    var other = self
    other.motion = motion.reversed
    return other
  }

  /// Draws a random caption; one clip in three has only the mover.
  init(using random: inout SeededGenerator) {
    let kinds = Kind.all.filter { $0.size == .large }
    let mover = random.element(of: kinds)
    self.mover = mover
    motion = random.element(of: Motion.allCases)
    still = random.below(3) == 0 ? nil : random.element(of: kinds.filter { $0 != mover })
  }
}

extension Kind {
  /// The thing without its size, which may change, such as "an orange cross".
  fileprivate var sizelessText: String {
    "\(color == .orange ? "an" : "a") \(color.rawValue) \(shape.rawValue)"
  }
}
