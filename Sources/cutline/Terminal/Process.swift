import Captioning
import Glibc

extension ModelSearchPath {
  /// Where this process looks for models.
  static var current: ModelSearchPath {
    ModelSearchPath(environment: Variable.value(of:), executable: executablePath)
  }

  private static var executablePath: String {
    guard let path = realpath("/proc/self/exe", nil) else { return "" }
    defer { free(path) }
    return String(cString: path)
  }
}
