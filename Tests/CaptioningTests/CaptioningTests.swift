import Testing

/// Holds every suite of the module, one after the other: OpenMP makes one team per calling thread.
@Suite("Captioning", .serialized)
enum CaptioningTests {}
