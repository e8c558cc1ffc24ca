import Tensors

/// The one true caption of a scene of one or two things.
///
///     caption  = thing | thing relation thing
///     thing    = "a" size colour shape
///     relation = "left of" | "right of" | "above" | "below"
///
/// Two things could be described in two ways, so a rule decides: the larger one is named first; of
/// two of the same size, the left or the upper one. A model that says anything else is wrong.
package struct SceneCaption: Sendable, Hashable {
  /// The position of the first thing, seen from the second.
  package enum Relation: String, Sendable, CaseIterable {
    case leftOf = "left of"
    case rightOf = "right of"
    case above, below
  }

  package let first: Kind
  /// The second thing; nil if the first one is alone.
  package let other: Other?

  package struct Other: Sendable, Hashable {
    package let relation: Relation
    package let kind: Kind
  }

  package var text: String {
    guard let other else { return first.text }
    return "\(first.text) \(other.relation.rawValue) \(other.kind.text)"
  }

  /// Every caption that a scene may have, once: 4,560.
  package static let all = Kind.all.flatMap { first in
    [SceneCaption(first: first, other: nil)]
      + Kind.all.flatMap { second in
        relations(of: first, to: second).map {
          SceneCaption(first: first, other: Other(relation: $0, kind: second))
        }
      }
  }

  /// Returns the possible positions of `first` relative to `second`; none if they must be named the
  /// other way round.
  static func relations(of first: Kind, to second: Kind) -> [Relation] {
    // Two of a kind would be "two small red circles", which this grammar cannot say.
    if first == second { return [] }
    if first.size == second.size { return [.leftOf, .above] }
    return first.size == .large ? Relation.allCases : []
  }
}

extension SceneCaption {
  /// The share of scenes with a single thing: one in this number.
  private static let scenesPerSingle = 8

  /// Draws a random caption; all alternatives of a part are equally likely.
  init(using random: inout SeededGenerator) {
    let kind = random.element(of: Kind.all)
    guard random.below(Self.scenesPerSingle) > 0 else {
      self.init(first: kind, other: nil)
      return
    }
    var second = kind
    while second == kind { second = random.element(of: Kind.all) }
    let relations = Self.relations(of: kind, to: second)
    if relations.isEmpty {
      let relation = random.element(of: Self.relations(of: second, to: kind))
      self.init(first: second, other: Other(relation: relation, kind: kind))
    } else {
      let relation = random.element(of: relations)
      self.init(first: kind, other: Other(relation: relation, kind: second))
    }
  }
}
