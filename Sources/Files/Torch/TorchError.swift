/// An error from reading a file of PyTorch.
package struct TorchError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Error, Equatable, Sendable {
    case unreadable(FileError)
    /// The file ends before what it announces.
    case truncated
    /// The zip archive is not as it should be.
    case archive(String)
    /// The archive lacks a record.
    case missingRecord(String)
    /// Two records, or two storages, share bytes.
    case overlap(String)
    /// A pickle that is not as Python writes it.
    case pickle(String, at: Int)
    /// An object that is not as PyTorch writes it.
    case object(String)
    /// A class or function that no weights need.
    case refused(String)
    case quantized
    case bigEndian
    /// A program of `torch.jit` rather than weights.
    case script
    /// The tar archives of PyTorch before 0.2.
    case oldArchive
    case noTensors
    case tooManyTensors(limit: Int)
    case repeatedName(String)
    /// A tensor reaches beyond its storage.
    case outside(tensor: String, needed: Int, found: Int)
    case shapeOverflow(tensor: String)
    /// A tensor whose elements PyTorch negates or conjugates when it reads them.
    case changed(tensor: String)

    init(_ problem: ZipProblem) {
      switch problem {
      case .damaged(let what): self = .archive(what)
      case .overlap(let what): self = .overlap(what)
      case .truncated: self = .truncated
      }
    }
  }
  package let path: String
  package let problem: Problem

  package init(_ path: String, _ problem: Problem) {
    (self.path, self.problem) = (path, problem)
  }

  package var description: String {
    if case .unreadable(let error) = problem { return error.description }
    return "\(path): \(fault). \(remedy)"
  }

  private var fault: String {
    switch problem {
    case .unreadable: ""
    case .truncated: "the file ends before its weights do"
    case .archive(let what): "the zip archive \(what)"
    case .missingRecord(let name): "the archive has no record '\(name)'"
    case .overlap(let what): "\(what) share bytes"
    case .pickle(let what, let position): "the pickle \(what), at byte \(position)"
    case .object(let what): what
    case .refused(let name):
      "contains '\(name.prefix(80))', a class or function of Python; Cutline runs no code from a file"
    case .quantized: "contains quantized weights"
    case .bigEndian: "was written by a big-endian machine"
    case .script: "is a program of torch.jit, not weights"
    case .oldArchive: "is an archive of PyTorch 0.1"
    case .noTensors: "contains no tensors"
    case .tooManyTensors(let limit): "contains more than \(limit) tensors"
    case .repeatedName(let name): "has two tensors named '\(name)'"
    case .outside(let tensor, let needed, let found):
      "tensor '\(tensor)' needs \(needed) bytes of its storage, which has \(found)"
    case .shapeOverflow(let tensor):
      "tensor '\(tensor)' has a shape that is more than any memory holds"
    case .changed(let tensor): "tensor '\(tensor)' is a view that is negated or conjugated"
    }
  }

  private var remedy: String {
    switch problem {
    case .unreadable: ""
    case .truncated, .archive, .missingRecord, .overlap, .pickle, .outside, .shapeOverflow:
      "It was cut off or damaged on its way; get a fresh copy."
    case .refused:
      "Where PyTorch is installed, and if you trust the file, save only its weights: "
        + "torch.save(torch.load(IN, weights_only=False)[\"state_dict\"], OUT), or .state_dict() of a whole model."
    case .object, .changed:
      "Save only the weights where PyTorch is installed: torch.save(model.state_dict(), FILE)."
    case .quantized: "Get the weights in float32, float16 or bfloat16."
    case .bigEndian, .oldArchive:
      "Load it in PyTorch, and save it again: torch.save(torch.load(IN), OUT)."
    case .script:
      "Save its weights where PyTorch is installed: torch.save(torch.jit.load(IN).state_dict(), OUT)."
    case .noTensors, .tooManyTensors, .repeatedName:
      "Save the weights of one model: torch.save(model.state_dict(), FILE)."
    }
  }
}
