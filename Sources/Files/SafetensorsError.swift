/// An error from reading a safetensors file.
package struct SafetensorsError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Error, Equatable {
    case unreadable(FileError)
    /// The file begins like one of PyTorch's `torch.save`.
    case pickle
    /// The file is a Git LFS pointer to a file that was not fetched.
    case largeFilePointer
    /// The first eight bytes state a header larger than the file or than the limit.
    case headerSize(announced: UInt64, fileSize: Int)
    case headerNotJSON(JSONError)
    case tooManyTensors(limit: Int)
    case repeatedName(String)
    case missingField(String, tensor: String)
    case unknownElement(String, tensor: String)
    case shapeOverflow([Int], tensor: String)
    /// The tensor's elements are smaller than a byte and do not fill the last one.
    case partOfByte([Int], tensor: String)
    case wrongSize(tensor: String, expected: Int, found: Int)
    case outside(tensor: String, end: Int, dataSize: Int)
    /// Tensors overlap or leave a gap: the tensor should begin at `expected`.
    case misplaced(tensor: String, expected: Int, found: Int)
    case unclaimed(byteCount: Int)
  }
  package let path: String
  package let problem: Problem

  package init(_ path: String, _ problem: Problem) {
    self.path = path
    self.problem = problem
  }

  package var description: String {
    switch problem {
    case .unreadable(let error): error.description
    case .pickle:
      "\(path): is a PyTorch file (.pth), not safetensors. cutline model import reads it."
    default: "\(path): \(fault). \(remedy)"
    }
  }

  private var remedy: String {
    switch problem {
    case .unknownElement: "Convert the tensor to F32, F16 or BF16."
    case .headerSize, .outside, .unclaimed:
      "It is not a safetensors file, or was cut off on its way; get a fresh copy."
    case .largeFilePointer: "Fetch it, with git lfs pull."
    case .tooManyTensors: "Split the file, or leave out what the model does not need."
    default: "Write the file again with the safetensors library."
    }
  }

  private var fault: String {
    switch problem {
    case .unreadable, .pickle: ""
    case .largeFilePointer: "is a Git LFS pointer, not the file itself"
    case .headerSize(let announced, let fileSize):
      "the first 8 bytes announce a header of \(announced) bytes, in a file of \(fileSize) "
        + "(a header may have \(SafetensorsHeader.maximumSize))"
    case .headerNotJSON(let error): "the header is not as it should be \(error)"
    case .tooManyTensors(let limit): "holds more than \(limit) tensors"
    case .repeatedName(let name): "has two entries named '\(name)'"
    case .missingField(let field, let tensor): "tensor '\(tensor)' has no usable \(field)"
    case .unknownElement(let element, let tensor):
      "tensor '\(tensor)' has elements of type '\(element)', which Cutline does not know"
    case .shapeOverflow(let shape, let tensor):
      "tensor '\(tensor)' has shape \(shape), which is more than any memory holds"
    case .partOfByte(let shape, let tensor):
      "tensor '\(tensor)' has shape \(shape), which does not fill whole bytes"
    case .wrongSize(let tensor, let expected, let found):
      "tensor '\(tensor)' needs \(expected) bytes for its shape, but has \(found)"
    case .outside(let tensor, let end, let dataSize):
      "tensor '\(tensor)' ends at byte \(end) of the data, which has \(dataSize)"
    case .misplaced(let tensor, let expected, let found):
      "tensor '\(tensor)' begins at byte \(found) of the data, but the one before it ends at "
        + "\(expected)"
    case .unclaimed(let byteCount): "the last \(byteCount) bytes belong to no tensor"
    }
  }
}
