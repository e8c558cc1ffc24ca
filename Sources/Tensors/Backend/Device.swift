/// Where a tensor lives and computes.
public struct Device: Sendable {
  package let backend: any Backend

  package init(_ backend: any Backend) { self.backend = backend }

  /// The processor, through oneDNN.
  public static let cpu = Device(CPUBackend())
}

extension Device: Equatable {
  public static func == (a: Device, b: Device) -> Bool { a.backend === b.backend }
}
