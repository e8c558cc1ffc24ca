/// The length of a clip as its header or folder states it, without decoding it.
///
/// A damaged clip may deliver fewer frames than it states.
package enum ClipExtent: Sendable, Equatable {
  /// A video: its duration in seconds, and its frames per second.
  case video(duration: Double, frameRate: Double)
  /// A folder of `frameCount` frames.
  case folder(frameCount: Int)

  /// Returns the extent of a segment of a video.
  package func part(_ segment: ClipSegment) -> ClipExtent {
    guard case .video(let duration, let frameRate) = self else { return self }
    let length = min(segment.end, duration) - segment.start
    return .video(duration: max(0, length), frameRate: frameRate)
  }

  /// Returns the number of frames that `frames` selects from the whole clip.
  package func frameCount(_ frames: ClipSampling.Frames) -> Int {
    switch self {
    case .video(let duration, let frameRate):
      let chosen = ClipSegment(start: 0, end: duration).times(frames, frameRate: frameRate).count
      // A frame selected for several times counts once.
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
