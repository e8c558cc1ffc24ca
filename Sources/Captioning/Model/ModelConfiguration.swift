import Files
import ImageEncoders
import Layers
import Media

/// What `config.json` of a model folder says: everything but the numbers and the words.
package struct ModelConfiguration: Sendable, Equatable {
  package var encoder: EncoderConfiguration
  /// Absent for an encoder that was imported and has learned no captions yet.
  package var decoder: DecoderConfiguration?
  /// Which frames of clips it has learned to look at; nil where it has learned from pictures.
  package var frames: ClipSampling.Frames?
  /// How captions are found unless the user says otherwise.
  package var beamWidth = 3
  package var maximumWords = 20
  package var lengthPenalty = LengthPenalty.none
  /// How many words in a row no caption says twice; nil lets it.
  package var unrepeatedCount: Int?
  /// Who may use the model for what, where it came from, what it was trained on.
  package var provenance = Provenance()
  /// Scores by name, such as `cider`.
  package var metrics: [String: Double] = [:]

  package init(encoder: EncoderConfiguration, decoder: DecoderConfiguration? = nil) {
    (self.encoder, self.decoder) = (encoder, decoder)
  }

  /// How captions are found unless the user says otherwise.
  package var search: CaptionSearch {
    var search = BeamSearch(width: beamWidth, maximumWords: maximumWords)
    search.lengthPenalty = lengthPenalty
    search.rules.unrepeatedCount = unrepeatedCount
    return .beam(search)
  }
}

package struct Provenance: Sendable, Equatable {
  package var license: String?
  package var startedFrom: String?
  package var trainedOn: String?

  package init(license: String? = nil, startedFrom: String? = nil, trainedOn: String? = nil) {
    (self.license, self.startedFrom, self.trainedOn) = (license, startedFrom, trainedOn)
  }
}

/// Which encoder a model has and how pictures are prepared for it.
package struct EncoderConfiguration: Sendable, Equatable {
  package var architecture: EncoderArchitecture
  package var padding: PaddingStyle
  package var preprocessing: ImagePreprocessing
  /// Into how many parts a side of its map is cut, each of which is pooled by itself; 1 pools all at once.
  package var grid = 1

  package init(
    _ architecture: EncoderArchitecture, padding: PaddingStyle = .symmetric,
    preprocessing: ImagePreprocessing? = nil
  ) {
    (self.architecture, self.padding) = (architecture, padding)
    self.preprocessing = preprocessing ?? architecture.publishedPreprocessing
  }

  package func makeEncoder() -> any ImageEncoder {
    let encoder = architecture.makeEncoder(padding: padding)
    return grid == 1 ? encoder : GridPooling(encoder, side: grid)
  }
}

/// Which decoder a model has and how large it is.
package struct DecoderConfiguration: Sendable, Equatable {
  /// The recurrent cells there are, under the names that users type.
  package enum CellKind: String, Sendable, CaseIterable { case lstm, gru, rnn }

  /// How what a picture or clip shows gets among the words.
  package enum Reading: Sendable, Equatable {
    /// It is read once, before all words: Show and Tell.
    case first
    /// It is read beside every word, by the lowest layer, or factored by the one above: LRCN.
    case everyWord(isFactored: Bool)
    /// It is looked at again before each word, some of it more than the rest: Show, Attend and Tell.
    case attention(Places, annotationSize: Int, attentionSize: Int)
    /// A clip is read frame by frame before all words: S2VT.
    case frames
    /// A clip is read frame by frame and labelled after each, and its label is its only word: LRCN's
    /// activity recognition.
    case labels

    /// What attention chooses among.
    package enum Places: Sendable, Equatable {
      /// Positions of a picture.
      case positions
      /// Frames of a clip.
      case frames
    }
  }

  package var cell: CellKind
  /// When a GRU resets what it remembers.
  package var gruReset = GRU.Reset.after
  package var embeddingSize: Int
  package var hiddenSize: Int
  /// How many recurrent layers there are, one on top of the other.
  package var layerCount = 1
  /// Whether connections lead around each of them but the first.
  package var isResidual = false
  package var reading: Reading
  /// Whether words are scored by the rows of the word embedding.
  package var isTied = false

  package init(
    cell: CellKind = .lstm, embeddingSize: Int = 512, hiddenSize: Int = 512,
    reading: Reading = .first
  ) {
    (self.cell, self.embeddingSize, self.hiddenSize) = (cell, embeddingSize, hiddenSize)
    self.reading = reading
  }

  /// What the decoder reads of a picture or clip.
  package var featureKind: FeatureKind {
    switch reading {
    case .first, .everyWord: .pooled
    case .attention(.positions, _, _): .positions
    case .attention(.frames, _, _), .frames, .labels: .frames
    }
  }

  /// A decoder for what `encoder` sees, whose parameters are all zero, to be loaded or initialised.
  package func makeDecoder(
    reading encoder: any ImageEncoder, vocabularySize: Int
  ) -> any CaptionDecoder {
    makeDecoder(featureSize: encoder.featureSize(featureKind), vocabularySize: vocabularySize)
  }

  /// A decoder whose parameters are all zero, to be loaded or initialised.
  package func makeDecoder(featureSize: Int, vocabularySize: Int) -> any CaptionDecoder {
    func decoder(_ recurrence: some RecurrentCell) -> any CaptionDecoder {
      switch reading {
      case .attention(let places, let annotationSize, let attentionSize):
        ShowAttendAndTell(
          cell: recurrence, named: cell.rawValue,
          lookingAt: places == .frames ? .frames : .positions, annotationSize: annotationSize,
          attentionSize: attentionSize, featureSize: featureSize, vocabularySize: vocabularySize,
          isTied: isTied)
      case .labels:
        FrameClassifier(
          cell: recurrence, named: cell.rawValue, featureSize: featureSize,
          vocabularySize: vocabularySize)
      case .first, .everyWord, .frames:
        ShowAndTell(
          cell: recurrence, named: cell.rawValue, featureSize: featureSize,
          vocabularySize: vocabularySize, isTied: isTied)
      }
    }
    func decoder<Layer: RecurrentLayer>(of layer: (Int, Int) -> Layer) -> any CaptionDecoder {
      switch reading {
      case .first, .attention, .labels:
        let lowest = layer(cellInputSize, hiddenSize)
        guard layerCount > 1 else { return decoder(lowest) }
        let others = (1..<layerCount).map { _ in layer(hiddenSize, hiddenSize) }
        return decoder(Stacked([lowest] + others, isResidual: isResidual))
      case .everyWord(let isFactored):
        return LRCN(
          named: cell.rawValue, layerCount: layerCount, isFactored: isFactored,
          embeddingSize: embeddingSize, hiddenSize: hiddenSize, featureSize: featureSize,
          vocabularySize: vocabularySize, isTied: isTied, layer: layer)
      case .frames:
        return S2VT(
          named: cell.rawValue, embeddingSize: embeddingSize, hiddenSize: hiddenSize,
          featureSize: featureSize, vocabularySize: vocabularySize, isTied: isTied, layer: layer)
      }
    }
    return switch cell {
    case .lstm: decoder(of: LSTM.init)
    case .gru: decoder(of: { GRU(inputSize: $0, hiddenSize: $1, reset: gruReset) })
    case .rnn: decoder(of: RNN.init)
    }
  }

  /// Whether words may be tied: what they are scored by must be as long as a row of the embedding.
  package var canBeTied: Bool {
    if case .attention = reading { return true }
    return embeddingSize == hiddenSize
  }

  /// What does not fit together, which makes no decoder; nil if all does.
  package var problem: (key: String, problem: String)? {
    switch reading {
    case .everyWord(true) where layerCount < 2:
      ("layers", "must be 2 or more where the second layer reads the picture")
    case .frames where layerCount != 2:
      ("layers", "must be 2, of which one reads frames and one words")
    case .everyWord where isResidual, .frames where isResidual:
      ("residual", "is for decoders that read the picture first or with attention")
    case .labels where isTied:
      ("tied", "is for decoders that read words; one that classifies reads none")
    default:
      isTied && !canBeTied
        ? (
          "tied",
          "needs 'embed' and 'hidden' to be the same, not \(embeddingSize) and \(hiddenSize)"
        )
        : nil
    }
  }

  /// A word, and with attention what was seen.
  private var cellInputSize: Int {
    guard case .attention(_, let annotationSize, _) = reading else { return embeddingSize }
    return embeddingSize + annotationSize
  }
}
