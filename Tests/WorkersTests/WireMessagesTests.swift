import Testing

@testable import Workers

@Suite("Messages between a pool and its workers")
struct WireMessagesTests {
  @Test(
    "Orders come back as they were sent",
    arguments: [
      WorkerOrder.begin(slotCount: 2, slotByteCount: 4096, memoryByteLimit: 1 << 31),
      .task(slot: 1, range: 10..<1 << 40, message: [1, 2, 3]),
      .task(slot: 0, range: 0..<0, message: []),
      .goOn,
    ])
  func orders(order: WorkerOrder) {
    #expect(WorkerOrder(order.bytes) == order)
  }

  @Test(
    "Reports come back as they were sent",
    arguments: [
      WorkerReport.ready(isFiltered: true), .ready(isFiltered: false),
      .answer(WorkerAnswer(message: [9], byteCount: 5), isLast: true),
      .answer(WorkerAnswer(message: [], byteCount: 0), isLast: false),
    ])
  func reports(report: WorkerReport) {
    #expect(WorkerReport(report.bytes) == report)
  }

  @Test("Whatever bytes come, they are read or refused, and never trap")
  func nonsense() {
    var state: UInt64 = 1
    var readCount = 0
    for count in 0..<20_000 {
      let bytes = (0..<count % 40).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        // Mostly small numbers, so that some messages pass the first checks.
        return state >> 62 == 0 ? UInt8(truncatingIfNeeded: state >> 40) : UInt8(state >> 61)
      }
      if WorkerReport(bytes) != nil { readCount += 1 }
      _ = WorkerOrder(bytes)
    }
    #expect(WorkerReport([]) == nil)
    #expect(WorkerReport([UInt8](repeating: 0, count: 16)) == nil)
    #expect(WorkerReport([4, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]) == nil)
    #expect(readCount < 20_000)
  }
}
