import Files

/// The folder for the heat maps of one picture; it appears complete or not at all.
package struct HeatMapFolder: Sendable, Equatable {
  package let path: String
  /// True if heat maps that exist already are replaced; no other files ever are.
  private let isReplacing: Bool

  package init(_ path: String, replacing isReplacing: Bool) {
    (self.path, self.isReplacing) = (path, isReplacing)
  }

  /// The photo and all words in one picture.
  private static let strip = "strip.png"

  /// Throws what would keep the heat maps from being written now.
  package func check() throws(FileError) { _ = try begin() }

  /// Draws all pictures and writes them.
  ///
  /// - Parameters:
  ///   - sheet: The heat maps to draw.
  ///   - report: Receives the working path, for removal if the program is interrupted.
  /// - Throws: `DrawingError` if nothing can be drawn; `FileError` if a file cannot be written.
  package func write(_ sheet: HeatMapSheet, reportingWorkingPath report: (String) -> Void) throws {
    let names = HeatMapNames.fileNames(of: sheet.words)
    var files = [(name: Self.strip, bytes: try sheet.strip())]
    for (index, name) in names.enumerated() {
      files.append((name, try sheet.picture(ofWord: index)))
    }
    let folder = try begin()
    report(folder.workingPath)
    for (name, bytes) in files { try makeFile(bytes, at: "\(folder.workingPath)/\(name)") }
    try folder.commit()
  }

  /// Draws the attention to the frames of a clip's segments and writes it: `strip.png` and `strip.svg`, `strip-2.png`
  /// and so on.
  ///
  /// - Parameters:
  ///   - sheets: The attention to draw.
  ///   - report: Receives the working path, for removal if the program is interrupted.
  /// - Throws: `DrawingError` if nothing can be drawn; `FileError` if a file cannot be written.
  package func write(
    _ sheets: [FrameAttentionSheet], reportingWorkingPath report: (String) -> Void
  ) throws {
    guard !sheets.isEmpty else { return }
    let folder = try begin()
    report(folder.workingPath)
    for (index, sheet) in sheets.enumerated() {
      let stem = "\(folder.workingPath)/strip" + (index > 0 ? "-\(index + 1)" : "")
      try makeFile(sheet.png(), at: "\(stem).png")
      try makeFile(sheet.svg(), at: "\(stem).svg")
    }
    try folder.commit()
  }

  private func begin() throws(FileError) -> DirectoryReplacement {
    try DirectoryReplacement(path, replacingFolderWith: isReplacing ? Self.strip : nil)
  }
}

/// Names for the files of heat maps, safe for any names of pictures and words.
package struct HeatMapNames {
  private var taken: Set<String> = []
  /// Room in the 255 bytes of a name for a number, and for what a name begins with while it is written.
  private static let longest = 180

  package init() {}

  /// A folder's name that no picture had before: `dog` for `a/dog.jpg`, and `dog-2` for `b/dog.png`.
  package mutating func folderName(ofPicture path: String) -> String {
    var stem = path.split(separator: "/").last ?? ""
    if let ending = fileExtension(of: stem) { stem.removeLast(ending.count + 1) }
    var safe = Self.shortened(stem.unicodeScalars.map { $0.isControl ? "_" : $0 })
    // Neither hidden, nor the folder itself, nor the one above.
    if safe.isEmpty || safe.hasPrefix(".") { safe = "_" + safe.drop { $0 == "." } }
    var name = safe
    var number = 2
    while !taken.insert(name).inserted {
      name = "\(safe)-\(number)"
      number += 1
    }
    return name
  }

  /// Names such as `03-dog.png`, which sort as the words do; of a word only letters and digits.
  static func fileNames(of words: [String]) -> [String] {
    let digitCount = max(2, "\(words.count)".count)
    return words.enumerated().map { index, word in
      let number = "\(index + 1)"
      let letters = shortened(word.unicodeScalars.filter(\.isLetterOrDigit))
      return String(repeating: "0", count: digitCount - number.count) + number
        + (letters.isEmpty ? "" : "-\(letters)") + ".png"
    }
  }

  private static func shortened(_ scalars: [Unicode.Scalar]) -> String {
    var text = ""
    for scalar in scalars where text.utf8.count < longest - 4 { text.unicodeScalars.append(scalar) }
    return text
  }
}

extension Unicode.Scalar {
  fileprivate var isControl: Bool { properties.generalCategory == .control }

  fileprivate var isLetterOrDigit: Bool {
    properties.isAlphabetic || properties.numericType != nil
  }
}
