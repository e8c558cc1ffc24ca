import Testing

@testable import Datasets

@Suite("Gathering")
struct GatheringTests {
  @Test(
    "ends with too many captions, even where bad records are left out", arguments: [false, true])
  func tooManyCaptions(leavingOut: Bool) throws {
    var gathering = Gathering("a.json", badRecords: leavingOut ? .leaveOut : .stop)
    gathering.captionLimit = 2
    try gathering.record("[0]") { gathering throws(DatasetError.Problem) in
      try gathering.addPicture(id: .number(1), "a.jpg")
      try gathering.addCaption("one", toPicture: .number(1))
      try gathering.addCaption("two", toPicture: .number(1))
    }
    let error = #expect(throws: DatasetError.self) {
      try gathering.record("[1]") { gathering throws(DatasetError.Problem) in
        try gathering.addCaption("three", toPicture: .number(1))
      }
    }
    #expect(
      error?.description
        == "a.json, [1]: holds more than 2 captions. Split the file into parts.")
  }

  @Test("says whether a record was read, and drops the captions of a picture that was left out")
  func leftOut() throws {
    var gathering = Gathering("a.json", badRecords: .leaveOut)
    let isRead = try gathering.record("[0]") { gathering throws(DatasetError.Problem) in
      try gathering.addPicture(id: .number(1), "../a.jpg")
    }
    #expect(!isRead)
    let isDropped = try gathering.record("[1]") { gathering throws(DatasetError.Problem) in
      try gathering.addCaption("one", toPicture: .number(1))
    }
    #expect(isDropped)
    #expect(gathering.pictures.isEmpty && gathering.leftOut.count == 1)
  }
}
