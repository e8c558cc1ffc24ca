import Captioning
import Files
import Media

/// The facts in a row of `results.jsonl` about itself: its input, and what it was made from.
package struct JournalRow: Sendable, Equatable {
  package var name: String
  package var stamp: SourceStamp?
  package var conditions: Conditions
  /// The failure; nil if there are captions.
  package var failure: MediaError.Code?
  /// True if there are captions, and all of them are withheld.
  package var isWithheld = false

  /// The conditions that decide a file's captions, apart from the file.
  package struct Conditions: Sendable, Hashable {
    /// The SHA-256 of the model's weights.
    package var model: String?
    /// The settings for reading pictures and searching for captions, as JSON.
    package var settings: String

    package init(model: String?, settings: JSONValue) {
      (self.model, self.settings) = (model, settings.compactText)
    }
  }

  /// Reads a line; nil if it is no row of results.
  package init?(_ line: ArraySlice<UInt8>) {
    var fields = Fields()
    let isWhole = line.withUnsafeBytes { bytes in
      let outcome: Void? = try? JSONReader.read(bytes) {
        (reader: inout JSONReader) throws(JSONError) in try fields.read(&reader)
      }
      return outcome != nil
    }
    guard isWhole || fields.areEnough, fields.schema == ResultHead.schema,
      let name = fields.bytes.map({ nameText($0) }) ?? fields.name
    else { return nil }
    (self.name, stamp, failure) = (name, fields.stamp, fields.failure)
    isWithheld = fields.isWithheld
    conditions = Conditions(model: fields.model, settings: fields.settings ?? .null)
  }

  private struct Fields {
    var schema: String?
    var name: String?
    /// The bytes of a name that is not UTF-8.
    var bytes: [UInt8]?
    var stamp: SourceStamp?
    var model: String?
    var settings: JSONValue?
    var failure: MediaError.Code?
    var isWithheld = false
    /// True if all facts are known although the row was not read to its end.
    var areEnough = false

    /// Reads a row as far as needed: captions, most of it, come last in rows as they are written.
    ///
    /// A million rows, 1.3 GB, so take three seconds rather than thirteen.
    mutating func read(_ reader: inout JSONReader) throws(JSONError) {
      try reader.beginObject()
      while let key = try reader.nextKey() {
        switch key {
        case "schema": schema = try reader.readString()
        case "file": name = try reader.readString()
        case "file_bytes": bytes = Files.bytes(ofBase64: try reader.readString())
        case "source": stamp = SourceStamp(try JSONValue(next: &reader))
        case "model": model = try JSONValue(next: &reader)["sha256"]?.string
        case "settings": settings = try JSONValue(next: &reader)
        case "error":
          let code = try JSONValue(next: &reader)["code"]?.string
          failure = code.flatMap { MediaError.Code(rawValue: $0) } ?? .internal
        case "withheld": isWithheld = try JSONValue(next: &reader) == .boolean(true)
        case "segments" where name != nil && stamp != nil && model != nil && settings != nil:
          areEnough = true
          return
        default: try reader.skipValue()
        }
      }
    }
  }
}

extension ResultHead {
  /// The conditions that decide the captions of a run's rows.
  package var conditions: [MediaKind: [JournalRow.Conditions]] {
    // The row of an animated picture is made anew as that of a clip.
    let pictures = playsAnimations ? [settings] : [settings, firstPictureSettings]
    return [.image: pictures, .video: [clipSettings]].mapValues { settings in
      settings.map { JournalRow.Conditions(model: model["sha256"]?.string, settings: $0) }
    }
  }
}

extension SourceStamp {
  /// The row's member `source`.
  ///
  /// Nanoseconds are a string: as a number they would be rounded by programs that read numbers as
  /// 64-bit floats, such as jq, and a journal that went through jq would be useless.
  package var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("size", .number(Double(size))),
      .init("mtime_ns", .string("\(modificationNanoseconds)")),
    ]
    if let offset { members.append(.init("offset", .number(Double(offset)))) }
    return .object(members)
  }

  init?(_ json: JSONValue) {
    guard let size = json["size"]?.integer,
      let time = json["mtime_ns"]?.string.flatMap({ Int($0) })
    else { return nil }
    self.init(size: size, modificationNanoseconds: time, offset: json["offset"]?.integer)
  }
}

extension CaptionResult {
  /// Returns the result as a row of a batch, with the facts that a later run compares.
  package func journalRow(_ head: ResultHead, _ stamp: SourceStamp?) -> JSONValue {
    guard case .object(var members) = json(head), let stamp else { return json(head) }
    let place = members.lastIndex { $0.key.hasPrefix("file") }.map { $0 + 1 } ?? members.endIndex
    members.insert(.init("source", stamp.json), at: place)
    return .object(members)
  }
}
