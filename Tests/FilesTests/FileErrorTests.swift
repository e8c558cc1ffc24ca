import Files
import Testing

@Suite("File errors")
struct FileErrorTests {
  @Test(
    "say what, where and how to fix it",
    arguments: [
      (.missing, "a/b: there is no such file. Check the spelling, and the folder you are in."),
      (
        .folderMissing,
        "a/b: the folder it should go into does not exist. Create it first, with mkdir -p."
      ),
      (.folder, "a/b: is a folder, but a file is needed. Name a file."),
      (
        .notAFile,
        "a/b: is a pipe or a device, but a file is needed. "
          + "Let the shell redirect (<, >) to use a pipe or a device."
      ),
      (
        .noPermission,
        "a/b: you have no permission for it. Change that with chmod, or ask its owner."
      ),
      (.empty, "a/b: is empty (0 bytes). Get a fresh copy."),
      (
        .tooLarge(byteCount: 9, limit: 8),
        "a/b: holds 9 bytes, but at most 8 are read. Is it the right file?"
      ),
      (.exists, "a/b: exists already. Choose another name, or add --force to replace it."),
      (
        .noSpace(code: 28),
        "a/b: cannot be written (No space left on device). Free some space and run this again."
      ),
      (
        .systemCall(name: "fsync", code: 5),
        "a/b: fsync failed (Input/output error). "
          + "Check the name and the disk it lies on, then run this again."
      ),
    ] as [(FileError.Problem, String)])
  func message(problem: FileError.Problem, message: String) {
    #expect(FileError("a/b", problem).description == message)
  }
}
