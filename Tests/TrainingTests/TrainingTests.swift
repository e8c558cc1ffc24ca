import Testing

/// Holds the suites that compute, one after the other: OpenMP makes one team per calling thread.
@Suite("Training", .serialized)
enum TrainingTests {}
