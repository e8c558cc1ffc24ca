/// The types of recurrent cell.
///
/// To add one, write the cell in a file of its own with an entry for it, as `LSTM.swift` has, and name the
/// entry in `all`.
package struct CellType: RegistryEntry {
  package static let noun = "cell"
  package static let all: [CellType] = [.lstm, .gru, .rnn]

  /// The name that users type, which is its name in weight files and in `config.json`, too.
  package let name: String
  package let options: [any ComponentOption]
  /// Returns what makes the layers of a decoder.
  package let layers: @Sendable (Configured<CellType>) -> any LayerMaking

  package init(
    _ name: String, options: [any ComponentOption] = [],
    layers: @escaping @Sendable (Configured<CellType>) -> any LayerMaking
  ) {
    (self.name, self.options, self.layers) = (name, options, layers)
  }
}

/// A maker of the layers of a decoder, which are all of one type.
package protocol LayerMaking<Layer>: Sendable {
  associatedtype Layer: RecurrentLayer

  /// Returns a layer whose parameters are all zero.
  func layer(inputSize: Int, hiddenSize: Int) -> Layer
}

extension LayerMaking {
  /// Returns one layer, or several on top of each other, whose parameters are all zero.
  package func cell(
    inputSize: Int, hiddenSize: Int, layerCount: Int, isResidual: Bool
  ) -> any RecurrentCell {
    let lowest = layer(inputSize: inputSize, hiddenSize: hiddenSize)
    guard layerCount > 1 else { return lowest }
    let others = (1..<layerCount).map { _ in
      layer(inputSize: hiddenSize, hiddenSize: hiddenSize)
    }
    return Stacked([lowest] + others, isResidual: isResidual)
  }
}

/// A maker of layers from sizes of input and hidden state.
package struct LayerMaker<Layer: RecurrentLayer>: LayerMaking {
  private let make: @Sendable (Int, Int) -> Layer

  package init(_ make: @escaping @Sendable (Int, Int) -> Layer) { self.make = make }

  package func layer(inputSize: Int, hiddenSize: Int) -> Layer { make(inputSize, hiddenSize) }
}
