import Files
import Foundation

/// Checks documents against a JSON schema, as far as `result.schema.json` uses the language.
struct JSONSchema {
  private let root: JSONValue

  init(reading path: String) throws {
    root = try JSONValue(reading: Array(try Data(contentsOf: URL(fileURLWithPath: path))))
  }

  /// Returns the violations of the schema in `document`; none if it is valid.
  func problems(of document: JSONValue) -> [String] { problems(document, root, at: "$") }

  private func problems(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
    guard case .object(let rules) = schema else { return ["\(place): the schema is no object"] }
    return rules.flatMap { rule in problems(value, rule.key, rule.value, at: place) }
  }

  private func problems(
    _ value: JSONValue, _ keyword: String, _ rule: JSONValue, at place: String
  ) -> [String] {
    func unless(_ holds: Bool) -> [String] {
      holds
        ? [] : ["\(place): \(value.compactText.prefix(80)) breaks \(keyword) \(rule.compactText)"]
    }
    switch keyword {
    case "$schema", "title", "description", "$defs": return []
    case "$ref":
      let name = rule.string?.split(separator: "/").last.map(String.init) ?? ""
      return problems(value, root["$defs"]?[name] ?? .null, at: place)
    case "type":
      let names = rule.elements?.compactMap(\.string) ?? [rule.string ?? ""]
      return unless(names.contains { value.isA($0) })
    case "const": return unless(value == rule)
    case "enum": return unless(rule.elements?.contains(value) == true)
    case "minimum": return unless((value.number ?? 0) >= (rule.number ?? 0))
    case "exclusiveMinimum": return unless((value.number ?? 0) > (rule.number ?? 0))
    case "minItems": return unless((value.elements?.count ?? 0) >= (rule.integer ?? 0))
    case "pattern":
      return unless(value.string?.range(of: rule.string ?? "", options: .regularExpression) != nil)
    case "required":
      return (rule.elements ?? []).compactMap(\.string).filter { value[$0] == nil }
        .map { "\(place): has no \($0)" }
    case "properties":
      guard case .object(let properties) = rule else { return ["\(place): bad schema"] }
      return properties.flatMap { property in
        value[property.key].map {
          problems($0, property.value, at: "\(place).\(property.key)")
        } ?? []
      }
    case "items":
      return (value.elements ?? []).enumerated().flatMap { index, element in
        problems(element, rule, at: "\(place)[\(index)]")
      }
    case "not": return unless(!problems(value, rule, at: place).isEmpty)
    case "oneOf":
      let fitting = (rule.elements ?? []).filter { problems(value, $0, at: place).isEmpty }
      return unless(fitting.count == 1)
    default: return ["\(place): this validator does not know '\(keyword)'"]
    }
  }
}

extension JSONValue {
  fileprivate func isA(_ type: String) -> Bool {
    switch (type, self) {
    case ("object", .object), ("array", .array), ("string", .string), ("number", .number),
      ("boolean", .boolean), ("null", .null):
      true
    case ("integer", .number): integer != nil
    default: false
    }
  }
}
