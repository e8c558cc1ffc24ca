/// A file of weights in a form that Cutline does not read.
package struct ForeignWeightsError: Error, Equatable, Sendable, CustomStringConvertible {
  package let path: String
  /// The form of the file, such as "a Keras or HDF5 file".
  package let form: String

  /// Recognizes the form of a file; nil if it is none of the known ones.
  ///
  /// - Parameters:
  ///   - path: The path of the file.
  ///   - bytes: The bytes of the file.
  package init?(_ path: String, beginning bytes: UnsafeRawBufferPointer) {
    func begins(_ text: String, at place: Int = 0) -> Bool {
      bytes.part(at: place, size: text.utf8.count)?.elementsEqual(text.utf8) ?? false
    }
    let name = path.lowercased()
    // A safetensors file may begin like any other, with the size of its header, which is a JSON object.
    if begins("{", at: 8) { return nil }
    let archives = ["sys_info", "pickle", "storages", "tensors"]
    let isTar = begins("ustar", at: 257) && !archives.contains { begins($0) }
    self.path = path
    if bytes.starts(with: [0x89, 0x48, 0x44, 0x46]) {
      form = "a Keras or HDF5 file"
    } else if begins("TFL3", at: 4) {
      form = "a TensorFlow Lite model"
    } else if begins("GGUF") {
      form = "a GGUF model"
    } else if bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) {
      form = "a NumPy array"
    } else if bytes.starts(with: [0x1F, 0x8B]) {
      form = "a gzip file, which gunzip unpacks"
    } else if isTar {
      form = "a tar archive, which tar -x unpacks"
    } else if begins("<") || begins("\n<") {
      form = "a web page, so the download failed"
    } else if begins("{") || begins("[") {
      form = "JSON"
    } else if name.hasSuffix(".onnx") {
      form = "an ONNX model"
    } else if name.hasSuffix(".npz") {
      form = "an archive of NumPy arrays"
    } else if name.hasSuffix(".keras") {
      form = "a Keras model"
    } else if name.hasSuffix(".pb") {
      form = "a TensorFlow graph"
    } else if !isTorchFile(bytes), name.contains(".ckpt") {
      form = "a TensorFlow checkpoint"
    } else {
      return nil
    }
  }

  package var description: String {
    "\(path): is \(form). Cutline reads safetensors and PyTorch's .pth, which "
      + "torch.save(model.state_dict(), FILE) writes where PyTorch is installed."
  }
}
