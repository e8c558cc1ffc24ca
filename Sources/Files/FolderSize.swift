import Glibc

/// Returns the total size of the regular files directly in a folder, in bytes.
package func byteCountOfFiles(in folder: String) -> Int {
  ((try? namesInFolder(folder)) ?? []).reduce(0) { total, name in
    var status = stat()
    guard lstat(systemPath("\(folder)/\(name)"), &status) == 0, status.st_mode & S_IFMT == S_IFREG
    else {
      return total
    }
    return total + Int(status.st_size)
  }
}
