extension PassedOver {
  /// A warning for each kind of unused file that could have been useful.
  var findings: [Finding] {
    Reason.allCases.compactMap { reason in
      let places = self[reason]
      guard !places.isEmpty, let (one, many, advice) = reason.words else { return nil }
      return Finding(
        .warning, "unused_\(reason.rawValue)",
        places.count == 1 ? "1 \(one)" : "\(places.count) \(many)", advice: advice, places: places)
    }
  }

  /// A line for each kind of unused file that could have been useful: "12 pictures are not used,
  /// such as data/a.jpg".
  package var lines: [String] {
    Reason.allCases.compactMap { reason in
      guard let first = self[reason].first, let (one, many, _) = reason.words else { return nil }
      let count = self[reason].count
      return (count == 1 ? "1 \(one): " : "\(count) \(many), such as ") + first
    }
  }
}

extension PassedOver.Reason {
  /// The messages for one file and for several, and the advice; nil for files that could not have
  /// been useful.
  fileprivate var words: (one: String, many: String, advice: String)? {
    switch self {
    case .picture:
      (
        "picture is not used", "pictures are not used",
        "No caption names them, or no list of a split. Write captions for them, or remove them."
      )
    case .clip:
      (
        "clip is not used", "clips are not used",
        "No caption names them, or no list of a split. Write captions for them, or remove them."
      )
    case .text:
      (
        "text is not read", "texts are not read",
        "A text is read where a picture of the same name lies beside it. Mend the names, or remove them."
      )
    case .listed:
      (
        "name in a list of a split has no captions", "names in lists of splits have no captions",
        "They are passed over. Mend the names, or remove them from the lists."
      )
    case .column:
      (
        "column or member of captions is not read", "columns or members of captions are not read",
        "Another one is. Choose it with --caption-column, if it is the better one."
      )
    case .table:
      (
        "file of captions or data is not read", "files of captions or data are not read",
        "Name the file to read it, if it is in a form that is known (datasets/README.md)."
      )
    case .archive:
      ("archive is not read", "archives are not read", "Unpack them if something is in them.")
    case .end:
      (
        "archive may lack its end", "archives may lack their ends",
        "They have no empty blocks behind the last file. If they were cut off, get fresh copies."
      )
    case .name:
      (
        "name is not UTF-8, and its file not read", "names are not UTF-8, and their files not read",
        "Rename them, with convmv -t utf8."
      )
    case .link:
      (
        "link to a folder is not followed", "links to folders are not followed",
        "Add --follow-links if they may be followed."
      )
    case .circle:
      (
        "link leads back into a folder that it lies in",
        "links lead back into folders that they lie in",
        "They are never followed, and nothing is lost by that."
      )
    case .depth:
      (
        "folder lies too deep to be searched", "folders lie too deep to be searched",
        "Move them up."
      )
    case .other: nil
    }
  }
}
