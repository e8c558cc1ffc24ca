import Captioning
import TestSupport
import Testing

@Suite("ModelSearchPath")
struct ModelSearchPathTests {
  func folders(_ environment: [String: String], _ executable: String) -> [String] {
    ModelSearchPath(environment: { environment[$0] }, executable: executable).folders
  }

  @Test("looks in the user's folders, beside the installed program, and in those of the system")
  func order() {
    let environment = ["CUTLINE_MODEL_PATH": "/a:/b", "HOME": "/home/x"]
    #expect(
      folders(environment, "/opt/cutline/bin/cutline") == [
        "/a", "/b", "/opt/cutline/share/cutline/models", "/home/x/.local/share/cutline/models",
        "/usr/share/cutline/models",
      ])
  }

  @Test("names a folder once, and lets XDG_DATA_HOME go before HOME")
  func once() {
    let environment = ["HOME": "/home/x", "XDG_DATA_HOME": "/data"]
    #expect(
      folders(environment, "/usr/bin/cutline") == [
        "/usr/share/cutline/models", "/data/cutline/models",
      ])
  }

  @Test("finds the models of the checkout that the program was built in")
  func checkout() throws {
    let folder = try TemporaryFolder()
    try folder.write("// swift-tools-version: 6.1\n", to: "Package.swift")
    let executable = "\(folder.path)/.build/x86_64-unknown-linux-gnu/release/cutline"
    #expect(folders([:], executable).first == "\(folder.path)/models")
  }
}
