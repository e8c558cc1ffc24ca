import Layers
import Testing

@testable import Training

extension TrainingTests {
  @Suite("Task registry")
  struct TaskRegistryTests {
    @Test("a task says which command uses its models")
    func usage() {
      for task in [TaskEntry.caption, .classify] {
        #expect(task.usage("runs/a/best") == "cutline caption -m runs/a/best PHOTO")
      }
    }

    @Test("a task that there is not is an error with the nearest one")
    func unknown() {
      let error = #expect(throws: RegistryError.self) { try TaskEntry.named("clasify") }
      #expect(
        error?.description
          == "there is no task 'clasify'. Did you mean classify? There are: caption, classify.")
    }
  }
}
