import Files

extension CaptionDataset {
  /// Sets some pictures aside to measure on, for collections that have no validation split.
  ///
  /// Which ones depends on the seed and each picture's name alone: pictures that are added later move
  /// none from one part to the other.
  ///
  /// - Parameters:
  ///   - share: How many of the pictures, in `0...1`, more or less.
  ///   - seed: Another seed chooses others.
  /// - Returns: The pictures to learn from, and those set aside.
  public func holdingOut(
    _ share: Double, seed: UInt64
  ) -> (training: CaptionDataset, validation: CaptionDataset) {
    func isHeldOut(_ image: CaptionedImage) -> Bool {
      let digest = Array("\(seed)\t\(image.name)".utf8).withUnsafeBytes(SHA256.digest(of:))
      let bits = digest.bytes.prefix(6).reduce(0) { $0 << 8 | UInt64($1) }
      return Double(bits) < share * Double(1 << 48 as UInt64)
    }
    let parts = Dictionary(grouping: examples, by: isHeldOut)
    return (
      CaptionDataset(split: split, examples: parts[false] ?? []),
      CaptionDataset(split: .validation, examples: parts[true] ?? [])
    )
  }
}
