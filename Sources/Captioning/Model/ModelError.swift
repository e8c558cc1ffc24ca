import Files
import Layers
import Text

/// The reason that a model cannot be used.
public struct ModelError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Sendable, Equatable {
    /// No folder of that name; where it was looked for.
    case notFound(searched: [String], Advice = .captioner)
    /// A folder of that name, but without a model; one in it that has one.
    case notAModel(inside: String?)
    /// A file that every model has is missing or cannot be read.
    case unreadable(FileError)
    case configuration(key: String, problem: String)
    case notJSON(JSONError)
    /// A file has a schema that only a newer Cutline can read, and the newest schema that this one reads.
    case newerSchema(String, known: String = ModelConfiguration.schema)
    case vocabulary(VocabularyError)
    case weightsFile(SafetensorsError)
    case weights(WeightsError)
    case checksum(ChecksumError)
    /// A file that `SHA256SUMS` should list and does not.
    case unlisted(String)
    /// The vocabulary does not have as many words as the decoder scores.
    case otherVocabulary(words: Int, scores: Int)
    /// The classes are not as many as the classifier of the encoder scores.
    case otherClasses(Int)
    /// The models of an ensemble have different vocabularies.
    case otherWords(than: String)
    /// The models to be averaged have different architectures.
    case otherParts(than: String)
    /// The models of an ensemble resize or crop pictures in different ways.
    case otherFraming(than: String)
    /// The captions that the model learned were tokenized in another way.
    case otherTokenizer(String)
    /// The vocabulary has only special words.
    case noWords
    /// The folder holds an encoder only.
    case noDecoder
    /// The processor does not multiply bfloat16 numbers.
    case noBfloat16
    /// The model's encoder was not quantized.
    case notQuantized
    /// The weights of an ensemble are not as many as its models, or not all above 0.
    case otherWeights(models: Int, weights: [Float])
    /// A setting of the search is out of its range.
    case search(String)
  }

  /// The option or argument that named a missing model, for advice in its words.
  package enum Advice: Sendable, Equatable {
    /// `--model`.
    case captioner
    /// The option `--start-from`.
    case startFrom
    /// The option `--encoder-model`.
    case encoder
    /// An argument without an option's name.
    case argument
    /// A parameter of a library function.
    case library
  }
  /// The model's name, or the file at fault.
  public let path: String
  package let problem: Problem

  init(_ path: String, _ problem: Problem) { (self.path, self.problem) = (path, problem) }

  public var description: String {
    switch problem {
    case .notFound(let searched, let advice):
      "no model called \"\(path)\". Looked in: \(searched.joined(separator: ", ")).\n"
        + advice.description
    case .notAModel(let inside):
      "\(path): is a folder without \(inside == nil ? "config.json" : "model.safetensors"), so it is no model. "
        + (inside.map { "Did you mean \($0)?" } ?? "Name the folder of a model.")
    case .unreadable(let error): Self.text(error)
    case .configuration(let key, let problem):
      "\(path): '\(key)' \(problem). Mend the file, or get a fresh copy of the model."
    case .notJSON(let error):
      "\(path): is not as it should be \(error). Get a fresh copy of the model."
    case .newerSchema(let schema, let known):
      "\(path): was written by a newer Cutline (schema \(schema.prefix(60))); this one reads up to "
        + "\(known). Update Cutline."
    case .vocabulary(let error): error.description
    case .weightsFile(let error):
      if case .unreadable(let file) = error.problem { Self.text(file) } else { error.description }
    case .weights(let error): error.description
    case .checksum(let error):
      if case .unreadable(let file) = error.problem { Self.text(file) } else { error.description }
    case .unlisted(let name):
      "\(path): does not list '\(name)', so the file cannot be checked. Get a fresh copy of the "
        + "model."
    case .otherVocabulary(let words, let scores):
      "\(path): has \(words) words, but the decoder scores \(scores). The vocabulary is another "
        + "model's; get a fresh copy."
    case .otherWords(let first):
      "\(path): has another vocabulary than \(first). Models that caption together must have the same "
        + "vocabulary: train them on the same captions."
    case .otherClasses(let count):
      "\(path): does not name the \(count) classes that the encoder's classifier has. Get a fresh copy of the model."
    case .otherParts(let first):
      "\(path): has another encoder, decoder or classes than \(first). Only models of the same architecture can be "
        + "averaged: compare their config.json."
    case .otherFraming(let first):
      "\(path): resizes or crops pictures in another way than \(first). Models that caption together must agree in "
        + "'resize' and 'input' of their config.json."
    case .otherTokenizer(let found):
      "\(path): its captions were tokenized by \(found.prefix(60)), not by "
        + (CaptionTokenizer.Kind.allCases.map { CaptionTokenizer($0).identity }
        + [BytePairEncoding.identity]).map { "\($0.type) \($0.version)" }.joined(separator: " or ")
        + ". A newer Cutline may read it; with --encoder-model a training can keep the encoder alone."
    case .noWords:
      "\(path): has no words but the special ones. Start from another captioner, or "
        + "take its encoder alone with --encoder-model."
    case .noDecoder:
      "\(path): is an encoder that has learned no captions. Train it: cutline train DATASET "
        + "--encoder-model \(path) -o runs/first"
    case .noBfloat16:
      "\(path): this processor cannot multiply bfloat16 numbers, which takes AVX-512. Choose float32 (f32)."
    case .notQuantized:
      "\(path): has no \(ModelDirectory.FileName.quantization), which int8 needs. Make one: cutline model quantize "
        + "\(path) --calibrate PICTURES -o DIR"
    case .otherWeights(let models, let weights):
      "\(path): \(models) models cannot be weighed by \(weights). Give one finite weight above 0 for each."
    case .search(let problem): "\(path): the search's \(problem)."
    }
  }

  /// Users do not type the names of a model's files, so advice on spelling would not help.
  private static func text(_ error: FileError) -> String {
    error.problem == .missing
      ? "\(error.path): the model lacks this file. Get a fresh copy of the model."
      : error.description
  }
}

extension ModelError.Advice: CustomStringConvertible {
  package var description: String {
    let training = "train one: cutline train DATASET -o runs/first"
    return switch self {
    case .captioner: "Name one with --model DIR, or \(training)"
    case .startFrom: "Name a captioner with --start-from DIR, or \(training)"
    case .encoder:
      "Name one with --encoder-model DIR, or import one: cutline model import FILE --encoder NAME -o DIR"
    case .argument: "Name the folder of one, or see cutline model list."
    case .library: "Give the path of a model's folder, or a name in one of those folders."
    }
  }
}
