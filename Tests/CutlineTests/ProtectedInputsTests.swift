import Files
import TestSupport
import Testing

@Suite("Inputs of eval, compare, sheet and report")
struct ProtectedInputsTests {
  let collection: SmallCollection

  init() throws { collection = try SmallCollection(validated: 2) { "a dog \($0)" } }

  private func refused(_ arguments: String...) throws -> Bool {
    let result = try Program.run(arguments, in: collection.folder.path)
    return result.status == 73 && result.errors.contains("Choose another output name.")
  }

  @Test("files of a folder that is read are not replaced, whatever --force says")
  func folders() throws {
    let captions = try collection.text("val.tsv")
    try collection.folder.write("x.jpg\ta dog\n", to: "results.tsv")
    for option in ["-o", "--save-df"] {
      #expect(
        try refused(
          "eval", "--references", ".", "--split", "val", "--results", "results.tsv", option,
          "val.tsv", "--force"))
    }
    #expect(
      try refused(
        "compare", "results.tsv", "results.tsv", "--references", ".", "-o", "val.tsv", "--force"))
    #expect(try collection.text("val.tsv") == captions)
    // A new file may lie there.
    let new = try Program.run(
      [
        "eval", "--references", ".", "--split", "val", "--results", "val.tsv", "--metrics", "exact",
        "-o", "new.txt",
      ], in: collection.folder.path)
    #expect(new.status == 0, "\(new.errors)")
  }

  @Test("pages are called .html, so that they cannot replace pictures")
  func pages() throws {
    for arguments in [
      ["report", "val.tsv", "-o", "x.jpg"], ["dataset", "stats", "train.tsv", "--html", "x.csv"],
      ["eval", "train.tsv", "-m", "default", "--report", "x.jpg"],
      ["eval", "train.tsv", "-m", "default", "--rating-sheet", "x.jpg"],
    ] {
      let result = try Program.run(arguments + ["--force"], in: collection.folder.path)
      #expect(result.status == 64, "\(arguments)")
      #expect(result.errors.contains("is not called .html, the form of pages."))
    }
  }

  @Test("a sheet does not replace a picture that it draws, nor one by its number")
  func sheets() throws {
    try collection.folder.write(
      try Pictures.bytes(of: "\(Pictures.folder)/dog-on-grass.jpg"), to: "trip-2.jpg")
    try collection.folder.write(
      try Pictures.bytes(of: "\(Pictures.folder)/dog-on-grass.jpg"), to: "trip-1.jpg")
    try collection.folder.write("trip-1.jpg\ta dog\ntrip-2.jpg\ta dog\n", to: "trip.tsv")
    #expect(try refused("sheet", "trip.tsv", "-o", "trip-1.jpg", "--force"))
    #expect(try refused("sheet", "trip.tsv", "--per-sheet", "1", "-o", "trip.jpg", "--force"))
  }

  @Test("report takes no folder of runs, and tells missing pictures")
  func report() throws {
    try collection.folder.write("gone.jpg\ta dog\n", to: "gone.tsv")
    let gone = try Program.run(
      ["report", "gone.tsv", "-o", "gone.html"], in: collection.folder.path)
    #expect(gone.status == 0)
    #expect(gone.errors.contains("1 picture is not shown, such as gone.jpg"), "\(gone.errors)")
    let trained = try collection.train(["--epochs", "1"])
    #expect(trained.status == 0, "\(trained.errors)")
    let runs = try Program.run(["report", ".", "-o", "x.html"], in: collection.folder.path)
    #expect(runs.status == 65)
    #expect(runs.errors.contains("has runs, but is none. Name one, such as ./run"))
    let model = try Program.run(["report", "run/best", "-o", "x.html"], in: collection.folder.path)
    #expect(model.status == 65)
    #expect(model.errors.contains("is a model, not a run"))
  }
}
