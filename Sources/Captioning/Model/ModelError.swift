import Files
import Layers
import Text

/// Why a model cannot be used.
public struct ModelError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Problem: Sendable, Equatable {
    /// No folder of that name; where it was looked for.
    case notFound(searched: [String], Advice = .captioner)
    /// A folder of that name, but without a model; one in it that has one.
    case notAModel(inside: String?)
    /// A file that every model has is missing or cannot be read.
    case unreadable(FileError)
    case configuration(key: String, problem: String)
    case notJSON(JSONError)
    case vocabulary(VocabularyError)
    case weightsFile(SafetensorsError)
    case weights(WeightsError)
    case checksum(ChecksumError)
    /// A file that `SHA256SUMS` should list and does not.
    case unlisted(String)
    /// The vocabulary does not have as many words as the decoder scores.
    case otherVocabulary(words: Int, scores: Int)
    /// The models of an ensemble know different words.
    case otherWords(than: String)
    /// The models to be averaged are not made of the same parts.
    case otherParts(than: String)
    /// The models of an ensemble see different parts or sizes of a picture.
    case otherFraming(than: String)
    /// The model's captions were cut into words another way.
    case otherTokenizer(String)
    /// The vocabulary has nothing but special words.
    case noWords
    /// The folder holds an encoder only.
    case noDecoder
  }

  /// The option or argument that named a missing model, for advice in its words.
  public enum Advice: Sendable, Equatable {
    /// `--model`.
    case captioner
    /// The option `--start-from`.
    case startFrom
    /// The option `--encoder-model`.
    case encoder
    /// An argument without an option's name.
    case argument
  }
  /// The model's name, or the file at fault.
  public let path: String
  public let problem: Problem

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
    case .vocabulary(let error): error.description
    case .weightsFile(let error):
      if case .unreadable(let file) = error.problem { Self.text(file) } else { error.description }
    case .weights(let error): error.description
    case .checksum(let error):
      if case .unreadable(let file) = error.problem { Self.text(file) } else { error.description }
    case .unlisted(let name):
      "\(path): does not list '\(name)', so nobody knows whether it is whole. Get a fresh copy of the "
        + "model."
    case .otherVocabulary(let words, let scores):
      "\(path): has \(words) words, but the decoder scores \(scores). The vocabulary is another "
        + "model's; get a fresh copy."
    case .otherWords(let first):
      "\(path): knows other words than \(first). Models that caption together must have the same "
        + "vocabulary: train them on the same captions."
    case .otherParts(let first):
      "\(path): is made of other parts than \(first). Only models of the same encoder and decoder can be "
        + "averaged: compare their config.json."
    case .otherFraming(let first):
      "\(path): frames pictures otherwise than \(first). Models that caption together must agree in "
        + "'resize' and 'input' of their config.json."
    case .otherTokenizer(let found):
      "\(path): says that captions were cut into words by \(found.prefix(60)), not by "
        + "\(CaptionTokenizer().identity.type) \(CaptionTokenizer().identity.version). Its words cannot "
        + "be kept; with --encoder-model the encoder alone can."
    case .noWords:
      "\(path): has no word but the special ones, and captions need some. Start from another captioner, or "
        + "take its encoder alone with --encoder-model."
    case .noDecoder:
      "\(path): is an encoder that has learned no captions. Train it: cutline train DATASET "
        + "--encoder-model \(path) -o runs/first"
    }
  }

  /// Nobody typed the name of a model's file, so nobody misspelt it.
  private static func text(_ error: FileError) -> String {
    error.problem == .missing
      ? "\(error.path): the model lacks this file. Get a fresh copy of the model."
      : error.description
  }
}

extension ModelError.Advice: CustomStringConvertible {
  public var description: String {
    let training = "train one: cutline train DATASET -o runs/first"
    return switch self {
    case .captioner: "Name one with --model DIR, or \(training)"
    case .startFrom: "Name a captioner with --start-from DIR, or \(training)"
    case .encoder:
      "Name one with --encoder-model DIR, or import one: cutline model import FILE --encoder NAME -o DIR"
    case .argument: "Name the folder of one, or see cutline model list."
    }
  }
}
