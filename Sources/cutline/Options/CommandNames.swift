import ArgumentParser
import Files

/// The command chosen by arguments, with the names of its options and of all others.
struct CommandNames {
  private let command: any ParsableCommand.Type

  init(_ arguments: [String]) {
    var chosen: any ParsableCommand.Type = Cutline.self
    for argument in arguments {
      let next = chosen.configuration.subcommands.first {
        $0.configuration.commandName == argument || $0.configuration.aliases.contains(argument)
      }
      guard let next else { break }
      chosen = next
    }
    command = chosen.configuration.defaultSubcommand ?? chosen
  }

  /// The long options that other commands have and this one lacks, without dashes.
  var optionsOfOthers: Set<String> {
    Self.options(of: Cutline.self).subtracting(Self.options(of: command))
  }

  /// The long options of a command and of those below it.
  private static func options(of command: any ParsableCommand.Type) -> Set<String> {
    guard let json = try? JSONValue(reading: Array(command._dumpHelp().utf8)) else { return [] }
    func names(of command: JSONValue) -> [String] {
      let options = (command["arguments"]?.elements ?? []).flatMap { $0["names"]?.elements ?? [] }
      return options.compactMap { $0["name"]?.string }
        + (command["subcommands"]?.elements ?? []).flatMap(names)
    }
    return Set(json["command"].map(names) ?? [])
  }
}
