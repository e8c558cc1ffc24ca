import Testing

/// Contains every suite of the module, one after the other, because OpenMP makes one team per calling thread.
@Suite("Tensors", .serialized)
enum TensorsTests {}
