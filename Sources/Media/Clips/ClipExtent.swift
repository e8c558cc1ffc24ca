/// The length of a clip as its header or folder states it, without decoding it.
///
/// A damaged clip may deliver fewer frames than it states.
package enum ClipExtent: Sendable, Equatable {
  /// A video: its length in seconds, and its frames per second.
  case video(duration: Double, frameRate: Double)
  /// A folder of so many frames.
  case folder(frameCount: Int)

  /// The extent of a part of a video.
  package func part(_ segment: ClipSegment) -> ClipExtent {
    guard case .video(let duration, let frameRate) = self else { return self }
    let length = min(segment.end, duration) - segment.start
    return .video(duration: max(0, length), frameRate: frameRate)
  }

  /// The number of frames that `frames` chooses from the whole clip.
  package func frameCount(_ frames: ClipSampling.Frames) -> Int {
    switch self {
    case .video(let duration, let frameRate):
      let chosen = ClipSegment(start: 0, end: duration).times(frames, frameRate: frameRate).count
      // A frame of a video that is seen at several times is shown once.
      return min(chosen, max(1, Int((duration * frameRate).rounded())))
    case .folder(let count):
      return ClipSegment(start: 0, end: Double(count)).times(frames, frameRate: 1).count
    }
  }
}

extension VideoFile {
  package var extent: ClipExtent {
    .video(duration: info.duration, frameRate: info.frameRate ?? Self.usualFrameRate)
  }
}

extension FrameFolder {
  package var extent: ClipExtent { .folder(frameCount: pictures.count) }
}
