import Captioning
import Testing

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
    // The first eight bytes of what sha256sum says of "a.jpg".
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
    try Shard.assigned(by: { environment[$0] }, count: count)?.shard
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
