import TestSupport
import Testing

@testable import cutline

@Suite("How threads wait")
struct WaitPolicyTests {
  private func policy(_ values: [Variable: String]) throws(Failure) -> WaitPolicy {
    try WaitPolicy(in: { values[$0] })
  }

  @Test("the variables of OpenMP decide it, the number of rounds first")
  func variables() throws {
    #expect(try policy([:]).spinCount == nil)
    #expect(try policy([.ompWaitPolicy: " PASSIVE "]).spinCount == 0)
    #expect(try policy([.ompWaitPolicy: "active"]).spinCount == WaitPolicy.endless)
    #expect(try policy([.ompWaitPolicy: "active", .gompSpinCount: "30k"]).spinCount == 30_000)
    #expect(try policy([.gompSpinCount: "Infinity"]).spinCount == WaitPolicy.endless)
    #expect(try policy([.gompSpinCount: "99999999999T"]).spinCount == WaitPolicy.endless)
    #expect(try policy([.gompSpinCount: "0"]).spinCount == 0)
  }

  @Test("settings that only OpenMP's own threads know bring those back")
  func ownThreads() throws {
    let settings: [(Variable, [String])] = [
      (.ompBinding, ["true", " SPREAD", "spread, close"]),
      (.ompPlaces, ["cores", "Threads(2)", "{0,1},{2:3:2}", "{0:4}:8:4,!{7}"]),
      (.gompAffinity, ["0 3 1-2 4-15:2", "0,1"]), (.ompStackSize, ["4M", "512", "2 m"]),
      (.gompStackSize, ["512k"]),
    ]
    for (variable, values) in settings {
      for value in values {
        #expect(try policy([variable: value]).needsOpenMPThreads, "\(value)")
      }
    }
    #expect(try !policy([.ompBinding: "false"]).needsOpenMPThreads)
    #expect(try !policy([.ompDynamic: "true"]).needsOpenMPThreads)
    #expect(try !policy([.ompWaitPolicy: "passive"]).needsOpenMPThreads)
  }

  @Test(
    "a setting without meaning is an error that names it, before anything is read",
    arguments: [
      ("OMP_WAIT_POLICY", "lazy"), ("GOMP_SPINCOUNT", "many"), ("GOMP_SPINCOUNT", "-1"),
      ("GOMP_SPINCOUNT", "k"), ("OMP_THREAD_LIMIT", "0"), ("OMP_PROC_BIND", "yes"),
      ("OMP_PROC_BIND", "close,,spread"), ("OMP_PLACES", "everywhere"), ("OMP_PLACES", "{0,1},"),
      ("GOMP_CPU_AFFINITY", "0-"), ("OMP_STACKSIZE", "4X"), ("GOMP_STACKSIZE", "-1"),
      ("OMP_DYNAMIC", "2"), ("OMP_NUM_THREADS", "3 4"),
    ])
  func senseless(name: String, value: String) throws {
    let folder = try TemporaryFolder()
    // Tests set a number of threads, before which no limit counts.
    let environment = [name: value, "CUTLINE_THREADS": ""]
    let result = try Program.run(
      ["caption", "no.jpg"], in: folder.path, environment: environment)
    #expect(result.status == 78)
    #expect(result.errors.contains("\(name): is '\(value)', but must be"), "\(result.errors)")
  }

  @Test(
    "OpenMP's own threads compute the same captions, also where they are fewer than asked for",
    arguments: [
      ["OMP_PROC_BIND": "true"], ["OMP_WAIT_POLICY": "passive"],
      ["OMP_PROC_BIND": "true", "OMP_THREAD_LIMIT": "1"],
      ["OMP_PROC_BIND": "true", "OMP_DYNAMIC": "true"],
    ])
  func sameCaptions(variables: [String: String]) throws {
    let model = try SampleModel()
    let arguments = [
      "caption", Pictures.jpeg, Pictures.png, "-m", model.path, "-t", "3", "-f", "tsv",
    ]
    let folder = model.folder.path
    let usual = try Program.run(arguments, in: folder)
    let other = try Program.run(arguments, in: folder, environment: variables)
    #expect(usual.status == 0 && other.status == 0, "\(usual.errors) \(other.errors)")
    #expect(usual.lines.count >= 2 && other.output == usual.output)
  }
}
