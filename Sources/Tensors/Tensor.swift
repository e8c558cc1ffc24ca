/// A multidimensional array of numbers, which every model computes with.
///
/// A tensor is a value: operations return new ones. If an input is being differentiated, the result also holds its
/// origin (see `History`).
package struct Tensor: Sendable {
  package let shape: Shape
  package let device: Device
  package private(set) var region: Region
  package let history: History?

  package init(shape: Shape, region: Region, device: Device, history: History? = nil) {
    precondition(
      region.count == shape.elementCount,
      "tensor: \(region.count) elements do not fill the shape \(shape)")
    (self.shape, self.region, self.device, self.history) = (shape, region, device, history)
  }

  /// Creates a tensor with undefined contents, for a kernel that is about to write them.
  package init(
    uninitialized shape: Shape, type: ElementType = .float32, on device: Device
  ) {
    let buffer = device.backend.makeBuffer(count: shape.elementCount, type: type)
    self.init(shape: shape, region: Region(buffer), device: device)
  }

  /// Creates a tensor of the given numbers, in row-major order.
  package init(_ floats: [Float], shape: Shape, on device: Device = .cpu) {
    precondition(
      floats.count == shape.elementCount, "tensor: \(floats.count) numbers do not fill \(shape)")
    self.init(uninitialized: shape, on: device)
    device.backend.write(floats, to: region)
  }

  /// Creates a tensor whose elements all have one value.
  package init(repeating value: Float, shape: Shape, on device: Device = .cpu) {
    self.init(uninitialized: shape, on: device)
    device.backend.fill(region, with: value)
  }

  /// Creates a tensor of zeros.
  package init(zeros shape: Shape, type: ElementType = .float32, on device: Device = .cpu) {
    let buffer = device.backend.makeZeros(count: shape.elementCount, type: type)
    self.init(shape: shape, region: Region(buffer), device: device)
  }

  /// Creates a tensor `[B, H, W, 3]` from pictures of 8-bit RGB pixels, as `byte * scale + shift`.
  ///
  /// - Parameters:
  ///   - pictures: The pixels of each picture, all of one size.
  ///   - height: The height of the pictures, in pixels.
  ///   - width: The width of the pictures, in pixels.
  ///   - scale: One factor per channel.
  ///   - shift: One term per channel.
  ///   - type: The type of the elements, not bfloat16.
  ///   - device: The device of the tensor.
  package init(
    pictures: [[UInt8]], height: Int, width: Int, scale: [Float], shift: [Float],
    type: ElementType = .float32, on device: Device = .cpu
  ) {
    self.init(uninitialized: [pictures.count, height, width, 3], type: type, on: device)
    for (index, pixels) in pictures.enumerated() {
      device.backend.write(
        pixels: pixels, scale: scale, shift: shift, to: region.part(index, of: height * width * 3))
    }
  }

  /// Creates a tensor of a single number, of shape `[]`.
  package init(_ scalar: Float, on device: Device = .cpu) {
    self.init([scalar], shape: [], on: device)
  }

  package var elementType: ElementType { region.type }
  package var elementCount: Int { region.count }
  package var rank: Int { shape.count }

  /// All elements in row-major order.
  package var floats: [Float] { device.backend.floats(in: region) }

  /// The value of a tensor with one element.
  package var scalar: Float {
    precondition(
      elementCount == 1, "scalar: a tensor of shape \(shape) has \(elementCount) elements")
    return floats[0]
  }

  /// A Boolean value that is true if no element is infinite or NaN.
  package var isFinite: Bool { device.backend.isFinite(region) }

  /// Returns the same tensor without history.
  package func withoutGradient() -> Tensor {
    history == nil ? self : Tensor(shape: shape, region: region, device: device)
  }

  /// Lets `body` overwrite the elements, in place if nothing else refers to their memory.
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

  /// Interpolates linearly towards `other` by a share in `0...1`, in place.
  package mutating func approach(_ other: Tensor, share: Float) {
    let device = device
    update { device.backend.approach(other.region, share, $0) }
  }

  /// Clips every element to `-limit...limit`, in place, and returns the number of elements that were outside.
  package mutating func clip(to limit: Float) -> Int {
    var count = 0
    let device = device
    update { count = device.backend.clip($0, to: limit) }
    return count
  }

  /// Returns this tensor, to be overwritten, if nothing else refers to its memory, and nil otherwise.
  mutating func writableIfUnshared() -> Tensor? {
    guard history == nil, region.isUniquelyReferenced() else { return nil }
    region.buffer.contentsWillChange()
    return self
  }

  /// Returns a tensor with these elements, to be overwritten: this one if nothing else refers to its memory, and a
  /// copy otherwise.
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

  /// Returns the same tensor on another device.
  package func moved(to other: Device) -> Tensor {
    other == device ? self : Tensor(floats, shape: shape, on: other)
  }
}

extension Tensor: CustomStringConvertible {
  package var description: String {
    let shown = floats.prefix(8).map { "\($0)" }.joined(separator: ", ")
    return "Tensor\(shape) [\(shown)\(elementCount > 8 ? ", …" : "")]"
  }
}
