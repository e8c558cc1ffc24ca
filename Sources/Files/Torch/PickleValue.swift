/// A value on the stack of a pickle.
///
/// Containers can refer to each other and to themselves, so they are kept in `PickleHeap` and named by number.
enum PickleValue: Sendable {
  case none
  case bool(Bool)
  case int(Int)
  /// A number with a fraction, or a whole number of more than 64 bits, neither of which is ever needed.
  case number
  case text(String)
  /// Bytes that are no text.
  case bytes
  case tuple(Int)
  case list(Int)
  case dictionary(Int)
  /// A class or function of Python, which is named and never called.
  indirect case global(module: String, name: String)
  indirect case storage(TorchStorage)
  indirect case tensor(TorchTensor)
  case mark
}

/// The containers of a pickle, by their numbers.
struct PickleHeap {
  /// The items of tuples and lists.
  private(set) var sequences: [[PickleValue]] = []
  /// The items of dictionaries, in their order.
  private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []

  /// The number of items that dictionaries were made with.
  private(set) var dictionaryItemCount = 0

  /// The element type of each storage that was referred to, by its key; nil for bytes.
  private(set) var storageElements: [String: StoredElement?] = [:]

  mutating func record(_ storage: TorchStorage) {
    storageElements[storage.key] = .some(storage.element)
  }

  mutating func makeTuple(_ items: [PickleValue]) -> PickleValue {
    sequences.append(items)
    return .tuple(sequences.count - 1)
  }

  mutating func makeList(_ items: [PickleValue] = []) -> PickleValue {
    sequences.append(items)
    return .list(sequences.count - 1)
  }

  mutating func makeDictionary(
    _ items: [(key: PickleValue, value: PickleValue)] = []
  ) -> PickleValue {
    dictionaryItemCount += items.count
    dictionaries.append(items)
    return .dictionary(dictionaries.count - 1)
  }

  mutating func append(_ items: ArraySlice<PickleValue>, to list: Int) {
    sequences[list] += items
  }

  mutating func append(_ item: (key: PickleValue, value: PickleValue), to dictionary: Int) {
    dictionaries[dictionary].append(item)
  }

  /// The items of a tuple; nil for any other value.
  func tuple(_ value: PickleValue) -> [PickleValue]? {
    guard case .tuple(let number) = value else { return nil }
    return sequences[number]
  }

  /// The items of a tuple or list; nil for any other value.
  func items(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .tuple(let number), .list(let number): sequences[number]
    default: nil
    }
  }

  /// The whole numbers of a tuple or list; nil for any other value.
  func integers(_ value: PickleValue) -> [Int]? {
    guard let items = items(value) else { return nil }
    let integers = items.compactMap(\.integer)
    return integers.count == items.count ? integers : nil
  }
}

extension PickleValue {
  var integer: Int? {
    guard case .int(let value) = self else { return nil }
    return value
  }

  var text: String? {
    guard case .text(let value) = self else { return nil }
    return value
  }
}
