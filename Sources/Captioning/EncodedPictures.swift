import Layers
import Tensors

/// The features of pictures or clips, by each model of a captioner.
package struct EncodedPictures: Sendable {
  /// The features by each of the models that caption together.
  package let byMember: [PackedSequence]

  package init(byMember: [PackedSequence]) { self.byMember = byMember }

  /// The pictures of all `parts`, of the same models; at least one part.
  package init(concatenating parts: [EncodedPictures]) {
    byMember = parts[0].byMember.indices.map { member in
      PackedSequence(concatenating: parts.map { $0.byMember[member] })
    }
  }

  /// The number of pictures or clips.
  package var count: Int { byMember[0].count }

  package func slice(_ range: Range<Int>) -> EncodedPictures {
    EncodedPictures(byMember: byMember.map { $0.slice(range) })
  }
}
