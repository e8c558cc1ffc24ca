import TestSupport
import Testing

@testable import Files

/// Pickles that PyTorch never writes.
@Suite("Pickles of weights")
struct TorchPickleTests {
  private typealias Make = TorchBytes

  @Test(
    "run nothing, and are refused by the name of what they would run",
    arguments: [
      ("cos\nsystem\n", "os.system"), ("cposix\nsystem\n", "posix.system"),
      ("cbuiltins\neval\n", "builtins.eval"), ("c__builtin__\nexec\n", "__builtin__.exec"),
      ("ctorch\nload\n", "torch.load"), ("ctorch._utils\n_rebuild\n", "torch._utils._rebuild"),
      ("X\u{2}\0\0\0osX\u{6}\0\0\0system\u{93}", "os.system"),
    ])
  func refused(function: String, name: String) throws {
    let folder = try TemporaryFolder()
    let marker = "\(folder.path)/ran"
    // A call, a new object, and an object with a state.
    for ending in [[0x85, 0x52], [0x85, 0x81], [0x85, 0x52, 0x7D, 0x62]] as [[UInt8]] {
      let call = bytes(function) + Make.text("touch \(marker)") + ending
      let pickle = Make.pickle(Make.dictionary([("weight", Make.tensor()), ("other", call)]))
      #expect(try torchProblem(Make.archive(pickle)) == .refused(name))
      #expect(try torchProblem(Make.stream(pickle)) == .refused(name))
    }
    #expect(throws: FileError(marker, .missing)) { try MappedFile(marker) }
  }

  @Test(
    "are refused where an instruction lacks its values",
    arguments: [
      ("", "takes more than there is"), ("0", "takes more than there is"),
      ("2", "takes more than there is"), ("1", "takes more than there is"),
      ("t", "takes more than there is"), ("N\u{86}", "takes more than there is"),
      ("NR", "takes more than there is"), ("q\u{1}", "takes more than there is"),
      ("}NNu", "takes more than there is"), ("Q", "takes more than there is"),
      ("(u", "takes more than there is"), ("Nb", "takes more than there is"),
      ("gx\n", "names a value by something that is no number"),
      ("NNa", "appends to what is no list"), ("}NNNs", "sets items of what is no dictionary"),
      ("](NNu", "sets items of what is no dictionary"),
      ("}(Nu", "sets items of what is no dictionary"),
      ("NN\u{93}", "names a class by something that is no text"),
    ])
  func instructions(code: String, what: String) throws {
    let code = bytes(code)
    // The end of the pickle is the instruction that fails if there is no other.
    let place = 2 + max(1, code.count)
    #expect(try torchProblem(Make.archive(Make.pickle(code))) == .pickle(what, at: place))
  }

  @Test("are refused where a value is used that was not kept", arguments: ["h\u{7}", "g7\n"])
  func memo(code: String) throws {
    // The place is behind the instruction, and before the number.
    #expect(
      try torchProblem(Make.archive(Make.pickle(bytes(code))))
        == .pickle("uses value 7 before it is there", at: 3))
  }

  @Test("are refused with any instruction that weights do not need, and that is none")
  func unknownInstructions() throws {
    let known =
      "\u{80}\u{95}(012N\u{88}\u{89}JKM\u{8A}\u{8B}ILGFX\u{8C}\u{8D}VUTSCB\u{8E}\u{96})t"
      + "\u{85}\u{86}\u{87}]\u{8F}l\u{91}ae\u{90}}dsuqrp\u{94}hjgc\u{93}QR\u{81}b."
    for code in Set(0...255 as ClosedRange<UInt8>).subtracting(bytes(known)) {
      let what = "has the instruction \(code), which no weights need"
      #expect(try torchProblem(Make.archive(Make.pickle([code]))) == .pickle(what, at: 2))
    }
  }

  @Test(
    "are refused where they end before their values do",
    arguments: [
      "K", "M", "J", "X\u{9}\0\0\0abc", "\u{8D}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}",
      "\u{8E}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{7F}", "\u{8B}\u{FF}\u{FF}\u{FF}\u{FF}",
      "cos", "cos\nsystem", "I5", "\u{95}", "G",
    ])
  func truncated(code: String) throws {
    #expect(try torchProblem(Make.archive(Make.pickle(bytes(code)))) == .truncated)
  }

  @Test(
    "are refused where an object is not as PyTorch makes it",
    arguments: [
      ("NN\u{85}R", "a call is not as Python writes it"),
      ("ctorch\nSize\nNR", "a call is not as Python writes it"),
      ("NNb", "the state of an object is set"),
      ("NQ", "a reference to a storage is not as PyTorch writes it"),
      ("ctorch._utils\n_rebuild_tensor_v2\n)R", "_rebuild_tensor_v2 is not called as PyTorch does"),
      ("ctorch._utils\n_rebuild_parameter\n)R", "_rebuild_parameter is not about a tensor"),
      ("ccollections\nOrderedDict\nN\u{85}R", "an ordered dictionary is not made as Python does"),
      (
        "ccollections\nOrderedDict\n](Ne\u{85}R",
        "an ordered dictionary has an item that is no pair"
      ),
    ])
  func objects(code: String, what: String) throws {
    #expect(try torchProblem(Make.archive(Make.pickle(bytes(code)))) == .object(what))
  }

  @Test("are refused when containers are in each other without end, and read when they are not")
  func nesting() throws {
    func nested(_ depth: Int) -> [UInt8] {
      let open = [[UInt8]](repeating: Make.code("]"), count: depth).joined()
      let close = [[UInt8]](repeating: Make.code("a"), count: depth).joined()
      return Make.archive(Make.pickle(open + Make.tensor() + close))
    }
    let endless = TorchError.Problem.object("has dictionaries in each other without end")
    #expect(try torchProblem(nested(16)) == nil)
    #expect(try torchProblem(nested(1000)) == endless)
    #expect(try torchProblem(nested(100_000)) == endless)
    // A list and a dictionary in themselves.
    #expect(try torchProblem(Make.archive(Make.pickle(bytes("]q\0h\0a")))) == endless)
    #expect(try torchProblem(Make.archive(Make.pickle(bytes("}q\0K\u{1}h\0s")))) == endless)
    // Each list is twenty times in the next: more than any memory holds.
    let layer =
      Make.code("]q\0(") + bytes(String(repeating: "h\u{1}", count: 20)) + Make.code("eq\u{1}")
    let layers = [[UInt8]](repeating: layer, count: 15).joined()
    #expect(try torchProblem(Make.archive(Make.pickle(bytes("]q\u{1}") + layers))) == endless)
  }

  @Test("may hold 100,000 tensors and no more, with names of their own")
  func names() throws {
    func list(_ count: Int) -> [UInt8] {
      let items = [[UInt8]](repeating: Make.code("h\0"), count: count - 1).joined()
      return Make.archive(
        Make.pickle(Make.code("](") + Make.tensor() + Make.code("q\0") + items + Make.code("e")))
    }
    #expect(try torchProblem(list(100_000)) == nil)
    #expect(try torchProblem(list(100_001)) == .tooManyTensors(limit: 100_000))
    let inner = Make.dictionary([("b", Make.tensor())])
    let twice = Make.dictionary([("a.b", Make.tensor()), ("a", inner)])
    #expect(try torchProblem(Make.archive(Make.pickle(twice))) == .repeatedName("a.b"))
    // A name is put together for every value in its container.
    let long = Make.dictionary([(String(repeating: "x", count: 100_000), inner)])
    #expect(
      try torchProblem(Make.archive(Make.pickle(long)))
        == .object("has names of more than 1000 bytes"))
  }

  @Test("are read in the older ways to write them")
  func olderWays() throws {
    // An ordered dictionary of pairs, text of Python 2, a tensor without its later fields, and numbers in text.
    let pickle = Make.pickle(
      bytes("ccollections\nOrderedDict\n](](U\u{6}weight")
        + Make.global("torch._utils", "_rebuild_tensor") + bytes("(")
        + bytes("(U\u{7}storagectorch.cuda\nFloatStorage\nU\u{1}0U\u{6}cuda:0L2L\ntQ")
        + bytes("I1\n(I1\nt(I1\nttRee\u{85}R"))
    for bytes in [Make.archive(pickle), Make.stream(pickle)] {
      let file = try torchFile(bytes)
      #expect(file.entries.map(\.name) == ["weight"])
      #expect(try floats("weight", of: file) == [-2])
    }
  }

  /// One byte for each character: instructions above 0x7F are no UTF-8.
  private func bytes(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }
}
