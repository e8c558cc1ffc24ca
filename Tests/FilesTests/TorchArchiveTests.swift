import TestSupport
import Testing

@testable import Files

/// Storages and archives that PyTorch never writes.
@Suite("Storages of weights")
struct TorchArchiveTests {
  private typealias Make = TorchBytes

  private static func weight(_ tensor: [UInt8]) -> [UInt8] {
    Make.pickle(Make.dictionary([("weight", tensor)]))
  }

  // MARK: Tensors

  @Test(
    "are refused where a tensor does not fit",
    arguments: [
      (Make.tensor([3]), TorchError.Problem.outside(tensor: "weight", needed: 12, found: 8)),
      (Make.tensor([2], offset: 1), .outside(tensor: "weight", needed: 12, found: 8)),
      (Make.tensor([2], strides: [2]), .outside(tensor: "weight", needed: 12, found: 8)),
      (Make.tensor(storage: Make.storage(3)), .outside(tensor: "weight", needed: 12, found: 8)),
      (
        Make.tensor(storage: Make.storage(2, type: "DoubleStorage")),
        .outside(tensor: "weight", needed: 16, found: 8)
      ),
      (Make.tensor(storage: Make.storage(2, key: "9")), .missingRecord("data/9")),
      (Make.tensor(storage: Make.storage(2, key: "../0")), .missingRecord("data/../0")),
      (Make.tensor(storage: Make.storage(2, type: "OtherStorage")), .refused("torch.OtherStorage")),
      (Make.tensor(storage: Make.storage(2, type: "QInt8Storage")), .quantized),
      (
        Make.tensor(storage: Make.storage(.max)),
        .outside(tensor: "weight", needed: .max, found: 8)
      ),
      (Make.tensor([.max], strides: [1]), .shapeOverflow(tensor: "weight")),
      (Make.tensor([2], strides: [.max]), .shapeOverflow(tensor: "weight")),
      (Make.tensor(offset: .max), .shapeOverflow(tensor: "weight")),
      (Make.tensor([1 << 62, 1 << 62], strides: [0, 0]), .shapeOverflow(tensor: "weight")),
      // Without its empty axis, each would be more than any memory holds.
      (
        Make.tensor([0, 1 << 62, 1 << 62], strides: [1, 1 << 62, 1]),
        .shapeOverflow(tensor: "weight")
      ),
      (Make.tensor([1 << 62, 1 << 62, 0], strides: [1, 1, 1]), .shapeOverflow(tensor: "weight")),
      // One element, four terabytes when it is repeated.
      (Make.tensor([1 << 40], strides: [0]), .shapeOverflow(tensor: "weight")),
      (Make.tensor([-1]), .object("_rebuild_tensor_v2 is not called as PyTorch does")),
      (
        Make.tensor([2], strides: [-1]), .object("_rebuild_tensor_v2 is not called as PyTorch does")
      ),
      (Make.tensor(offset: -1), .object("_rebuild_tensor_v2 is not called as PyTorch does")),
      (Make.tensor([2, 1]), .object("_rebuild_tensor_v2 is not called as PyTorch does")),
      (
        Make.tensor(
          [Int](repeating: 1, count: 65), strides: [Int](repeating: 1, count: 65)),
        .object("_rebuild_tensor_v2 is not called as PyTorch does")
      ),
      (
        Make.tensor(storage: Make.storage(-2)),
        .object("a reference to a storage is not as PyTorch writes it")
      ),
    ])
  func unfit(tensor: [UInt8], problem: TorchError.Problem) throws {
    #expect(try torchProblem(Make.archive(Self.weight(tensor))) == problem)
  }

  @Test("say what is wrong with a tensor")
  func descriptions() {
    let remedy = "It was cut off or damaged on its way; get a fresh copy."
    for (problem, message) in [
      (
        .outside(tensor: "w", needed: 12, found: 8),
        "tensor 'w' needs 12 bytes of its storage, which has 8"
      ),
      (.missingRecord("data/9"), "the archive has no record 'data/9'"),
      (.shapeOverflow(tensor: "w"), "tensor 'w' has a shape that is more than any memory holds"),
      (.truncated, "the file ends before its weights do"),
      (.archive("has no directory"), "the zip archive has no directory"),
      (
        .pickle("takes more than there is", at: 3), "the pickle takes more than there is, at byte 3"
      ),
      (.overlap("the records 'a' and 'b'"), "the records 'a' and 'b' share bytes"),
    ] as [(TorchError.Problem, String)] {
      #expect(TorchError("model", problem).description == "model: \(message). \(remedy)")
    }
  }

  @Test("are read with strides that say nothing")
  func strides() throws {
    for (tensor, values) in [
      (Make.tensor([1], strides: [.max]), [1]), (Make.tensor([], strides: []), [1]),
      (Make.tensor([3, 1], strides: [2, .max], storage: Make.storage(6)), [1, 3, 5]),
      (Make.tensor([1, 2, 1], strides: [.max, 3, .max], storage: Make.storage(6)), [1, 4]),
      (Make.tensor([2, 3], strides: [1, 2], storage: Make.storage(6)), [1, 3, 5, 2, 4, 6]),
      (Make.tensor([0, 5], strides: [.max, .max], offset: 100), []),
    ] as [([UInt8], [Float])] {
      let file = try torchFile(Make.archive(Self.weight(tensor), [1, 2, 3, 4, 5, 6]))
      #expect(try floats("weight", of: file) == values)
    }
  }

  // MARK: Archives

  private static let pickle = Make.Record("a/data.pkl", weight(Make.tensor()))
  private static let numbers = Make.Record("a/data/0", Make.data([1.5, -2]))

  @Test(
    "are refused where an archive is not as PyTorch writes it",
    arguments: [
      ([pickle.with(method: 8), numbers], .archive("has the record 'a/data.pkl' compressed")),
      ([pickle, numbers.with(method: 8)], .archive("has the record 'a/data/0' compressed")),
      ([numbers.with(extraSize: 50), pickle], .overlap("the records 'a/data/0' and 'a/data.pkl'")),
      ([pickle, numbers.with(extraSize: 500)], .truncated),
      (
        [pickle, numbers.with(shift: 1)],
        .archive("has no record 'a/data/0' where its directory says")
      ),
      ([pickle, numbers, numbers], .archive("has two records 'a/data/0'")),
      ([pickle, Make.Record("b/data/0", numbers.bytes)], .missingRecord("data/0")),
      ([numbers], .object("is a zip archive, but not one of torch.save")),
      (
        [pickle, numbers, Make.Record("b/data.pkl", pickle.bytes)],
        .archive("has more than one record 'data.pkl'")
      ),
      ([pickle, numbers, Make.Record("a/constants.pkl", [])], .script),
      ([Make.Record("a/byteorder", Make.code("big")), pickle, numbers], .bigEndian),
    ] as [([TorchBytes.Record], TorchError.Problem)])
  func archives(records: [TorchBytes.Record], problem: TorchError.Problem) throws {
    #expect(try torchProblem(Make.archive(records)) == problem)
    #expect(try torchProblem(Make.archive(records, isWide: true)) == problem)
  }

  @Test("are refused where the directory of an archive is damaged")
  func directories() throws {
    let records = [Self.pickle, Self.numbers]
    let whole = Make.archive(records)
    func changed(_ distance: Int, to bytes: [UInt8]) -> [UInt8] {
      var changed = whole
      changed.replaceSubrange(
        whole.count - distance..<whole.count - distance + bytes.count, with: bytes)
      return changed
    }
    #expect(try torchProblem(Array(whole.dropLast())) == .archive("has no directory"))
    #expect(try torchProblem(Array(whole.prefix(4))) == .archive("has no directory"))
    #expect(try torchProblem(changed(6, to: [1, 0, 0, 0])) == .archive("has a damaged directory"))
    #expect(try torchProblem(changed(12, to: [3, 0])) == .archive("has a damaged directory"))
    #expect(
      try torchProblem(changed(12, to: [0xFF, 0xFF]))
        == .archive("has no directory of wide numbers"))
    #expect(
      try torchProblem(Make.archive(records, isWide: true, count: 200_001))
        == .archive("has more than 200000 records"))
    #expect(
      try torchProblem(Make.archive(records, isWide: true, count: .max))
        == .archive("has more than 200000 records"))
  }

  @Test("are read with wide numbers, and with a comment at the end")
  func wideNumbers() throws {
    let records = [Self.pickle, Self.numbers]
    for bytes in [
      Make.archive(records, isWide: true), Make.archive(records) + Make.code("a comment"),
    ] {
      #expect(try floats("weight", of: torchFile(bytes)) == [1.5, -2])
    }
  }

  // MARK: Streams

  @Test("are refused where a file before PyTorch 1.6 is not as it wrote it")
  func streams() throws {
    let pickle = Self.weight(Make.tensor())
    let whole = Make.stream(pickle)
    #expect(try torchProblem(whole) == nil)
    let problems: [([UInt8], TorchError.Problem)] = [
      (pickle, .object("is a pickle of Python, but not one of torch.save")),
      (Array(whole.prefix(14)), .truncated), (Array(whole.dropLast()), .truncated),
      (Array(whole.dropLast(9)), .truncated),
      (Make.stream(pickle, version: 1002), .object("has a version that is not 1001")),
      (Make.stream(pickle, isLittleEndian: false), .bigEndian),
      (Make.stream(pickle, keys: []), .missingRecord("data/0")),
      (
        Make.stream(pickle, keys: ["0", "1"]),
        .object("lists the storage '1', which no tensor is a view of")
      ),
      (Make.stream(pickle, elements: [1]), .outside(tensor: "weight", needed: 8, found: 4)),
      ([UInt8](repeating: 65, count: 257) + Make.code("ustar"), .oldArchive),
    ]
    for (bytes, problem) in problems { #expect(try torchProblem(bytes) == problem) }
  }

  @Test("are read as views of storages, which PyTorch 0.2 wrote")
  func storageViews() throws {
    // The second element of the storage 0, which is the storage 1.
    let view =
      Make.code("(") + Make.text("storage") + Make.global("torch", "FloatStorage") + Make.text("0")
      + Make.text("cpu") + Make.integer(3) + Make.code("(") + Make.text("1") + Make.integer(1)
      + Make.integer(2) + Make.code("ttQ")
    let pickle = Self.weight(Make.tensor(storage: view))
    let file = try torchFile(Make.stream(pickle, elements: [1, 2, 3]))
    #expect(try floats("weight", of: file) == [2, 3])
  }
}
