import Files
import Foundation
import TestSupport
import Testing

@Suite("cutline eval: SPICE, baselines and confidence")
struct EvalExtrasTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      """
      {"images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "b.jpg"}],
       "annotations": [{"image_id": 1, "caption": "a dog runs"}, {"image_id": 1, "caption": "one dog"},
                       {"image_id": 2, "caption": "two cats"}, {"image_id": 2, "caption": "cats sleep"}]}
      """, to: "refs.json")
    try folder.write("a.jpg\ta dog runs\nb.jpg\ta dog runs\n", to: "results.tsv")
  }

  private func eval(_ more: String..., path: String = "/usr/bin:/bin") throws -> Program.Outcome {
    try Program.run(
      ["eval", "--references", "refs.json", "--results", "results.tsv"] + more, in: folder.path,
      environment: ["PATH": path, "CUTLINE_CACHE": "\(folder.path)/cache"])
  }

  // MARK: SPICE

  /// Writes a stand-in for Java that speaks as spice-1.0.jar does, as its callers describe it: the real one needs
  /// models that must be downloaded.
  private func writeJava(_ body: String) throws {
    if !isFolder("\(folder.path)/bin") { try folder.makeFolder("bin") }
    let path = try folder.write("#!/bin/bash\n\(body)", to: "bin/java")
    chmod(path, 0o755)
    try folder.write("", to: "spice-1.0.jar")
  }

  private static let goodJava = """
    [[ "$1 $2 $3" == "-jar -Xmx8G spice-1.0.jar" && -f $3 && $5 == -cache && -d $6 && $7 == -out ]] || exit 9
    [[ "${*: -2}" == "-subset -silent" ]] || exit 8
    grep -q '"refs":\\["a dog runs","one dog"\\]' <(tr -d '\\n' <"$4" | sed 's/ *\\([][,:{}]\\) */\\1/g') || exit 7
    echo '[{"image_id": 1, "scores": {"All": {"pr": 0.5, "re": 0.5, "f": 0.5}}},
           {"image_id": 0, "scores": {"All": {"pr": 1.0, "re": 1.0, "f": 1.0}, "Color": {"f": null}}}]' >"$8"
    """

  @Test("SPICE comes from its authors' program, in Java")
  func spice() throws {
    try writeJava(Self.goodJava)
    let path = "\(folder.path)/bin:/usr/bin:/bin"
    let outcome = try eval("--spice", "spice-1.0.jar", "--metrics", "cider", "--json", path: path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try JSONValue(reading: Array(outcome.output.utf8))
    #expect(json["scores"]?["SPICE"]?.number == 0.75)
    #expect(json["images"]?.elements?.map { $0["SPICE"]?.number } == [1, 0.5])
    // Only the scene graphs are kept.
    #expect(try namesInFolder("\(folder.path)/cache/spice") == ["graphs"])
    // Beside the usual ones.
    let table = try eval("--spice", "spice-1.0.jar", path: path)
    #expect(table.output.contains("\nSPICE ") && table.output.contains("\nCIDEr "))
  }

  @Test("SPICE is never left out silently")
  func spiceFaults() throws {
    let unnamed = try eval("--metrics", "spice")
    #expect(unnamed.status == 64)
    #expect(unnamed.errors.contains("Name its spice-1.0.jar with --spice."))
    let missing = try eval("--spice", "none.jar")
    #expect(missing.status == 66 && missing.errors.contains("none.jar: is not a file (--spice)."))
    try folder.write("", to: "spice-1.0.jar")
    let without = try eval("--spice", "spice-1.0.jar", path: "\(folder.path)/empty")
    #expect(without.status != 0)
    #expect(without.errors.contains("needs Java, and there is no program called java"))
    let faults = [
      ("echo 'no models' >&2; exit 3", "ended with exit code 3, and said: no models"),
      ("kill -9 $$", "was ended by signal 9"),
      ("exit 0", "wrote no scores"),
      ("echo '[{\"image_id\": 0}]' >\"$8\"", "wrote scores of another form"),
      (
        "echo '[{\"image_id\": 0, \"scores\": {\"All\": {\"f\": 1}}}]' >\"$8\"",
        "left out picture 2"
      ),
    ]
    for (body, message) in faults {
      try writeJava(body)
      let outcome = try eval(
        "--spice", "spice-1.0.jar", "-o", "out.json", path: "\(folder.path)/bin:/usr/bin:/bin")
      #expect(outcome.status != 0)
      #expect(outcome.errors.contains(message), "\(outcome.errors)")
      #expect(!isFile("\(folder.path)/out.json"))
    }
    try writeJava(
      """
      echo '[{"image_id": 0, "scores": {"All": {"f": 1}}}, {"image_id": 1, "scores": {"All": {"f": null}}}]' >"$8"
      """)
    let partial = try eval(
      "--spice", "spice-1.0.jar", path: "\(folder.path)/bin:/usr/bin:/bin")
    #expect(partial.status == 0)
    #expect(partial.errors.contains("SPICE is the mean without 1 pictures"))
  }

  @Test("SPICE's program ends if the evaluation is killed")
  func spiceKilled() throws {
    try writeJava("echo $$ >java.pid; exec sleep 60")
    let outcome = try Program.shell(
      """
      export PATH="$PWD/bin:$PATH" CUTLINE_CACHE="$PWD/cache"
      '\(Program.path)' eval --references refs.json --results results.tsv --metrics cider --spice spice-1.0.jar &
      for i in {1..100}; do [[ -s java.pid ]] && break; sleep 0.1; done
      kill -KILL $!; sleep 0.3
      grep -q '^State:.[RSD]' "/proc/$(cat java.pid)/status" 2>/dev/null && echo alive || echo gone
      """, in: folder.path)
    #expect(outcome.output.hasSuffix("gone\n"), "\(outcome.output) \(outcome.errors)")
  }

  // MARK: Baselines

  @Test("baselines are those of the training captions")
  func baselines() throws {
    let unnamed = try eval("--baselines")
    #expect(unnamed.status == 64)
    #expect(unnamed.errors.contains("Name them with --training."))
    let outcome = try eval("--baselines", "--training", "refs.json", "--metrics", "exact")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("\nmost frequent caption: a dog runs\n"))
    #expect(outcome.output.contains("\nBASELINE "))
    #expect(!outcome.output.contains("nearest picture"))
  }

  @Test("baselines of a model include the captions of nearest pictures")
  func nearest() throws {
    let collection = try SmallCollection(validated: 2) { "a dog \($0)" }
    let model = try SampleModel()
    let outcome = try Program.run(
      [
        "eval", ".", "--split", "val", "-m", model.path, "--baselines", "--metrics", "exact,cider",
        "--json", "--progress", "none",
      ], in: collection.folder.path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let baselines = try JSONValue(reading: Array(outcome.output.utf8))["baselines"]
    #expect(baselines?["nearest_picture"]?["scores"]?["CIDEr"]?.number != nil)
    #expect(baselines?["most_frequent_caption"]?["caption"]?.string == "a dog 0")
    // Known words only, as for the model.
    let perplexity = try #require(baselines?["trigrams"]?["scores"]?["perplexity"]?.number)
    #expect(perplexity > 1 && perplexity < 12)
    // Without captions to learn from there are none.
    removeTree("\(collection.folder.path)/train.tsv")
    let without = try Program.run(
      ["eval", ".", "--split", "val", "-m", model.path, "--baselines"],
      in: collection.folder.path)
    #expect(without.status != 0)
    #expect(without.errors.contains("Name them with --training."), "\(without.errors)")
  }

  // MARK: Confidence

  @Test("confidences that batch wrote are judged")
  func confidence() throws {
    let pictures = (0..<60).map { "{\"id\": \($0), \"file_name\": \"\($0).jpg\"}" }
    let annotations = (0..<60).flatMap { number in
      (0..<2).map { _ in "{\"image_id\": \(number), \"caption\": \"a dog \(number)\"}" }
    }
    try folder.write(
      "{\"images\": [\(pictures.joined(separator: ","))], \"annotations\": [\(annotations.joined(separator: ","))]}",
      to: "refs.json")
    let rows = (0..<60).map { number in
      let isRight = number % 3 == 0
      return """
        {"file": "\(number).jpg", "segments": [{"captions": [{"text": "\(isRight ? "a dog \(number)" : "a cat")"}],
        "confidence": \(isRight ? 0.8 : 0.2)}]}
        """.replacing("\n", with: " ")
    }
    try folder.write(rows.joined(separator: "\n"), to: "results.tsv")
    let outcome = try eval("--json", "--metrics", "cider")
    let json = try JSONValue(reading: Array(outcome.output.utf8))
    #expect(json["confidence"]?["right"]?.number == 20)
    #expect(json["confidence"]?["right_above_wrong"]?.number == 1)
    #expect(abs((json["confidence"]?["calibration_error"]?.number ?? 0) - 0.2) < 1e-9)
    #expect(json["images"]?.elements?[3]["confidence"]?.number == 0.8)
    #expect(try eval().output.contains("Expected calibration error 0.200"))
    // Numbers of another meaning are not taken for probabilities, which is said.
    try folder.write(
      rows.joined(separator: "\n").replacing("0.8}", with: "80}").replacing("0.2}", with: "20}"),
      to: "results.tsv")
    let percents = try eval()
    #expect(!percents.output.contains("Expected calibration error"))
    #expect(percents.errors.contains("is no probability, from 0 to 1, and is not judged: 60"))
  }
}
