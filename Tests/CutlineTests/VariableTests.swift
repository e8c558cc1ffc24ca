import Captioning
import Foundation
import TestSupport
import Testing

@testable import BatchCaptioning
@testable import cutline

@Suite("The environment")
struct VariableTests {
  private static let sources = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")

  /// All source files with one of these endings, by their paths below Sources.
  private func sources(_ endings: String...) throws -> [(name: String, text: String)] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: Self.sources.path)
    return try paths.filter { path in endings.contains { path.hasSuffix($0) } }.map {
      ($0, try String(contentsOf: Self.sources.appending(path: $0), encoding: .utf8))
    }
  }

  @Test(
    "Swift reads variables in one place of the program, and in one of the library: models' folders")
  func onePlace() throws {
    let reading = try sources(".swift").filter { _, text in
      ["getenv(", "ProcessInfo", "environ\n", "environ)"].contains { text.contains($0) }
    }
    #expect(
      Set(reading.map(\.name)) == [
        "Captioning/Model/ModelSearchPath.swift", "cutline/Terminal/Variable.swift",
        // Passes all of them to Java, unread.
        "Evaluation/SPICE.swift",
      ])
    var asked: [String] = []
    _ = ModelSearchPath(
      environment: {
        asked.append($0); return nil
      }, executable: "/")
    #expect(!asked.isEmpty && asked.allSatisfy { Variable(rawValue: $0) != nil }, "\(asked)")
  }

  @Test("what C reads is listed")
  func inC() throws {
    var names: [String] = []
    for (_, text) in try sources(".c", ".h") {
      for match in text.matches(of: /getenv\("([^"]*)"\)/) { names.append(String(match.1)) }
      #expect(!text.contains(/getenv\([^"]/), "a variable whose name is computed")
    }
    #expect(names.filter { Variable(rawValue: $0) == nil } == [])
  }

  @Test("what other modules ask for is listed")
  func asked() throws {
    var names: Set<String> = []
    let array = ["SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "2"]
    for environment in [[:], array] {
      let read = { (name: String) -> String? in
        names.insert(name)
        return environment[name]
      }
      _ = ModelSearchPath(environment: read, executable: "/usr/bin/cutline")
      _ = try AssignedShard(by: read, count: nil)
    }
    #expect(names.count == 13, "\(names)")
    #expect(names.filter { Variable(rawValue: $0) == nil } == [])
  }

  @Test("doctor lists every variable, with its value or as unset")
  func doctor() throws {
    let folder = try TemporaryFolder()
    let environment = ["CUTLINE_CACHE": "/a/cache", "PMI_SIZE": "4", "OMP_NUM_THREADS": ""]
    let text = try Program.run(["doctor"], in: folder.path, environment: environment)
    #expect(text.status == 0, "\(text.errors)")
    let lines = text.output.split(separator: "\n").map {
      $0.split(separator: " ").map(String.init)
    }
    for variable in Variable.allCases {
      #expect(lines.count { $0.first == variable.rawValue } == 1, "\(variable.rawValue)")
    }
    #expect(lines.contains(["CUTLINE_CACHE", "/a/cache"]))
    #expect(lines.contains(["PMI_SIZE", "4"]))
    #expect(lines.contains(["CUTLINE_MODEL", "unset"]))
    #expect(lines.contains(["OMP_NUM_THREADS", "unset"]))
    #expect(text.output.contains("CUTLINE_THREADS"))
  }
}
