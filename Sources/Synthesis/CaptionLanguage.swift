/// The language of drawn captions; each inflects its words in a way that a captioner has to learn.
package enum CaptionLanguage: String, Sendable, CaseIterable {
  case english = "en"
  /// Adjectives follow gender and case: "ein kleiner roter Kreis links von einem großen blauen Quadrat".
  case german = "de"
  /// Without blanks, the relation last, and two kinds of adjectives: 小さい赤い丸が大きい緑の四角の左にあります.
  case japanese = "ja"
  /// From right to left, adjectives behind the noun in its gender: دائرة صغيرة حمراء على يسار مربع كبير أزرق.
  case arabic = "ar"
}

extension SceneCaption {
  /// The caption in a language.
  package func text(in language: CaptionLanguage) -> String {
    switch language {
    case .english: text
    case .german:
      other.map { "\(first.german) \($0.relation.german) \($0.kind.germanDative)" } ?? first.german
    case .japanese:
      first.japanese + "が" + (other.map { "\($0.kind.japanese)の\($0.relation.japanese)に" } ?? "")
        + "あります"
    case .arabic:
      other.map { "\(first.arabic) \($0.relation.arabic) \($0.kind.arabic)" } ?? first.arabic
    }
  }
}

extension SceneCaption.Relation {
  fileprivate var german: String {
    switch self {
    case .leftOf: "links von"
    case .rightOf: "rechts von"
    case .above: "über"
    case .below: "unter"
    }
  }

  fileprivate var japanese: String {
    switch self {
    case .leftOf: "左"
    case .rightOf: "右"
    case .above: "上"
    case .below: "下"
    }
  }

  fileprivate var arabic: String {
    switch self {
    case .leftOf: "على يسار"
    case .rightOf: "على يمين"
    case .above: "فوق"
    case .below: "تحت"
    }
  }
}

extension Kind {
  private var germanStems: [String] {
    let size = size == .small ? "klein" : "groß"
    let color =
      switch color {
      case .red: "rot"
      case .orange: "orangefarben"
      case .yellow: "gelb"
      case .green: "grün"
      case .blue: "blau"
      case .purple: "violett"
      }
    return [size, color]
  }

  private var germanNoun: String {
    switch shape {
    case .circle: "Kreis"
    case .square: "Quadrat"
    case .triangle: "Dreieck"
    case .cross: "Kreuz"
    }
  }

  /// The nominative: masculine for the circle, neuter for the others.
  fileprivate var german: String {
    let ending = shape == .circle ? "er" : "es"
    return (["ein"] + germanStems.map { $0 + ending } + [germanNoun]).joined(separator: " ")
  }

  fileprivate var germanDative: String {
    (["einem"] + germanStems.map { $0 + "en" } + [germanNoun]).joined(separator: " ")
  }

  fileprivate var japanese: String {
    let color =
      switch color {
      case .red: "赤い"
      case .orange: "オレンジの"
      case .yellow: "黄色い"
      case .green: "緑の"
      case .blue: "青い"
      case .purple: "紫の"
      }
    let shape =
      switch shape {
      case .circle: "丸"
      case .square: "四角"
      case .triangle: "三角"
      case .cross: "十字"
      }
    return (size == .small ? "小さい" : "大きい") + color + shape
  }

  /// The noun and its adjectives: feminine for the circle, masculine for the others.
  fileprivate var arabic: String {
    let isFeminine = shape == .circle
    let noun =
      switch shape {
      case .circle: "دائرة"
      case .square: "مربع"
      case .triangle: "مثلث"
      case .cross: "صليب"
      }
    let size = size == .small ? "صغير" : "كبير"
    let (masculine, feminine) =
      switch color {
      case .red: ("أحمر", "حمراء")
      case .orange: ("برتقالي", "برتقالية")
      case .yellow: ("أصفر", "صفراء")
      case .green: ("أخضر", "خضراء")
      case .blue: ("أزرق", "زرقاء")
      case .purple: ("بنفسجي", "بنفسجية")
      }
    return "\(noun) \(size)\(isFeminine ? "ة" : "") \(isFeminine ? feminine : masculine)"
  }
}
