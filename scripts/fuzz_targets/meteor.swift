// A target of scripts/fuzz: the data of METEOR is read or refused. The first byte chooses what is of the fuzzer: the
// jar, the compressed table of paraphrases, what is in the table, or one of the lists of words.
// Modules: CLinux CNettle CInflate CStemmer Files Text Metrics
// Libraries: nettle z
// Starts from: scripts/fuzz_targets/meteor

import CInflate
import Glibc
import Metrics

private let captions = [
  ScoredCaption(
    candidate: ["a", "dog", "is", "running", "at", "night"],
    references: [["the", "hounds", "ran", "in", "the", "dark"], ["a", "man", "walks"]])
]

private let lists = [
  "function/english.words", "nonbreaking/english.prefixes", "synonym/english.exceptions",
  "synonym/english.synsets",
]

/// Scores captions with a folder of METEOR's data in which one file has the bytes.
@_cdecl("LLVMFuzzerTestOneInput")
public func readMETEORData(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let folder = "/dev/shm/cutline-fuzz-meteor-\(getpid())"
  for part in ["", "/function", "/nonbreaking", "/synonym"] { mkdir(folder + part, 0o700) }
  let content = Array(UnsafeBufferPointer(start: bytes + 1, count: count - 1))
  var files = Dictionary(uniqueKeysWithValues: lists.map { ($0, Array("a\n".utf8)) })
  files["synonym/english.synsets"] = Array("dog\n1\nhounds\n1\n".utf8)
  files["synonym/english.exceptions"] = Array("ran\nrun\n".utf8)
  files["paraphrase-en.gz"] = gzip(Array("0.5\nat night\nin the dark\n".utf8))
  switch Int(bytes[0]) % 7 {
  case 0:
    for list in lists { files[list] = nil }
    files["meteor-1.5.jar"] = content
  case 1: files["paraphrase-en.gz"] = content
  case 2: files["paraphrase-en.gz"] = gzip(content)
  case let list: files[lists[list - 3]] = content
  }
  defer { for name in files.keys { unlink("\(folder)/\(name)") } }
  for (name, content) in files {
    guard let file = fopen("\(folder)/\(name)", "w") else { return 0 }
    fwrite(content, 1, content.count, file)
    fclose(file)
  }
  guard
    let scores = try? METEORScores(
      scoring: captions, with: METEORResources(meteorFolder: folder))
  else { return 0 }
  return (0...1).contains(scores.corpus) ? 0 : -1
}

/// A gzip of up to 65,535 bytes, stored.
private func gzip(_ bytes: [UInt8]) -> [UInt8] {
  let bytes = Array(bytes.prefix(65_535))
  func number(_ value: Int, _ size: Int) -> [UInt8] { (0..<size).map { UInt8(value >> (8 * $0) & 255) } }
  return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + number(bytes.count, 2)
    + number(bytes.count ^ 0xFFFF, 2) + bytes + number(Int(cinflate_checksum(bytes, bytes.count)), 4)
    + number(bytes.count, 4)
}
