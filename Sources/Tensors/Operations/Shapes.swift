// Operations that rearrange elements without changing their values.

extension Tensor {
  /// Returns the same elements in the same order with another shape, without a copy.
  ///
  /// One size may be -1; it is inferred from the others.
  package func reshaped(to shape: Shape) -> Tensor {
    let known = shape.filter { $0 >= 0 }.elementCount
    let sizes = shape.map { $0 >= 0 ? $0 : elementCount / max(known, 1) }
    precondition(
      sizes.elementCount == elementCount, "reshaped: \(self.shape) does not fit into \(shape)")
    let before = self.shape
    return Tensor(shape: sizes, region: region, device: device)
      .recorded(Pullback(to: self) { dy in dy.reshaped(to: before) })
  }

  /// Swaps two neighbouring axes, `axis` and the one after it.
  package func transposed(at axis: Int = 0) -> Tensor {
    precondition(axis + 1 < rank, "transposed: \(shape) has no axes \(axis) and \(axis + 1)")
    if elementType != .float32 { return inFloat32 { $0.transposed(at: axis) } }
    let (outer, inner) = (shape[..<axis].reduce(1, *), shape[(axis + 2)...].reduce(1, *))
    var swapped = shape
    swapped.swapAt(axis, axis + 1)
    let y = Tensor(uninitialized: swapped, on: device)
    device.backend.transpose(
      region, outer: outer, shape[axis], shape[axis + 1], inner: inner, into: y.region)
    return y.recorded(Pullback(to: self) { dy in dy.transposed(at: axis) })
  }

  /// Splits the tensor into parts of the given sizes along one axis.
  package func split(sizes: [Int], along axis: Int) -> [Tensor] {
    precondition(
      sizes.reduce(0, +) == shape[axis],
      "split: \(sizes) does not add up to axis \(axis) of \(shape)")
    let (outer, inner) = sizesAround(axis)
    let (shape, type, device) = (shape, elementType, device)
    let full = shape[axis] * inner
    var offset = 0
    let parts = sizes.map { size in
      defer { offset += size * inner }
      let part = shape.replacing(axis, with: size)
      // Parts along the first axis are contiguous in memory and need no copy.
      if outer == 1 {
        let region = Region(
          self.region.buffer, offset: self.region.offset + offset, count: size * inner)
        return Tensor(shape: part, region: region, device: device)
      }
      let y = Tensor(uninitialized: part, type: elementType, on: device)
      device.backend.copyRows(
        Region(region.buffer, offset: region.offset + offset, count: region.count - offset),
        stride: full, into: y.region, stride: size * inner, rows: outer, columns: size * inner)
      return y
    }
    return recordedJointly(parts, from: [self]) { gradients in
      let filled = zip(gradients, sizes).map { gradient, size in
        gradient ?? Tensor(zeros: shape.replacing(axis, with: size), type: type, on: device)
      }
      return [Tensor(concatenating: filled, along: axis)]
    }
  }

  /// Splits the tensor into `count` equal parts along one axis.
  package func split(into count: Int, along axis: Int) -> [Tensor] {
    split(sizes: Array(repeating: shape[axis] / count, count: count), along: axis)
  }

  /// Returns the part of the tensor in `range` along one axis.
  package func slice(_ range: Range<Int>, along axis: Int = 0) -> Tensor {
    split(
      sizes: [range.lowerBound, range.count, shape[axis] - range.upperBound], along: axis)[1]
  }

  /// Concatenates tensors along an axis, in whose size they may differ.
  package init(concatenating parts: [Tensor], along axis: Int) {
    precondition(!parts.isEmpty, "concatenating: no tensors")
    let type = parts[0].elementType
    if parts.contains(where: { $0.elementType.isQuantized && $0.elementType != type }) {
      self.init(concatenating: parts.map { $0.converted(to: .float32) }, along: axis)
      return
    }
    let sizes = parts.map { $0.shape[axis] }
    let shape = parts[0].shape.replacing(axis, with: sizes.reduce(0, +))
    let y = Tensor(uninitialized: shape, type: parts[0].elementType, on: parts[0].device)
    let (outer, inner) = y.sizesAround(axis)
    var offset = 0
    for part in parts where part.elementCount > 0 {
      precondition(
        part.shape.replacing(axis, with: shape[axis]) == shape,
        "concatenating: \(part.shape) beside \(parts[0].shape) along axis \(axis)")
      let columns = part.shape[axis] * inner
      y.device.backend.copyRows(
        part.region, stride: columns,
        into: Region(y.region.buffer, offset: offset, count: y.elementCount - offset),
        stride: shape[axis] * inner, rows: outer, columns: columns)
      offset += columns
    }
    self =
      recordedJointly([y], from: parts) { gradients in
        gradients[0]?.split(sizes: sizes, along: axis) ?? sizes.map { _ in nil }
      }[0]
  }

  /// Returns the products of the sizes before and after an axis.
  func sizesAround(_ axis: Int) -> (outer: Int, inner: Int) {
    (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
  }
}

extension Shape {
  func replacing(_ axis: Int, with size: Int) -> Shape {
    var shape = self
    shape[axis] = size
    return shape
  }
}
