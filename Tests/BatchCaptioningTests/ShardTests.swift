import TestSupport
import Testing

@testable import BatchCaptioning
@testable import Captioning

@Suite("Shards")
struct ShardTests {
  func input(_ name: String) -> BatchInput {
    BatchInput(name: name, place: .file(name), mirrorPath: name)
  }

  @Test("every input is in one shard, whatever else there is, and shards are about equal")
  func division() throws {
    let shards = try (0..<7).map { try #require(Shard($0, of: 7)) }
    var sizes = [Int](repeating: 0, count: 7)
    for number in 0..<7000 {
      let owners = shards.indices.filter { shards[$0].contains(input("pics/\(number).jpg")) }
      #expect(owners.count == 1)
      for owner in owners { sizes[owner] += 1 }
    }
    // Six standard deviations of so many coins.
    #expect(sizes.allSatisfy { (825...1175).contains($0) })
    #expect(Shard.whole.contains(input("a")))
  }

  @Test("which shard an input is in is the same on every machine")
  func stability() {
    // The first eight bytes of the SHA-256 of "a.jpg", as sha256sum prints it.
    #expect(input("a.jpg").number == 0x509B_0D46_41A7_C3BA)
  }

  @Test("a shard is read as I/N, from 0/N to N-1/N")
  func reading() {
    #expect(Shard("3/16") == Shard(3, of: 16))
    #expect(Shard("0/1") == .whole)
    for text in ["16/16", "-1/4", "1", "1/0", "1/", "/2", "1/2/3", "a/b", "0/100000"] {
      #expect(Shard(text) == nil)
    }
  }

  @Test("its files are named so that they sort")
  func names() throws {
    #expect(Shard.whole.journalName == "results.jsonl")
    #expect(try #require(Shard(3, of: 16)).journalName == "results-00003-of-00016.jsonl")
  }

  func assigned(
    _ environment: [String: String], count: Int? = nil
  ) throws(ShardError) -> Shard? {
    try AssignedShard(by: { environment[$0] }, count: count)?.shard
  }

  @Test("Slurm's variables say which one, wherever the array begins and whatever its step")
  func slurm() throws {
    let plain = ["SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "4"]
    #expect(try assigned(plain) == Shard(3, of: 4))
    #expect(
      try assigned(plain.merging(["SLURM_ARRAY_TASK_MIN": "1"]) { $1 }) == Shard(2, of: 4))
    let stepped = [
      "SLURM_ARRAY_TASK_ID": "20", "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_TASK_MIN": "10",
      "SLURM_ARRAY_TASK_STEP": "5",
    ]
    #expect(try assigned(stepped) == Shard(2, of: 3))
    let mpi = ["OMPI_COMM_WORLD_RANK": "2", "OMPI_COMM_WORLD_SIZE": "3"]
    #expect(try assigned(mpi) == Shard(2, of: 3))
    #expect(
      try assigned(mpi.merging(["PMI_RANK": "0", "PMI_SIZE": "5"]) { $1 }) == Shard(2, of: 3))
    #expect(try assigned(["PMI_RANK": "0", "PMI_SIZE": "5"]) == Shard(0, of: 5))
    // A single process has everything to do.
    #expect(try assigned(["PMI_RANK": "0", "PMI_SIZE": "1"]) == nil)
    #expect(throws: ShardError.self) { try assigned(["PMI_RANK": "5", "PMI_SIZE": "5"]) }
    #expect(try assigned(["SLURM_ARRAY_TASK_ID": "3"]) == nil)
    #expect(throws: ShardError.self) {
      try assigned(["SLURM_ARRAY_TASK_ID": "4", "SLURM_ARRAY_TASK_COUNT": "4"])
    }
    #expect(throws: ShardError.self) { try assigned(["SLURM_ARRAY_TASK_ID": "x"]) }
  }

  /// Returns the environment that Slurm 22.05 gives to the task `id` of an array.
  func task(
    _ id: Int, of count: Int, from first: Int, to last: Int, step: Int = 1
  ) -> [String: String] {
    [
      "SLURM_ARRAY_TASK_ID": "\(id)", "SLURM_ARRAY_TASK_COUNT": "\(count)",
      "SLURM_ARRAY_TASK_MIN": "\(first)", "SLURM_ARRAY_TASK_MAX": "\(last)",
      "SLURM_ARRAY_TASK_STEP": "\(step)",
    ]
  }

  @Test("the tasks of an array at even steps are all of its parts, each once")
  func evenArrays() throws {
    for (ids, step) in [
      (Array(0..<4), 1), (Array(1...16), 1), ([1, 5, 9], 4), ([10, 15, 20], 5), ([7], 1),
    ] {
      let shards = try ids.map { id in
        try assigned(
          task(id, of: ids.count, from: ids[0], to: ids[ids.count - 1], step: step))
      }
      #expect(shards == ids.indices.map { Shard($0, of: ids.count) })
    }
  }

  @Test(
    "an array with gaps is refused by every task",
    arguments: [
      // --array=1,5,9: no step is found in a list; 1-10:4,3, 1-10:4,20 and 0-3,8: the range's step.
      ([1, 5, 9], 1, 9, 1), ([1, 5, 9, 3], 1, 9, 4), ([1, 5, 9, 20], 1, 20, 4),
      ([0, 1, 2, 3, 8], 0, 8, 1),
      ([2, 3, 5], 2, 5, 1), ([0, 2], 0, 2, 1),
    ])
  func unevenArrays(_ ids: [Int], _ first: Int, _ last: Int, _ step: Int) {
    for id in ids {
      let environment = task(id, of: ids.count, from: first, to: last, step: step)
      #expect(throws: ShardError(variable: "SLURM_ARRAY_TASK_ID", .unevenArray(id))) {
        try assigned(environment)
      }
      // How many parts there are does not help to say which one this is.
      #expect(throws: ShardError.self) { try assigned(environment, count: ids.count) }
    }
  }

  @Test(
    "of any array whatever no part is done twice, and where one is done by nobody a task is refused"
  )
  func anyArray() throws {
    // All sets of numbers from 0 to 12, with every step that a range in such an array may have.
    for set in 1..<1 << 13 {
      let ids = (0..<13).filter { set >> $0 & 1 == 1 }
      for step in 1...4 {
        let shards = ids.map { id in
          try? assigned(task(id, of: ids.count, from: ids[0], to: ids[ids.count - 1], step: step))
        }
        let done = shards.compactMap { $0?.index }
        guard Set(done).count == done.count else {
          Issue.record("\(ids), step \(step)")
          return
        }
        // Where the step is 1, all that count as many as there are from the first to the last are there.
        if step == 1 { #expect(done.isEmpty || done.count == ids.count) }
      }
    }
    // As the help states, this cannot be distinguished from 0-12:4; only 7 is rejected.
    let mixed = [0, 4, 7, 12].map { id in
      (try? assigned(task(id, of: 4, from: 0, to: 12, step: 4)))?.index
    }
    #expect(mixed == [0, 1, nil, 3])
  }

  @Test("a task that is tried again alone is told to say which part it was")
  func retriedTasks() throws {
    // --array=0-3 had --shards 4; 2 failed, and --array=2 comes.
    let again = ShardError(
      variable: "SLURM_ARRAY_TASK_ID", .otherCount(2, taskCount: 1, count: 4))
    #expect(throws: again) { try assigned(task(2, of: 1, from: 2, to: 2), count: 4) }
    #expect(again.description.contains("--shard I/4"))
    #expect(throws: ShardError.self) { try assigned(task(2, of: 2, from: 2, to: 3), count: 4) }
    #expect(try assigned(task(2, of: 4, from: 0, to: 3), count: 4) == Shard(2, of: 4))
    // Without --shards, the results of the other parts tell.
    let folder = try TemporaryFolder()
    let alone = try #require(
      try AssignedShard(by: { task(2, of: 1, from: 2, to: 2)[$0] }, count: nil))
    try alone.check(in: folder.path)
    try folder.write("", to: "results-00000-of-00004.jsonl")
    #expect(
      throws: ShardError(variable: "SLURM_ARRAY_TASK_ID", .otherDivision(1, found: 4, folder.path))
    ) { try alone.check(in: folder.path) }
    let whole = try #require(
      try AssignedShard(by: { task(2, of: 4, from: 0, to: 3)[$0] }, count: nil))
    try whole.check(in: folder.path)
  }

  @Test("Kubernetes says which one, and the user how many there are")
  func kubernetes() throws {
    let environment = ["JOB_COMPLETION_INDEX": "2"]
    #expect(try assigned(environment, count: 5) == Shard(2, of: 5))
    #expect(try assigned(environment) == nil)
    do throws(ShardError) {
      _ = try assigned(environment, count: 2)
      Issue.record("shard 2 of 0 and 1")
    } catch {
      #expect(
        error.description
          == "JOB_COMPLETION_INDEX: is '2', which is none of 2 shards. Say which one it is: "
          + "--shard I/N, from 0/N.")
    }
  }
}
