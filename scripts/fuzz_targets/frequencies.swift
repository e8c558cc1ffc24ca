// A target of scripts/fuzz: document frequencies of --df are read or refused, and what is read scores captions.
// Modules: CLinux CNettle CInflate CStemmer Files Text Metrics
// Libraries: nettle z
// Starts from: scripts/fuzz_targets/frequencies

import Metrics

private let captions = [
  ScoredCaption(candidate: ["a", "dog", "runs"], references: [["a", "dog"], ["a", "cat", "runs"]]),
  ScoredCaption(candidate: ["two", "cats"], references: [["two", "cats", "sleep"]]),
]

/// Reads the bytes as document frequencies, and scores captions with them.
@_cdecl("LLVMFuzzerTestOneInput")
public func readFrequencies(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  guard let frequencies = try? DocumentFrequencies(text: text) else { return 0 }
  let scores = CaptionScores(scoring: captions, frequencies: frequencies)
  return scores.corpus.cider.isFinite ? 0 : -1
}
