import Tensors

/// What the encoders of a captioner saw in pictures or clips.
package struct EncodedPictures: Sendable {
  /// By each of the models that caption together.
  package let byMember: [VisualFeatures]

  package init(byMember: [VisualFeatures]) { self.byMember = byMember }

  /// The pictures of all `parts`, of the same models; at least one part.
  package init(concatenating parts: [EncodedPictures]) {
    byMember = parts[0].byMember.indices.map { member in
      VisualFeatures(concatenating: parts.map { $0.byMember[member] })
    }
  }

  /// How many pictures or clips there are.
  package var count: Int { byMember[0].count }

  package func slice(_ range: Range<Int>) -> EncodedPictures {
    EncodedPictures(byMember: byMember.map { $0.slice(range) })
  }
}
