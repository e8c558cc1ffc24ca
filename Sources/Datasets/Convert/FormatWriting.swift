import Files

// The writers of the formats; the readers are in `Formats`.

extension COCOCaptions: CaptionWriting {
  var holdsUncaptioned: Bool { true }
  var isInLines: Bool { false }

  func files(for splits: [ConvertedSplit]) -> [ConvertedFile] {
    var number = 0
    return splits.map { split in
      var file = ConvertedFile(
        "annotations/captions_\(split.split.rawValue).json",
        "{\"info\":{},\"licenses\":[],\"type\":\"captions\",\"images\":[")
      file.add(
        list: split.pictures.lazy.map {
          "{\"id\":\($0.id),\"file_name\":\(jsonString($0.name))}"
        })
      file.add("],\"annotations\":[")
      file.add(
        list: split.pictures.lazy.flatMap { picture in
          picture.captions.map { caption in
            number += 1
            return
              "{\"id\":\(number),\"image_id\":\(picture.id),\"caption\":\(jsonString(caption))}"
          }
        })
      file.add("]}\n")
      return file
    }
  }
}

extension KarpathySplits: CaptionWriting {
  var holdsUncaptioned: Bool { true }
  var isInLines: Bool { false }

  func files(for splits: [ConvertedSplit]) -> [ConvertedFile] {
    var file = ConvertedFile("dataset.json", "{\"dataset\":\"converted\",\"images\":[")
    var (number, sentence) = (0, 0)
    file.add(
      list: splits.lazy.flatMap { split in
        split.pictures.map { picture in
          defer { number += 1 }
          return record(picture, split.split, number: number, sentence: &sentence)
        }
      })
    file.add("]}\n")
    return [file]
  }

  private func record(
    _ picture: ConvertedPicture, _ split: CaptionDataset.Split, number: Int, sentence: inout Int
  ) -> String {
    let slash = picture.name.lastIndex(of: "/")
    let folder = slash.map { "\"filepath\":\(jsonString(String(picture.name[..<$0])))," } ?? ""
    let file = slash.map { String(picture.name[picture.name.index(after: $0)...]) } ?? picture.name
    let numbers = sentence..<sentence + picture.captions.count
    sentence = numbers.upperBound
    let sentences = zip(numbers, picture.captions).map { id, caption in
      let tokens = tokens(of: caption).map(jsonString).joined(separator: ",")
      return
        "{\"tokens\":[\(tokens)],\"raw\":\(jsonString(caption)),\"imgid\":\(number),\"sentid\":\(id)}"
    }
    return
      "{\(folder)\"filename\":\(jsonString(file)),\"imgid\":\(number),\"cocoid\":\(picture.id),"
      + "\"split\":\"\(split.rawValue)\",\"sentids\":[\(numbers.map(String.init).joined(separator: ","))],"
      + "\"sentences\":[\(sentences.joined(separator: ","))]}"
  }

  /// Returns the words of a caption as neuraltalk tokenized them: lower case, without ASCII
  /// punctuation, split at blanks.
  private func tokens(of caption: String) -> [String] {
    var text = String.UnicodeScalarView()
    for scalar in caption.lowercased().unicodeScalars {
      switch scalar {
      case "!"..."/", ":"..."@", "["..."`", "{"..."~": continue
      default: text.append(scalar)
      }
    }
    return String(text).split(whereSeparator: \.isWhitespace).map(String.init)
  }
}

extension NeuralTalkJSON: CaptionWriting {
  var isInLines: Bool { false }
  var holdsUncaptioned: Bool { true }

  func files(for splits: [ConvertedSplit]) -> [ConvertedFile] {
    var file = ConvertedFile("captions.json", "[")
    file.add(
      list: splits.lazy.flatMap { split in
        split.pictures.lazy.map { picture in
          let captions = picture.captions.map(jsonString).joined(separator: ",")
          return "{\"file_path\":\(jsonString(picture.name)),\"id\":\(picture.id),"
            + "\"split\":\"\(split.split.rawValue)\",\"captions\":[\(captions)]}"
        }
      })
    file.add("]\n")
    return [file]
  }
}

extension FlickrTokens: CaptionWriting {
  func files(for splits: [ConvertedSplit]) -> [ConvertedFile] {
    var file = ConvertedFile("captions.token")
    for picture in splits.flatMap(\.pictures) {
      for (number, caption) in picture.captions.enumerated() {
        file.add("\(picture.name)#\(number)\t\(onOneLine(caption))\n")
      }
    }
    return [file] + splitLists(splits)
  }
}

extension FlickrTable: CaptionWriting {
  func files(for splits: [ConvertedSplit]) -> [ConvertedFile] {
    var file = ConvertedFile("captions.txt", "image,caption\n")
    for picture in splits.flatMap(\.pictures) {
      for caption in picture.captions {
        file.add("\(csvField(picture.name)),\(csvField(caption))\n")
      }
    }
    return [file] + splitLists(splits)
  }
}

/// Returns Flickr8k's lists of the pictures of each split.
private func splitLists(_ splits: [ConvertedSplit]) -> [ConvertedFile] {
  splits.map { split in
    let name = split.split == .validation ? "dev" : split.split.rawValue
    return ConvertedFile(
      "\(name)Images.txt", split.pictures.map { "\($0.name)\n" }.joined())
  }
}

extension CaptionTable: CaptionWriting {
  var isInLines: Bool { false }

  func files(for splits: [ConvertedSplit]) -> [ConvertedFile] {
    splits.map { split in
      var file = ConvertedFile(split.isOnly ? "captions.tsv" : "\(split.split.rawValue).tsv")
      for picture in split.pictures {
        let path = escaped("images/\(picture.name)")
        for caption in picture.captions { file.add("\(path)\t\(onOneLine(caption))\n") }
      }
      return file
    }
  }

  private func escaped(_ path: String) -> String {
    path.replacing("\\", with: "\\\\").replacing("\t", with: "\\t").replacing("\n", with: "\\n")
  }
}

extension ImageFolder: CaptionWriting {
  var keyword: String { isTable ? "imagefolder-csv" : "imagefolder" }
  var isInLines: Bool { false }

  func files(for splits: [ConvertedSplit]) -> [ConvertedFile] {
    splits.map { split in
      var file = ConvertedFile(
        "\(split.folder)/metadata.\(isTable ? "csv" : "jsonl")", isTable ? "file_name,text\n" : "")
      for picture in split.pictures {
        for caption in picture.captions {
          file.add(
            isTable
              ? "\(csvField(picture.name)),\(csvField(caption))\n"
              : "{\"file_name\":\(jsonString(picture.name)),\"text\":\(jsonString(caption))}\n")
        }
      }
      return file
    }
  }

  func place(of picture: ConvertedPicture, in split: ConvertedSplit) -> String {
    "\(split.folder)/\(picture.name)"
  }
}

extension CaptionSidecars: CaptionWriting {
  var needsPictures: Bool { true }
  var holdsFrameFolders: Bool { false }
  var isInLines: Bool { false }

  func files(for splits: [ConvertedSplit]) -> [ConvertedFile] {
    splits.flatMap { split in
      split.pictures.map { picture in
        ConvertedFile(
          "\(stem(place(of: picture, in: split))).txt",
          picture.captions.map { "\(onOneLine($0))\n" }.joined())
      }
    }
  }

  func place(of picture: ConvertedPicture, in split: ConvertedSplit) -> String {
    split.isOnly ? picture.name : "\(split.folder)/\(picture.name)"
  }
}
