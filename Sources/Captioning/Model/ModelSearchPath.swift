import Files

#if canImport(Glibc)
import Glibc
#endif

/// The folders in which models are looked up by name; the first that has the model counts.
package struct ModelSearchPath: Sendable, Equatable {
  package let folders: [String]

  /// - Parameters:
  ///   - environment: Returns the value of an environment variable.
  ///   - executable: The path of the running program, without symbolic links.
  package init(environment: (String) -> String?, executable: String) {
    func folder(_ variable: String) -> String? {
      environment(variable).flatMap { $0.isEmpty ? nil : $0 }
    }
    var folders = folder("CUTLINE_MODEL_PATH")?.split(separator: ":").map(String.init) ?? []
    folders += Self.foldersNear(executable)
    if let data = folder("XDG_DATA_HOME") ?? folder("HOME").map({ "\($0)/.local/share" }) {
      folders.append("\(data)/cutline/models")
    }
    folders.append("/usr/share/cutline/models")
    var seen: Set<String> = []
    self.folders = folders.filter { seen.insert($0).inserted }
  }

  /// `models` of the checkout that the program was built in, or what was installed with it.
  private static func foldersNear(_ executable: String) -> [String] {
    let ancestors = sequence(first: executable[...]) { path in
      path.lastIndex(of: "/").map { path[..<$0] }
    }
    let parents = Array(ancestors.dropFirst())
    // .build/x86_64-unknown-linux-gnu/release/cutline lies four folders below Package.swift.
    if let checkout = parents.prefix(5).first(where: { isFile("\($0)/Package.swift") }) {
      return ["\(checkout)/models"]
    }
    guard let prefix = parents.dropFirst().first else { return [] }
    return ["\(prefix)/share/cutline/models"]
  }
}

extension ModelSearchPath {
  /// The folders in which this process looks for models.
  package static var current: ModelSearchPath {
    ModelSearchPath(environment: variable, executable: executablePath)
  }

  private static func variable(_ name: String) -> String? {
    guard let text = getenv(name) else { return nil }
    return nameText(UnsafeRawBufferPointer(start: text, count: strlen(text)))
  }

  private static var executablePath: String {
    guard let path = realpath("/proc/self/exe", nil) else { return "" }
    defer { free(path) }
    return String(cString: path)
  }
}
