import Datasets
import Files
import TestSupport
import Testing

@Suite("COCO captions")
struct COCOCaptionsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("gather the captions of each picture, in the order of the file")
  func reading() throws {
    let dataset = try read(
      """
      {"info":{"year":2014},"licenses":[{"id":1,"name":"x"}],"type":"captions",
       "images":[{"id":7,"file_name":"val2014/COCO_val2014_000000000007.jpg","height":360},
                 {"license":3,"file_name":"b.png","id":3},{"id":5,"file_name":"c.webp"}],
       "annotations":[{"image_id":3,"id":1,"caption":"A man with a \\"red\\" helmet. "},
                      {"image_id":7,"id":2,"caption":"\\nTwo dogs\\r\\n"},
                      {"caption":"A road.","id":4,"image_id":3}]}
      """)
    #expect(
      dataset
        == CaptionDataset(
          split: .validation,
          examples: [
            .init(
              id: 7, path: "pictures/val2014/COCO_val2014_000000000007.jpg",
              captions: ["Two dogs"]),
            .init(
              id: 3, path: "pictures/b.png",
              captions: ["A man with a \"red\" helmet.", "A road."]),
            .init(id: 5, path: "pictures/c.webp", captions: []),
          ]))
    #expect(dataset.captionCount == 3)
  }

  @Test("may come before their pictures, or without any annotations")
  func order() throws {
    let swapped = try read(
      #"{"annotations":[{"image_id":1,"caption":"a"}],"images":[{"id":1,"file_name":"a"}]}"#)
    #expect(swapped.examples.map(\.captions) == [["a"]])
    let waiting = try read(#"{"images":[{"id":1,"file_name":"a"}]}"#)
    #expect(waiting.examples.map(\.captions) == [[]])
  }

  @Test("of nothing but blanks are left out and counted")
  func blankCaptions() throws {
    let dataset = try read(
      #"{"images":[{"id":1,"file_name":"a"}],"annotations":[{"image_id":1,"caption":" \n "}]}"#)
    #expect(dataset.examples == [.init(id: 1, path: "pictures/a", captions: [])])
    #expect(dataset.blankCaptionCount == 1)
  }

  @Test(
    "may not name pictures outside their folder",
    arguments: ["../a.jpg", "/etc/passwd", "a/../../b", "..", "a\\u0000.jpg", ""])
  func outside(fileName: String) throws {
    let problem = problem(
      #"{"images":[{"id":1,"file_name":"ok.jpg"},{"id":2,"file_name":"\#(fileName)"}]}"#)
    #expect(
      problem
        == ", images[1]: file_name \"\(fileName)\" leads out of the image folder. "
        + "Name pictures relative to that folder, without '..'.")
  }

  @Test(
    "are refused with the record and the remedy",
    arguments: [
      (
        #"{"images":[{"id":1,"file_name":"a"},{"id":1,"file_name":"b"}]}"#,
        ", images[1]: image 1 is listed a second time. "
          + "Give every picture its own id, or remove one record."
      ),
      (
        #"{"images":[{"id":1,"file_name":"a"}],"annotations":[{"image_id":9,"caption":"x"}]}"#,
        ", annotations[0]: image_id 9 is none of the images. "
          + "Add the picture's record, or remove the caption."
      ),
      (
        #"{"images":[{"id":1}]}"#,
        ", images[0]: has no 'file_name'. Add it, or remove the record."
      ),
      (
        #"{"images":[{"id":1,"file_name":"a"}],"annotations":[{"image_id":1}]}"#,
        ", annotations[0]: has no 'caption'. Add it, or remove the record."
      ),
      (
        #"{"annotations":[]}"#,
        ": has no 'images'. "
          + "Is it a file in the COCO captions form, with images and annotations?"
      ),
      (
        "{\"images\":[{\"id\":1.5}]}",
        ": not as it should be at line 1, column 18: expected a whole number. "
          + "Get a fresh copy, or compare it with the COCO captions form."
      ),
      (
        "[]",
        ": not as it should be at line 1, column 1: expected '{'. "
          + "Get a fresh copy, or compare it with the COCO captions form."
      ),
    ])
  func refused(json: String, message: String) {
    #expect(problem(json) == message)
  }

  @Test("are refused as files are when they cannot be opened")
  func unreadable() {
    let path = "\(folder.path)/none.json"
    let error = #expect(throws: DatasetError.self) {
      try COCOCaptions.read(path, imageFolder: "pictures", split: .train)
    }
    #expect(error?.problem == .unreadable(FileError(path, .missing)))
    #expect(error?.description == FileError(path, .missing).description)
  }

  private func read(_ json: String) throws -> CaptionDataset {
    try COCOCaptions.read(
      folder.write(json, to: "captions.json"), imageFolder: "pictures", split: .validation)
  }

  /// The message after the path.
  private func problem(_ json: String) -> String? {
    let error = #expect(throws: DatasetError.self) { try read(json) }
    let path = "\(folder.path)/captions.json"
    guard let description = error?.description, description.hasPrefix(path) else { return nil }
    return String(description.dropFirst(path.count))
  }
}
