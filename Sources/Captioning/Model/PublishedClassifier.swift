import Files
import ImageEncoders
import Layers

/// The classifier in a file of published weights.
struct PublishedClassifier {
  let classes: PictureClasses
  /// The file that names the classes; nil if they are ImageNet's.
  let source: String?
  /// The names of its layers in the encoder, and in the file.
  private let layers: [(own: String, theirs: String)]

  /// - Parameters:
  ///   - file: The file.
  ///   - found: The encoder in it.
  ///   - beside: The settings beside the file.
  ///   - classes: The names of the classes; nil takes those beside the file, else ImageNet's.
  /// - Throws: `EncoderImportError` or `WeightsError` if there is no classifier, or one of other classes.
  init(
    in file: WeightsFile, _ found: EncoderRecognition, _ beside: PublishedSettings,
    named classes: EncoderImport.NamedClasses?
  ) throws {
    guard let layout = found.architecture.classifier else {
      throw EncoderImportError(file.path, .noClassifier(found.architecture.name))
    }
    layers = zip(layout.names, found.names.classifier).map { own, theirs in
      // transformers keeps its classifier beside the network, not inside.
      let isBeside =
        file.shape(of: "\(found.prefix)\(theirs).weight") == nil
        && file.shape(of: "\(theirs).weight") != nil
      return (own, isBeside ? theirs : found.prefix + theirs)
    }
    let last = "\(layers[layers.count - 1].theirs).weight"
    guard let count = file.shape(of: last)?.first else {
      throw EncoderImportError(file.path, .classifierMissing(last))
    }
    guard count > 1 else { throw EncoderImportError(file.path, .oneClass) }
    if classes == nil, let error = beside.classesError { throw error }
    let named = classes ?? beside.classes
    source = named?.path
    guard let found = named?.classes ?? PictureClasses(ofImageNet: count), found.count == count
    else {
      throw EncoderImportError(
        named?.path ?? file.path, .classes(count, found: named?.classes.count))
    }
    self.classes = found
  }

  /// Returns true if a tensor of the file belongs to one of its layers.
  func contains(_ name: String) -> Bool {
    layers.contains { name.hasPrefix("\($0.theirs).") }
  }

  /// Returns the names of its parameters in the file.
  func names(of parameters: [String]) -> [String] {
    parameters.map { parameter in
      let layer = layers.first { parameter.hasPrefix("\($0.own).") }
      return layer.map { $0.theirs + parameter.dropFirst($0.own.count) } ?? parameter
    }
  }
}
