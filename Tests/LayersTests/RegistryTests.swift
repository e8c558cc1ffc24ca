import Tensors
import Testing

@testable import Layers

extension LayersTests {
  @Suite("Registry")
  struct RegistryTests {
    @Test("an argument names an entry and its options, and is written as it was read")
    func arguments() throws {
      let plain = try Configured<CellType>(argument: "gru")
      #expect(plain.entry == .gru && plain[GRU.resetOption] == .after && plain.text == "gru")
      #expect(!plain.gives(GRU.resetOption) && plain == Configured(.gru))
      let given = try Configured<CellType>(argument: "gru:reset=before")
      #expect(given[GRU.resetOption] == .before && given.text == "gru:reset=before")
      #expect(given == CellType.gru.with(GRU.resetOption, .before) && given != plain)
      #expect(given.text(leavingOut: ["reset"]) == "gru")
      let usual = try Configured<CellType>(argument: "gru:reset=after")
      #expect(usual == plain && usual.gives(GRU.resetOption) && usual.text == "gru")
      #expect(plain.agrees(with: given) && !usual.agrees(with: given))
      #expect(given.members.map(\.key) == ["type", "reset"])
    }

    @Test("an option that an entry lacks keeps its default")
    func foreignOption() {
      let lstm = CellType.lstm.with(GRU.resetOption, .before)
      #expect(lstm[GRU.resetOption] == .after && !lstm.has(GRU.resetOption))
    }

    @Test(
      "what there is not is named with what there is, and the nearest of that",
      arguments: [
        ("gru:reset=before,reset=after", "gru:reset is given more than once. Leave one out."),
        ("lsmt", "there is no cell 'lsmt'. Did you mean lstm? There are: lstm, gru, rnn."),
        ("LSTM", "there is no cell 'LSTM'. Did you mean lstm? There are: lstm, gru, rnn."),
        ("transformer", "there is no cell 'transformer'. There are: lstm, gru, rnn."),
        ("", "there is no cell ''. There are: lstm, gru, rnn."),
        (":", "there is no cell ''. There are: lstm, gru, rnn."),
        ("gru:rest=before", "cell gru has no option 'rest'. Did you mean reset? It has: reset."),
        ("gru:", "no option follows the colon of 'gru:'. Leave the colon out."),
        ("lstm:", "no option follows the colon of 'lstm:'. Leave the colon out."),
        ("gru:reset=before,", "cell gru has no option ''. It has: reset."),
        ("lstm:reset=before", "cell lstm has no option 'reset'. It has none."),
        ("gru:reset=never", "gru:reset must be before or after, not 'never'."),
        ("gru:reset", "gru:reset needs a value: before or after, after an equals sign."),
      ])
    func mistakes(argument: String, message: String) {
      let error = #expect(throws: RegistryError.self) {
        _ = try Configured<CellType>(argument: argument)
      }
      #expect(error?.description == message)
    }

    @Test("options are whole numbers, flags or words")
    func options() {
      let size = IntegerOption("size", in: 1...9, default: 3, help: "")
      #expect(size.value("9") == 9 && size.value("10") == nil && size.value("x") == nil)
      #expect(size.value(.number(9)) == 9 && size.value(.number(2.5)) == nil)
      #expect(size.value(.string("9")) == nil && size.expectation == "a whole number from 1 to 9")
      let flag = FlagOption("is-wide", default: false, help: "")
      #expect(flag.value("true") == true && flag.value("yes") == nil && flag.key == "is_wide")
      #expect(flag.value(.boolean(true)) == true && flag.value(.number(1)) == nil)
      #expect(GRU.resetOption.value(.string("before")) == .before)
      #expect(GRU.resetOption.value(.string("x")) == nil)
    }

    @Test("the nearest name is one slip of the finger for every three letters away")
    func nearestNames() {
      let names = ["show-and-tell", "show-attend-tell", "lrcn", "s2vt"]
      for (typed, meant) in [
        ("show-attend-and-tell", "show-attend-tell"), ("lcrn", "lrcn"), ("s2v", "s2vt"),
        ("showandtell", "show-and-tell"), ("temporal", nil), ("x", nil),
      ] as [(String, String?)] { #expect(nearest(to: typed, among: names) == meant, "\(typed)") }
      #expect(nearest(to: String(repeating: "lstm", count: 100_000), among: ["lstm"]) == nil)
    }

    @Test("names are unique, and so are types", arguments: CellType.all)
    func unique(type: CellType) throws {
      #expect(CellType.all.count { $0.name == type.name } == 1)
      #expect(try CellType.named(type.name) == type && CellType.ofType(type.type) == type)
      let options = type.options.map(\.name)
      #expect(Set(options).count == options.count)
    }

    @Test("a cell makes one layer or several of its type, all zero", arguments: CellType.all)
    func layers(type: CellType) {
      let maker = type.layers(Configured(type))
      let single = maker.cell(inputSize: 3, hiddenSize: 4, layerCount: 1, isResidual: false)
      let stack = maker.cell(inputSize: 3, hiddenSize: 4, layerCount: 3, isResidual: true)
      #expect(single.inputSize == 3 && stack.inputSize == 3 && stack.hiddenSize == 4)
      let names = stack.parameters.map(\.parameter.name)
      #expect(names.contains("weight_ih_l2") && names.count == 3 * single.parameters.count)
      #expect(stack.parameters.allSatisfy { $0.value.floats.allSatisfy { $0 == 0 } })
    }
  }
}
