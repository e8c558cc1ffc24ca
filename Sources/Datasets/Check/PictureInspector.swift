import Dispatch
import Files
import Media
import Synchronization

/// The result of opening a picture.
package struct PictureInspection: Sendable {
  /// The reason why it cannot be used; nil if it can.
  package let error: MediaError?
  /// The length of a clip; nil for a picture.
  package var extent: ClipExtent?
  package let warnings: [MediaWarning]
  /// The checksum of the file; nil if it was not requested, or the file cannot be read.
  package let digest: SHA256Digest?
  package let hash: DifferenceHash?
}

/// Opens pictures and decodes them on all cores, to find those that cannot be used.
///
/// Memory does not grow with their number: each core holds one picture at a time.
package struct PictureInspector: Sendable {
  package var threadCount: Int
  /// True if checksums and hashes are computed, to find duplicates.
  package var isFingerprinting = false

  package init(threadCount: Int) { self.threadCount = threadCount }

  /// The number of pictures opened between two reports.
  private static let chunkSize = 256

  /// Inspects `pictures`, in their order.
  ///
  /// - Parameters:
  ///   - pictures: The pictures to open; of clips only the beginning is read.
  ///   - report: Receives the number of pictures done from time to time, and returns false to stop.
  /// - Returns: The result of each picture, up to the point at which `report` stopped.
  package func inspect(
    _ pictures: [CaptionedImage], report: (Int) -> Bool = { _ in true }
  ) -> [PictureInspection] {
    var inspections: [PictureInspection] = []
    inspections.reserveCapacity(pictures.count)
    while inspections.count < pictures.count {
      let end = min(inspections.count + Self.chunkSize, pictures.count)
      inspections += inspect(chunk: Array(pictures[inspections.count..<end]))
      guard report(inspections.count) else { break }
    }
    return inspections
  }

  private func inspect(chunk: [CaptionedImage]) -> [PictureInspection] {
    let results = Mutex([PictureInspection?](repeating: nil, count: chunk.count))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: min(threadCount, chunk.count)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < chunk.count else { return }
        let result = inspection(of: chunk[index])
        results.withLock { $0[index] = result }
      }
    }
    return results.withLock { $0.compactMap(\.self) }
  }

  private func inspection(of picture: CaptionedImage) -> PictureInspection {
    do throws(MediaError) {
      try refuseEmptyShell(picture)
      return switch picture.kind {
      case .picture: try stillImage(picture)
      case .clip: try clip(picture)
      case .frames: try frames(picture)
      }
    } catch {
      return PictureInspection(error: error, warnings: [], digest: nil, hash: nil)
    }
  }

  /// Throws if the file is a pointer that Git LFS or git-annex leaves for a file that was not
  /// fetched.
  private func refuseEmptyShell(_ picture: CaptionedImage) throws(MediaError) {
    guard picture.part == nil, picture.kind != .frames else { return }
    let folder = PictureFolder(path: picture.folder, followsLinks: picture.followsLinks)
    let target = destinationOfLink(picture.path)
    if let target, FileStatus(picture.path) == nil {
      throw MediaError(
        path: picture.path, code: .missing, stage: .open,
        problem:
          "a link to \(target), where nothing is. Fetch it: git annex get, dvc pull, or a new "
          + "download.")
    }
    let head = folder.head(of: picture.name)
    if let target = linkText(head, at: picture.path) {
      throw MediaError(
        path: picture.path, code: .notMedia, stage: .open,
        problem:
          "only the text of a link to \(target). Unpack it with its links, and add --follow-links.")
    }
    guard isLargeFilePointer(head) else { return }
    throw MediaError(
      path: picture.path, code: .notMedia, stage: .open,
      problem: "a Git LFS pointer, not the picture itself. Fetch it, with git lfs pull.")
  }

  private func stillImage(_ picture: CaptionedImage) throws(MediaError) -> PictureInspection {
    var options = StillImageOptions()
    options.smallestUsefulSize = { _ in DifferenceHash.usefulSize }
    let bytes = try picture.source.bytes(atMost: options.maximumFileBytes)
    let digest = isFingerprinting ? bytes.withUnsafeBytes(SHA256.digest(of:)) : nil
    let decoded: DecodedImage
    do throws(MediaError) {
      decoded = try decodeStillImage(.bytes(bytes, name: picture.path), options)
    } catch {
      return PictureInspection(error: error, warnings: [], digest: digest, hash: nil)
    }
    return PictureInspection(
      error: nil, warnings: decoded.warnings, digest: digest,
      hash: isFingerprinting ? DifferenceHash(decoded.image) : nil)
  }

  /// Decodes a clip up to its first frame: the whole may have gigabytes.
  private func clip(_ clip: CaptionedImage) throws(MediaError) -> PictureInspection {
    var found = MediaFormat(recognizing: try head(of: clip))
    if found == nil {
      found = MediaFormat(recognizing: try clip.source.firstBytes(MediaFormat.headByteCount))
    }
    guard let found, found.isVideo || found.mayMove else {
      throw MediaError(
        path: clip.path, code: .notMedia, stage: .decode,
        problem: "not a video in any known format. Get a fresh copy.")
    }
    var file = try VideoFile(clip.source)
    // The length found by decoding depends on how far decoding goes: the header's length is used.
    let extent = clip.segment.map { file.extent.part($0) } ?? file.extent
    if let segment = clip.segment, segment.start >= file.info.duration {
      throw MediaError(
        path: clip.path, code: .truncated, stage: .decode,
        problem:
          "ends after \(file.info.duration) s, before the part from \(segment.start) s on that is captioned. Mend "
          + "the times, or get the whole clip.")
    }
    _ = try file.firstFrame()
    return PictureInspection(
      error: nil, extent: extent, warnings: file.warnings, digest: nil, hash: nil)
  }

  /// Returns the first bytes of a clip; a clip that is a separate file is not read as a whole for
  /// this.
  private func head(of clip: CaptionedImage) throws(MediaError) -> [UInt8] {
    if case .file = clip.source, FileStatus(clip.path) != nil {
      return PictureFolder(path: clip.folder, followsLinks: true).head(of: clip.name)
    }
    if let part = clip.part {
      let end = min(part.range.upperBound, part.range.lowerBound + 1 << 12)
      return (try? part.archive.bytes(part.range.lowerBound..<end)) ?? []
    }
    return try clip.source.firstBytes(1 << 12)
  }

  /// Decodes the first picture of a folder of frames, and only opens the others: there may be
  /// thousands.
  private func frames(_ clip: CaptionedImage) throws(MediaError) -> PictureInspection {
    let folder = try FrameFolder(clip.source)
    let pictures = folder.pictures
    let warnings = try pictures.prefix(1).map { picture throws(MediaError) in
      try decodeStillImage(picture).warnings
    }
    for picture in pictures.dropFirst() {
      guard MediaFormat(recognizing: try picture.firstBytes(1 << 12))?.isVideo == false else {
        throw MediaError(
          path: picture.name, code: .notMedia, stage: .decode,
          problem: "not a picture in any known format, in a folder of frames. Get a fresh copy.")
      }
    }
    return PictureInspection(
      error: nil, extent: folder.extent, warnings: Array(warnings.joined()), digest: nil, hash: nil)
  }
}
