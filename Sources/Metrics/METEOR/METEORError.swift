import Files

/// The reason why METEOR cannot be computed.
package struct METEORError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Error, Sendable, Equatable {
    case unreadable(FileError)
    /// The folder has none of these files or members of the jar.
    case missing(looked: [String])
    /// A jar that is not a zip archive, or whose member cannot be unpacked.
    case damagedJar(String)
    /// Gzip that cannot be unpacked, with the reason.
    case damagedGzip(String)
    /// A line, counted from 1, that is not of the form, and what is needed there.
    case badLine(number: Int, needed: String)
    case longLine(number: Int, limit: Int)
    /// A table whose index would have more bytes than the limit.
    case tooLarge(limit: Int)
    case noStemmer(reason: String)
    /// A caption and a reference, whose numbers of words multiply to more than the limit.
    case tooLong(image: Int, wordCounts: [Int], limit: Int)
    case noMemory
  }
  /// The file or folder; empty where there is none.
  package let path: String
  package let problem: Problem

  package init(_ path: String, _ problem: Problem) {
    (self.path, self.problem) = (path, problem)
  }

  package var description: String {
    switch problem {
    case .unreadable(let error): error.description
    case .missing(let looked):
      "\(path): has none of \(looked.joined(separator: ", ")). Name the folder of METEOR 1.5 that holds "
        + "meteor-1.5.jar and data/paraphrase-en.gz, such as pycocoevalcap/meteor in Python's site-packages."
    case .damagedJar(let reason):
      "\(path): cannot be unpacked: \(reason). Get a fresh copy of METEOR 1.5."
    case .damagedGzip(let reason):
      "\(path): is damaged: \(reason). Get a fresh copy of METEOR 1.5."
    case .badLine(let number, let needed):
      "\(path): line \(number) is not \(needed). Is it METEOR's own file? Get a fresh copy."
    case .longLine(let number, let limit):
      "\(path): from line \(number) on, three lines have more than \(limit) bytes. Get a fresh copy."
    case .tooLarge(let limit):
      "\(path): its index would have more than \(limit) bytes. METEOR's own table needs a thirtieth; get a fresh copy."
    case .noStemmer(let reason):
      "METEOR needs libstemmer for its stems, but loading it says \"\(reason)\". "
        + "Install it (Debian: libstemmer0d)."
    case .tooLong(let image, let counts, let limit):
      "Caption \(image + 1) and a reference have \(counts.map(String.init).joined(separator: " and ")) "
        + "words, which are too many to align (their product is above \(limit)). Shorten or remove them."
    case .noMemory:
      "\(path): there is no memory left to unpack it. Close other programs and run this again."
    }
  }
}

/// Returns the bytes of the file at `path`.
func fileBytes(_ path: String) throws(METEORError) -> [UInt8] {
  do throws(FileError) {
    let file = try ReadableFile(path)
    return try file.bytes(0..<file.status.byteCount)
  } catch {
    throw METEORError(path, .unreadable(error))
  }
}
