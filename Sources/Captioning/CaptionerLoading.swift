import Tensors

extension Captioner {
  /// The numbers that a captioner computes with.
  public enum Precision: Sendable {
    case float32
    /// About twice as fast on a processor with AVX-512 or AMX instructions for it. Features keep two to three
    /// digits, and a few captions differ.
    case bfloat16
    /// Whole numbers of 8 bits in the encoder, which is faster again, for a model that was quantized with
    /// `cutline model quantize`. The search multiplies in bfloat16, where the processor does that fast.
    case int8
    /// The fastest that the processor has, if the model says what it costs.
    case automatic
  }

  /// Loads a captioner.
  ///
  /// The files are compared with their checksums on another thread; the first captions wait for the outcome.
  /// A classifier of clips can be loaded, too: its captions are labels.
  ///
  /// - Parameters:
  ///   - model: The path of a model's folder, or a name. A name without a slash that is no folder is looked up in
  ///     the folders of `CUTLINE_MODEL_PATH`, in `models` beside the program's `Package.swift` or
  ///     `share/cutline/models` of its installation, in `~/.local/share/cutline/models` and in
  ///     `/usr/share/cutline/models`, as the command-line program does.
  ///   - search: The method that finds captions; nil is the one of the model's configuration.
  ///   - precision: The numbers that the encoder computes with.
  ///   - threads: The number of threads to compute with, at least 1; nil is all cores of the process.
  /// - Throws: `ModelError` if there is no such model, if it is damaged, if it holds no captioner, if a setting of
  ///   the search is out of its range, or if the processor or the model does not have the precision.
  public init(
    model: String, search: CaptionSearch? = nil, precision: Precision = .float32,
    threads: Int? = nil
  ) throws(ModelError) {
    try self.init(models: [model], search: search, precision: precision, threads: threads)
  }

  /// Loads several models that caption together, as one captioner.
  ///
  /// A word is as probable as the models find it on average. They need the same vocabulary and the same crop of
  /// pictures. The settings of the first model count.
  ///
  /// - Parameters:
  ///   - models: The paths or names of at least one model.
  ///   - weights: The weight of each model's probabilities, above 0; nil weighs all alike.
  ///   - search: The method that finds captions; nil is the one of the first model's configuration.
  ///   - precision: The numbers that the encoders compute with.
  ///   - threads: The number of threads to compute with, at least 1; nil is all cores of the process.
  /// - Throws: `ModelError` for the first model that cannot be used.
  public init(
    models: [String], weights: [Float]? = nil, search: CaptionSearch? = nil,
    precision: Precision = .float32, threads: Int? = nil
  ) throws(ModelError) {
    guard let first = models.first else {
      throw ModelError("", .notFound(searched: [], .library))
    }
    if let weights, weights.count != models.count || !weights.allSatisfy({ $0 > 0 && $0.isFinite })
    {
      throw ModelError(first, .otherWeights(models: models.count, weights: weights))
    }
    if let problem = search?.problem { throw ModelError(first, .search(problem)) }
    var directories: [ModelDirectory] = []
    for name in models {
      directories.append(
        try ModelDirectory(
          named: name, searching: ModelSearchPath.current.folders, advice: .library))
    }
    self.init(
      try CaptionEnsemble(
        loading: ModelEnsemble(directories, weights: weights), precision: precision.ofEncoder),
      search: search,
      threadCount: threads.map { max(1, $0) })
  }
}

extension Captioner.Precision {
  fileprivate var ofEncoder: EncoderPrecision {
    switch self {
    case .float32: .float32
    case .bfloat16: .bfloat16
    case .int8: .int8
    case .automatic: .automatic
    }
  }
}
