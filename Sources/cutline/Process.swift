import Captioning
import Glibc

/// The value of an environment variable; one that is set but empty counts as not set.
func environmentVariable(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
}

extension ModelSearchPath {
  /// Where this process looks for models.
  static var current: ModelSearchPath {
    ModelSearchPath(environment: environmentVariable, executable: executablePath)
  }

  private static var executablePath: String {
    guard let path = realpath("/proc/self/exe", nil) else { return "" }
    defer { free(path) }
    return String(cString: path)
  }
}
