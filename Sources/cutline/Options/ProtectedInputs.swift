import ArgumentParser
import Files

/// Throws if a file to be written is an input, or lies among the files of one, which no --force may cost.
///
/// A page in an input's folder may be replaced, such as the report.html of a run.
///
/// - Parameters:
///   - inputs: The files and folders that are read.
///   - outputs: The files to be written.
/// - Throws: `Failure`.
func protect(_ inputs: [String], from outputs: [String]) throws(Failure) {
  for output in outputs {
    if let input = inputs.first(where: { isSameFile($0, output) }) {
      throw Failure(
        "\(output): is the input \(input), which would be overwritten. Choose another output name.",
        .cannotCreate)
    }
    guard !isPage(output), let path = (try? realPath(output)).flatMap(\.self) else { continue }
    let folder = inputs.first { input in
      guard isFolder(input), let folder = (try? realPath(input)).flatMap(\.self) else {
        return false
      }
      return path.hasPrefix(folder + "/")
    }
    if let folder {
      throw Failure(
        "\(output): is a file in the input \(folder), and would be overwritten. Choose another output name.",
        .cannotCreate)
    }
  }
}

/// Throws unless a page is called one, so that it cannot replace a picture or captions by mistake.
///
/// - Parameters:
///   - option: The option that names it.
///   - path: Its path; nil if there is none.
/// - Throws: `ValidationError`.
func checkPage(_ option: String, _ path: String?) throws {
  guard let path, !isPage(path) else { return }
  throw ValidationError("\(option): \(path) is not called .html, the form of pages.")
}

private func isPage(_ path: String) -> Bool {
  ["html", "htm"].contains(fileExtension(of: path))
}
