import Tensors

#if canImport(Glibc)
import Glibc
#endif

extension ReferenceBackend {
  package func multiply(
    _ left: Region, _ right: Region, _ bias: Region?, _ product: Product, into y: Region
  ) {
    let (a, b, biases) = (left.values, right.values, bias?.values)
    let (rows, columns, inner) = (product.rows, product.columns, product.inner)
    var values = product.accumulates ? y.values : Array(repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = biases?[column] ?? 0
        for k in 0..<inner {
          let i = product.transposeLeft ? k * rows + row : row * inner + k
          let j = product.transposeRight ? column * inner + k : k * columns + column
          sum += a[i] * b[j]
        }
        values[row * columns + column] += sum
      }
    }
    y.values = values.map { $0.activated(by: product.activation) }
  }

  package func convolve(
    _ x: Region, _ kernel: QuantizedKernel, adding addend: ElementType?, _ window: Window,
    into y: Region
  ) {
    let perChannel = kernel.weight.elementCount / kernel.scales.count
    let weight = Tensor(
      doubles: kernel.weight.doubles.enumerated().map {
        $1 * Double(kernel.scales[$0 / perChannel])
      }, shape: kernel.weight.shape, on: kernel.weight.device)
    let bias = Tensor(
      doubles: kernel.bias.map(Double.init), shape: [kernel.bias.count],
      on: kernel.weight.device)
    convolve(
      x, weight.region, bias.region, adding: addend == nil ? nil : y, window, into: y)
    y.values = y.values.map { $0.rounded(to: y.type) }
  }

  package func convolve(
    _ x: Region, _ weight: Region, _ bias: Region?, adding addend: Region?, _ window: Window,
    into y: Region
  ) {
    let (input, kernel) = (x.values, weight.values)
    var sums = addend?.values ?? Array(repeating: 0, count: y.count)
    if let biases = bias?.values {
      for index in sums.indices { sums[index] += biases[index % biases.count] }
    }
    window.forEachProduct { x, w, y in sums[y] += input[x] * kernel[w] }
    y.values = sums.map { $0.activated(by: window.activation) }
  }

  package func convolutionInputGradient(
    _ dy: Region, _ weight: Region, _ window: Window, into dx: Region
  ) {
    let (gradient, kernel) = (dy.values, weight.values)
    var sums = Array(repeating: 0.0, count: dx.count)
    window.forEachProduct { x, w, y in sums[x] += gradient[y] * kernel[w] }
    dx.values = sums
  }

  package func convolutionWeightGradient(
    _ x: Region, _ dy: Region, _ window: Window, into dweight: Region, _ dbias: Region?
  ) {
    let (input, gradient) = (x.values, dy.values)
    var sums = Array(repeating: 0.0, count: dweight.count)
    window.forEachProduct { x, w, y in sums[w] += gradient[y] * input[x] }
    dweight.values = sums
    guard let dbias else { return }
    var biasSums = Array(repeating: 0.0, count: dbias.count)
    for (index, dy) in gradient.enumerated() { biasSums[index % dbias.count] += dy }
    dbias.values = biasSums
  }
}

extension Double {
  fileprivate func activated(by activation: Activation) -> Double {
    switch activation {
    case .linear: self
    case .relu: max(self, 0)
    case .relu6: min(max(self, 0), 6)
    case .silu: self / (1 + exp(-self))
    case .hardSwish: self * min(max(self + 3, 0), 6) / 6
    case .gelu: self * (1 + erf(self / 2.0.squareRoot())) / 2
    }
  }
}

extension Window {
  /// Calls `body` with the indices in input, weight and output of every product of a convolution.
  fileprivate func forEachProduct(_ body: (_ x: Int, _ weight: Int, _ y: Int) -> Void) {
    let (inputs, outputs) = (channels / groups, outputChannels / groups)
    forEachTap { input, tap, output in
      for o in 0..<outputChannels {
        let x = input * channels + o / outputs * inputs
        let weight = o * inputs * kernelHeight * kernelWidth + tap
        for i in 0..<inputs {
          body(x + i, weight + i * kernelHeight * kernelWidth, output * outputChannels + o)
        }
      }
    }
  }

  /// Calls `body` with the indices in input, window and output of each pixel that a window covers.
  func forEachTap(_ body: (_ input: Int, _ tap: Int, _ output: Int) -> Void) {
    for output in 0..<batch * outputHeight * outputWidth {
      let (y, x) = (output / outputWidth % outputHeight, output % outputWidth)
      let picture = output / outputWidth / outputHeight
      for tap in 0..<kernelHeight * kernelWidth {
        let row = y * stride + tap / kernelWidth - padding.top
        let column = x * stride + tap % kernelWidth - padding.left
        guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
        body((picture * height + row) * width + column, tap, output)
      }
    }
  }
}
