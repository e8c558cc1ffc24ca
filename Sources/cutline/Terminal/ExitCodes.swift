import ArgumentParser
import BatchCaptioning
import Captioning
import Datasets
import Files
import Layers
import Media
import Reports
import Text
import Training
import Workers

/// How the program ends; numbers from 64 up are those of sysexits.h.
///
/// 64, wrong use, comes from the argument parser; 128 and more from signals.
enum ExitStatus: Int32 {
  /// Before its end, because too many inputs failed.
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

/// An error as the user meets it: what is said, and how the program ends.
struct Failure: Equatable {
  /// Begins with the path, and says what to do.
  let message: String
  let status: ExitStatus

  init(_ message: String, _ status: ExitStatus) { (self.message, self.status) = (message, status) }

  /// The failure that one of our own errors amounts to; nil for any other error.
  init?(_ error: any Error) {
    switch error {
    case let error as MediaError: self.init(error.description, error.status)
    case let error as ModelError: self.init(error.description, error.status)
    case let error as FileError: self.init(error.description, error.statusOfOutput)
    case let error as SafetensorsError: self.init(error.description, error.status)
    case let error as WeightsError: self.init(error.description, .badData)
    case let error as ChecksumError: self.init(error.description, .badData)
    case let error as VocabularyError: self.init(error.description, .badData)
    case let error as DatasetError: self.init(error.description, error.status)
    case let error as CheckpointError: self.init(error.description, error.status)
    case let error as WordVectorError: self.init(error.description, error.status)
    case let error as WorkerError: self.init(error.description, .unavailable)
    case let error as DrawingError: self.init(error.description, .unavailable)
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
    case .notFound, .notAModel: .unavailable
    case .configuration, .notJSON, .noDecoder: .configuration
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

extension DatasetError {
  fileprivate var status: ExitStatus {
    switch problem {
    case .unreadable(let error): error.statusOfInput
    case .noCaptions, .noImageFolder, .noSplit: .inputMissing
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

extension CheckpointError {
  fileprivate var status: ExitStatus {
    if case .otherSettings = problem { .configuration } else { .badData }
  }
}

extension FileError {
  /// Of a file that was to be written.
  fileprivate var statusOfOutput: ExitStatus {
    switch problem {
    case .noSpace, .systemCall: .inputOutput
    default: .cannotCreate
    }
  }

  /// Of a file that was to be read.
  fileprivate var statusOfInput: ExitStatus {
    switch problem {
    case .empty, .tooLarge: .badData
    case .noSpace, .systemCall: .inputOutput
    default: .inputMissing
    }
  }

  /// Of a part of a model, without which the model is not whole.
  fileprivate var statusOfModelFile: ExitStatus {
    problem == .missing ? .badData : statusOfInput
  }
}
