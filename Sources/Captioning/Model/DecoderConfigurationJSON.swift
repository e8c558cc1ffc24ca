import Files
import Layers

// The member `decoder` of `config.json`.

extension DecoderConfiguration {
  var json: JSONValue {
    var recurrence: [JSONValue.Member] = [.init("layers", .number(Double(layerCount)))]
    if isResidual { recurrence.append(.init("residual", true)) }
    var members: [JSONValue.Member] = [
      .init("embed", .number(Double(embeddingSize))), .init("hidden", .number(Double(hiddenSize))),
    ]
    members += type.members.dropFirst()
    members.append(
      .init("cell", .object(cell.members.prefix(1) + recurrence + cell.members.dropFirst())))
    if isTied { members.append(.init("tied", true)) }
    return .object(type.members.prefix(1) + members)
  }

  init(_ fields: ConfigurationFields) throws(ConfigurationProblem) {
    let type = try fields.configured(DecoderType.self)
    let recurrence = try fields.object("cell")
    self.init(
      type, cell: try recurrence.configured(CellType.self),
      embeddingSize: try fields.integer("embed", in: 1...65536),
      hiddenSize: try fields.integer("hidden", in: 1...65536))
    if recurrence.json["layers"] != nil {
      layerCount = try recurrence.integer("layers", in: 1...64)
    }
    isResidual = try recurrence.flag("residual")
    isTied = try fields.flag("tied")
    if let (key, problem) = problem {
      throw ConfigurationProblem(key: fields.path(key), problem: problem)
    }
  }
}
