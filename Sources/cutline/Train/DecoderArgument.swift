import ArgumentParser
import Captioning
import Layers

/// The choice of `--attention`, which is older than `--decoder`.
enum AttentionChoice: String, ExpressibleByArgument, CaseIterable {
  case none, soft
}

/// The decoder that `--decoder` names, such as `show-attend-tell:annotation-size=256`.
struct DecoderArgument: Sendable {
  /// The name that was typed, which may be an alias.
  let name: String
  var choice: Configured<DecoderType>

  /// The names that users can type, for help texts.
  static let nameList = names.listed(with: "or")
  private static let names = DecoderType.all.filter(\.writesSentences)
    .flatMap { [$0.name] + $0.aliases }

  /// - Throws: `RegistryError` for a name, an option or a value that there is not; `ValidationError` for a
  ///   decoder that writes no sentences.
  init(_ argument: String) throws {
    name = String(argument.prefix { $0 != ":" })
    do throws(RegistryError) {
      choice = try Configured(argument: argument)
    } catch {
      // The registry lists the decoder of --task classify, too, which cannot be named here.
      guard (try? DecoderType.named(name)) == nil else { throw error }
      throw RegistryError.unknownName(DecoderType.noun, name, known: Self.names)
    }
    guard choice.entry.writesSentences else {
      throw ValidationError("it labels clips. Leave it out, and add --task classify.")
    }
  }

  /// A decoder under the name that a user typed for it, or else its own.
  init(_ choice: Configured<DecoderType>, named name: String? = nil) {
    (self.name, self.choice) = (name ?? choice.entry.name, choice)
  }

  init(_ type: DecoderType) { self.init(Configured(type)) }

  /// Returns the decoder that both options together choose.
  ///
  /// - Throws: `ValidationError` if they contradict each other.
  static func chosen(
    _ decoder: DecoderArgument?, _ attention: AttentionChoice?
  ) throws -> DecoderArgument {
    let implied: DecoderType = attention == .soft ? .showAttendTell : .showAndTell
    guard let decoder else { return DecoderArgument(implied) }
    if let attention, (decoder.choice.entry == .showAttendTell) != (attention == .soft) {
      throw ValidationError(
        "--decoder \(decoder.name) and --attention \(attention.rawValue) contradict each other.")
    }
    return decoder
  }
}
