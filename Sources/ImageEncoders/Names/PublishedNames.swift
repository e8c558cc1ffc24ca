/// The names that a library gives the tensors of an encoder, and how its networks differ otherwise.
package struct PublishedNames: Sendable {
  /// The library, for messages.
  package let library: String
  /// The beginnings of the names of tensors that belong to the classifier.
  package let classifierPrefixes: [String]
  /// The names of the classifier's layers, in the order of the encoder's own.
  package let classifier: [String]
  /// The padding style of its convolutions; nil leaves it to the encoder.
  package let padding: PaddingStyle?
  /// The ε of its norms less that of the encoder's; the variances take it up.
  package let epsilonDifference: Float
  /// A word in the names of its models that tells them from those of another library with the same names.
  package let mark: String?
  private let rename: @Sendable ([String]) -> [String]

  /// - Parameters:
  ///   - library: The library, for messages.
  ///   - classifierPrefixes: The beginnings of the names of tensors that belong to the classifier.
  ///   - classifier: The names of its layers; nil if they are the prefixes.
  ///   - padding: The padding style of its convolutions.
  ///   - epsilonDifference: The ε of its norms less that of the encoder's.
  ///   - mark: A word in the names of its models.
  ///   - rename: Returns its names of the encoder's parameters, in their order.
  init(
    _ library: String, classifierPrefixes: [String], classifier: [String]? = nil,
    padding: PaddingStyle? = nil, epsilonDifference: Float = 0,
    mark: String? = nil, rename: @escaping @Sendable ([String]) -> [String]
  ) {
    (self.library, self.classifierPrefixes) = (library, classifierPrefixes)
    self.classifier = classifier ?? classifierPrefixes.map { String($0.dropLast()) }
    (self.padding, self.epsilonDifference) = (padding, epsilonDifference)
    (self.mark, self.rename) = (mark, rename)
  }

  /// Returns true if a tensor belongs to the classifier.
  package func isClassifier(_ name: String) -> Bool {
    classifierPrefixes.contains { name.hasPrefix($0) }
  }

  /// Returns the library's names of an encoder's parameters.
  package func names(of parameters: [String]) -> [String] { rename(parameters) }
}

extension EncoderArchitecture {
  /// The encoder's own names.
  package var ownNames: PublishedNames {
    PublishedNames(
      library, classifierPrefixes: classifierPrefixes, classifier: classifier?.names,
      padding: publishedPadding
    ) { $0 }
  }
}
