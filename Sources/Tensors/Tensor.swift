/// A box of numbers with a shape: the one value that every model computes with.
///
/// A tensor never changes; operations return new ones. Where an input is being differentiated, the
/// result also remembers how it came about (see `History`).
public struct Tensor: Sendable {
  public let shape: Shape
  public let device: Device
  package private(set) var region: Region
  package let history: History?

  package init(shape: Shape, region: Region, device: Device, history: History? = nil) {
    precondition(
      region.count == shape.elementCount,
      "tensor: \(region.count) elements do not fill the shape \(shape)")
    (self.shape, self.region, self.device, self.history) = (shape, region, device, history)
  }

  /// A tensor with unwritten contents, for the kernel that is about to write them.
  package init(
    uninitialized shape: Shape, type: ElementType = .float32, on device: Device
  ) {
    let buffer = device.backend.makeBuffer(count: shape.elementCount, type: type)
    self.init(shape: shape, region: Region(buffer), device: device)
  }

  /// A tensor of the given numbers, in row-major order.
  public init(_ floats: [Float], shape: Shape, on device: Device = .cpu) {
    precondition(
      floats.count == shape.elementCount, "tensor: \(floats.count) numbers do not fill \(shape)")
    self.init(uninitialized: shape, on: device)
    device.backend.write(floats, to: region)
  }

  /// A tensor that holds one value everywhere.
  public init(repeating value: Float, shape: Shape, on device: Device = .cpu) {
    self.init(uninitialized: shape, on: device)
    device.backend.fill(region, with: value)
  }

  /// A tensor of zeros.
  public init(zeros shape: Shape, type: ElementType = .float32, on device: Device = .cpu) {
    let buffer = device.backend.makeZeros(count: shape.elementCount, type: type)
    self.init(shape: shape, region: Region(buffer), device: device)
  }

  /// Pictures of 8-bit RGB pixels, `[B, H, W, 3]`, as `byte * scale + shift`.
  ///
  /// - Parameters:
  ///   - pictures: The pixels of each picture, all of one size.
  ///   - height: The pictures' height.
  ///   - width: The pictures' width.
  ///   - scale: One factor per channel.
  ///   - shift: One term per channel.
  ///   - device: Where the tensor will live.
  package init(
    pictures: [[UInt8]], height: Int, width: Int, scale: [Float], shift: [Float],
    on device: Device = .cpu
  ) {
    self.init(uninitialized: [pictures.count, height, width, 3], on: device)
    for (index, pixels) in pictures.enumerated() {
      device.backend.write(
        pixels: pixels, scale: scale, shift: shift, to: region.part(index, of: height * width * 3))
    }
  }

  /// A single number, of shape `[]`.
  public init(_ scalar: Float, on device: Device = .cpu) {
    self.init([scalar], shape: [], on: device)
  }

  public var elementType: ElementType { region.type }
  public var elementCount: Int { region.count }
  public var rank: Int { shape.count }

  /// All elements in row-major order.
  public var floats: [Float] { device.backend.floats(in: region) }

  /// The value of a tensor with one element.
  public var scalar: Float {
    precondition(
      elementCount == 1, "scalar: a tensor of shape \(shape) has \(elementCount) elements")
    return floats[0]
  }

  /// Whether no element is infinite or NaN.
  public var isFinite: Bool { device.backend.isFinite(region) }

  /// The same numbers without a memory of where they came from.
  public func withoutGradient() -> Tensor {
    history == nil ? self : Tensor(shape: shape, region: region, device: device)
  }

  /// Lets `body` overwrite the numbers, in place if nobody else can see them.
  package mutating func update(_ body: (Region) -> Void) {
    precondition(history == nil, "update: a tensor with history must keep its value")
    if !region.isUniquelyReferenced() {
      let copy = Tensor(uninitialized: shape, type: elementType, on: device)
      device.backend.convert(region, into: copy.region)
      region = copy.region
    }
    region.buffer.contentsWillChange()
    body(region)
  }

  /// Moves the numbers towards those of `other` by a share of the way, in `0...1`.
  package mutating func approach(_ other: Tensor, share: Float) {
    let device = device
    update { device.backend.approach(other.region, share, $0) }
  }

  /// Cuts every number to `-limit...limit`, in place, and returns how many were beyond.
  package mutating func clip(to limit: Float) -> Int {
    var count = 0
    let device = device
    update { count = device.backend.clip($0, to: limit) }
    return count
  }

  /// This very tensor, to be overwritten, if nobody else can see its numbers.
  mutating func writableIfUnshared() -> Tensor? {
    guard history == nil, region.isUniquelyReferenced() else { return nil }
    region.buffer.contentsWillChange()
    return self
  }

  /// These numbers, to be overwritten: in place if nobody else can see them, else a copy.
  consuming func takenOver() -> Tensor {
    let device = device
    if region.isUniquelyReferenced() {
      region.buffer.contentsWillChange()
      return Tensor(shape: shape, region: region, device: device)
    }
    let copy = Tensor(uninitialized: shape, type: elementType, on: device)
    device.backend.convert(region, into: copy.region)
    return copy
  }

  /// The same numbers on another device.
  package func moved(to other: Device) -> Tensor {
    other == device ? self : Tensor(floats, shape: shape, on: other)
  }
}

extension Tensor: CustomStringConvertible {
  public var description: String {
    let shown = floats.prefix(8).map { "\($0)" }.joined(separator: ", ")
    return "Tensor\(shape) [\(shown)\(elementCount > 8 ? ", …" : "")]"
  }
}
