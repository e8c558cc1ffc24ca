import Tensors

/// What the encoders of a captioner saw in pictures.
package struct EncodedPictures: Sendable {
  /// By each of the models that caption together, `[P, F]` or `[P, L, F]`.
  package let byMember: [Tensor]

  package init(byMember: [Tensor]) { self.byMember = byMember }

  /// The pictures of all `parts`, of the same models; at least one part.
  package init(concatenating parts: [EncodedPictures]) {
    byMember = parts[0].byMember.indices.map { member in
      Tensor(concatenating: parts.map { $0.byMember[member] }, along: 0)
    }
  }

  /// How many pictures there are.
  package var count: Int { byMember[0].shape[0] }

  package func slice(_ range: Range<Int>) -> EncodedPictures {
    EncodedPictures(byMember: byMember.map { $0.slice(range) })
  }

  /// One picture, the mean of all.
  package var mean: EncodedPictures {
    EncodedPictures(
      byMember: byMember.map { $0.mean(over: [0]).reshaped(to: [1] + $0.shape.dropFirst()) })
  }
}
