import ArgumentParser
import Captioning
import Files

/// The options for tags, and for captions that the model is not sure of.
struct DoubtOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also print the n likeliest classes of the encoder's classifier, with their probabilities.",
      valueName: "n"))
  var tags: Int?
  @Option(
    help: ArgumentHelp(
      "Withhold captions whose confidence, the probability of being right, is below p; 'unsure' is the threshold "
        + "below which the model warns.", valueName: "p|unsure"))
  var minConfidence: DoubtPolicy.LeastConfidence?
  @Option(
    help: ArgumentHelp(
      "Text before captions that the model is unsure of, such as 'Could be: '.",
      valueName: "text"))
  var hedge: String?
  @Option(
    help: ArgumentHelp(
      "Reward words that the classifier suggests: nats for a class of probability 1 (default: the model's; 0 turns "
        + "it off).", valueName: "x"))
  var tagGuidance: Float?

  func validate() throws {
    if let tags { try check("--tags", tags, in: 1...Captioner.tagCount) }
    if let hedge,
      hedge.contains(where: {
        $0.isNewline || $0.unicodeScalars.contains { $0.properties.generalCategory == .control }
      })
    {
      throw ValidationError(
        "--hedge must be text without tabs, line breaks and other control characters.")
    }
    if let tagGuidance, !(0...100).contains(tagGuidance) {
      throw ValidationError("--tag-guidance must be from 0 to 100, not \(tagGuidance).")
    }
  }

  /// Applies the options to a captioner.
  ///
  /// - Throws: `Failure` if the model cannot follow them.
  func apply(to captioner: inout Captioner) throws(Failure) {
    let ensemble = captioner.ensemble
    if tags != nil || tagGuidance ?? 0 > 0, !ensemble.hasClassifier {
      throw Failure(
        "\(tags != nil ? "--tags" : "--tag-guidance"): the model's encoder has no classifier. Import the encoder "
          + "with --classifier, and train with it.", .configuration)
    }
    if tagGuidance ?? 0 > 0 { try ensemble.vocabulary.requireWholeWords(for: "--tag-guidance") }
    if minConfidence != nil || hedge != nil, !ensemble.hasConfidence {
      throw Failure(
        "\(minConfidence != nil ? "--min-confidence" : "--hedge"): the model does not know how sure it is, or several "
          + "caption together. Calibrate one: cutline model calibrate MODEL DATASET -o DIR",
        .configuration)
    }
    if tagGuidance ?? 0 > 0, captioner.search.isSampling {
      throw Failure(
        "--tag-guidance: rewards words in a beam search. Leave out --sample.", .configuration)
    }
    if minConfidence != nil || hedge != nil, captioner.search.isSampling {
      throw Failure(
        "\(minConfidence != nil ? "--min-confidence" : "--hedge"): there is no confidence in captions drawn at random. "
          + "Leave out --sample.", .configuration)
    }
    captioner.doubt = DoubtPolicy(leastConfidence: minConfidence, hedge: hedge)
    if let tagGuidance { captioner.tagGuidance = tagGuidance }
  }

  /// Returns the settings with those that decide what results have.
  ///
  /// - Parameters:
  ///   - settings: The settings of the search and the model.
  ///   - models: The models; the calibration of a single one may change.
  ///   - search: The search, which has a confidence unless it samples.
  ///   - configuration: The configuration of the first model.
  /// - Returns: The settings.
  func settings(
    _ settings: JSONValue, _ models: ModelEnsemble, _ search: CaptionSearch,
    _ configuration: ModelConfiguration
  ) -> JSONValue {
    guard case .object(var members) = settings else { return settings }
    if models.directories.count == 1, !search.isSampling,
      let digest = models.directories[0].confidenceDigest()
    {
      members.append(.init("confidence", .string(String(digest.prefix(16)))))
    }
    if let tags { members.append(.init("tags", .number(Double(tags)))) }
    switch minConfidence {
    case nil: break
    case .unsure: members.append(.init("min_confidence", "unsure"))
    case .probability(let p): members.append(.init("min_confidence", .number(p)))
    }
    if let hedge { members.append(.init("hedge", .string(hedge))) }
    let guidance = tagGuidance ?? configuration.tagGuidance
    if guidance > 0, !search.isSampling {
      members.append(.init("tag_guidance", .rounded(Double(guidance))))
    }
    return .object(members)
  }
}

extension DoubtPolicy.LeastConfidence: ExpressibleByArgument {
  public init?(argument: String) {
    if argument == "unsure" {
      self = .unsure
    } else {
      guard let p = Double(argument), (0...1).contains(p) else { return nil }
      self = .probability(p)
    }
  }
}
