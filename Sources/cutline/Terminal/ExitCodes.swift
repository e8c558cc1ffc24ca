import ArgumentParser
import BatchCaptioning
import Captioning
import Datasets
import Evaluation
import Files
import Layers
import Media
import Metrics
import Reports
import Text
import Training
import Workers

/// The exit codes of the program; numbers from 64 are those of sysexits.h.
///
/// The argument parser exits with 64 for wrong usage; signals give 128 and more.
enum ExitStatus: Int32 {
  /// Stopped early because too many inputs failed.
  case stopped = 1
  case someFailed = 2
  case diverged = 3
  case badData = 65
  case inputMissing = 66
  case unavailable = 69
  case bug = 70
  case cannotCreate = 73
  case inputOutput = 74
  case locked = 75
  case configuration = 78

  var exitCode: ExitCode { ExitCode(rawValue) }
}

/// An error as shown to the user: a message and an exit code.
struct Failure: Equatable {
  /// The message, which begins with the path and includes the advice.
  let message: String
  let status: ExitStatus

  init(_ message: String, _ status: ExitStatus) { (self.message, self.status) = (message, status) }

  /// Creates the failure of one of our own errors; nil for any other error.
  init?(_ error: any Error) {
    switch error {
    case let error as MediaError: self.init(error.description, error.status)
    case let error as ModelError: self.init(error.description, error.status)
    case let error as FileError: self.init(error.description, error.statusOfOutput)
    case let error as SafetensorsError: self.init(error.description, error.status)
    case let error as TorchError: self.init(error.description, error.status)
    case let error as EncoderImportError: self.init(error.description, .badData)
    case let error as ForeignWeightsError: self.init(error.description, .badData)
    case let error as WeightsError: self.init(error.description, .badData)
    case let error as ChecksumError: self.init(error.description, .badData)
    case let error as VocabularyError: self.init(error.description, .badData)
    case let error as DatasetError: self.init(error.description, error.status)
    case let error as METEORError: self.init(error.description, error.status)
    case let error as EvaluationError: self.init(error.description, .badData)
    case let error as RatingError: self.init(error.description, error.status)
    case let error as CheckpointError: self.init(error.description, error.status)
    case let error as TrainingError: self.init(error.description, error.status)
    case let error as WordVectorError: self.init(error.description, error.status)
    case let error as WorkerError: self.init(error.description, .unavailable)
    case let error as DrawingError: self.init(error.description, error.status)
    case let error as RunPageError: self.init(error.description, .inputMissing)
    case let error as JournalError: self.init(error.description, .cannotCreate)
    case let error as ShardMergeError: self.init(error.description, .inputMissing)
    case let error as ShardError: self.init(error.description, .configuration)
    case let error as Failure: self = error
    default: return nil
    }
  }
}

extension Failure: Error {}

extension MediaError {
  fileprivate var status: ExitStatus {
    switch code {
    case .missing, .unreadable: .inputMissing
    case .internal: .bug
    default: .badData
    }
  }
}

extension ModelError {
  fileprivate var status: ExitStatus {
    switch problem {
    case .notFound, .notAModel, .noBfloat16, .notQuantized: .unavailable
    case .configuration, .notJSON, .newerSchema, .noDecoder: .configuration
    case .unreadable(let error): error.statusOfModelFile
    case .weightsFile(let error):
      if case .unreadable(let error) = error.problem { error.statusOfModelFile } else { .badData }
    default: .badData
    }
  }
}

extension SafetensorsError {
  fileprivate var status: ExitStatus {
    if case .unreadable(let error) = problem { error.statusOfInput } else { .badData }
  }
}

extension TorchError {
  fileprivate var status: ExitStatus {
    if case .unreadable(let error) = problem { error.statusOfInput } else { .badData }
  }
}

extension DatasetError {
  fileprivate var status: ExitStatus {
    switch problem {
    case .unreadable(let error): error.statusOfInput
    case .noCaptions, .noImageFolder, .noSplit: .inputMissing
    default: .badData
    }
  }
}

extension RatingError {
  fileprivate var status: ExitStatus {
    if case .unreadable(let error) = problem { error.statusOfInput } else { .badData }
  }
}

extension METEORError {
  fileprivate var status: ExitStatus {
    switch problem {
    case .unreadable(let error): error.statusOfInput
    case .missing: .inputMissing
    case .noStemmer: .unavailable
    default: .badData
    }
  }
}

extension WordVectorError {
  fileprivate var status: ExitStatus {
    switch problem {
    case .unreadable(let error): error.statusOfInput
    case .otherSize: .configuration
    default: .badData
    }
  }
}

extension TrainingError {
  fileprivate var status: ExitStatus {
    switch kind {
    case .locked: .locked
    case .data: .badData
    case .picture(let error): error.status
    case .choice: .configuration
    case .diverged: .diverged
    case .checkpoint: .inputOutput
    }
  }
}

extension DrawingError {
  fileprivate var status: ExitStatus {
    if case .tooLarge = problem { .configuration } else { .unavailable }
  }
}

extension CheckpointError {
  fileprivate var status: ExitStatus {
    if case .otherSettings = problem { .configuration } else { .badData }
  }
}

extension FileError {
  /// The status for a file to be written.
  fileprivate var statusOfOutput: ExitStatus {
    switch problem {
    case .noSpace, .systemCall: .inputOutput
    default: .cannotCreate
    }
  }

  /// The status for a file to be read.
  fileprivate var statusOfInput: ExitStatus {
    switch problem {
    case .empty, .tooLarge: .badData
    case .noSpace, .systemCall: .inputOutput
    default: .inputMissing
    }
  }

  /// The status for a part of a model, without which the model is incomplete.
  fileprivate var statusOfModelFile: ExitStatus {
    problem == .missing ? .badData : statusOfInput
  }
}
