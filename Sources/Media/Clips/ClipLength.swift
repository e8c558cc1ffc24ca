// How long a clip is, which its file may say wrong, or not at all.

extension VideoFile {
  /// In seconds, three years: what a damaged file says beyond is not believed.
  static let longest = 1e8
  /// In frames per second.
  static let possibleRates = 1e-3...1e6

  /// Reads what is left of the file, and corrects the length if the file has it wrong.
  ///
  /// - Returns: Whether it was wrong by a tenth, and by a second or half of what it is; the clip then stands
  ///   at its start.
  /// - Throws: `MediaError` if the clip is longer than the options allow.
  package mutating func correctDuration() throws(MediaError) -> Bool {
    do throws(VideoProblem) {
      while try readPacket() != nil {}
      let error = abs(readEnd - info.duration)
      guard readEnd > 0, error > 1 || error > readEnd / 2, error > info.duration / 10 else {
        return false
      }
      info.duration = readEnd
      try stream.rewind()
    } catch {
      throw error.error(name, .decode)
    }
    (lastTime, damagedCount) = (nil, 0)
    try Self.begin(stream, name, options, readEnd)
    return true
  }

  /// The same of a clip of which nothing was read yet, and which stands at its start afterwards.
  package mutating func measureDuration() throws(MediaError) {
    guard try !correctDuration() else { return }
    do throws(VideoProblem) {
      try stream.rewind()
    } catch {
      throw error.error(name, .open)
    }
  }

  mutating func readPacket() throws(VideoProblem) -> VideoStream.Packet? {
    guard let packet = try stream.readPacket() else { return nil }
    if let end = packet.end(atRate: info.frameRate), end <= Self.longest {
      readEnd = max(readEnd, end)
    }
    return packet
  }
}

extension VideoStream {
  /// The clip's length in seconds, found by reading through it where the file does not say.
  func duration() throws(VideoProblem) -> Double {
    let said = info
    if said.duration > 0, said.duration <= VideoFile.longest, !said.is_duration_guessed {
      return said.duration
    }
    var end = 0.0
    while let packet = try readPacket() {
      let rate = VideoFile.possibleRates.contains(said.frame_rate) ? said.frame_rate : nil
      if let time = packet.end(atRate: rate), time <= VideoFile.longest { end = max(end, time) }
    }
    try rewind()
    return end
  }
}

extension VideoStream.Packet {
  /// When its frame is no longer shown, in seconds; nil where the file does not say.
  fileprivate func end(atRate frameRate: Double?) -> Double? {
    (presented ?? decoded).map { $0 + (duration > 0 ? duration : 1 / (frameRate ?? 25)) }
  }
}
