import BatchCaptioning
import Files
import TestSupport
import Testing

@Suite("COCO results")
struct COCOResultsTests {
  @Test("have the numbers of COCO's file names, else the names without extension")
  func ids() {
    #expect(cocoImageID(ofFile: "val2014/COCO_val2014_000000000139.jpg") == 139)
    #expect(cocoImageID(ofFile: "000000000139.jpg") == 139)
    #expect(cocoImageID(ofFile: "a/1000268201_693b08cb0e.jpg") == "1000268201_693b08cb0e")
    #expect(cocoImageID(ofFile: "photo.tar.gz") == "photo.tar")
    #expect(cocoImageID(ofFile: ".hidden") == ".hidden")
    #expect(cocoImageID(ofFile: "99999999999999999999.jpg") == "99999999999999999999")
  }

  @Test("of a batch leave out files without a caption, and count them")
  func batch() throws {
    let folder = try TemporaryFolder()
    let rows = try folder.write(
      """
      {"schema":"cutline.result/1","file":"9.jpg","segments":[{"captions":[{"text":"a dog"},{"text":"dogs"}]}]}
      {"schema":"cutline.result/1","file":"bad.jpg","error":{"code":"damaged"}}
      {"schema":"cutline.result/1","file":"b.jpg","withheld":true,"segments":[{"captions":[]}]}
      {"schema":"cutline.result/1","file":"c.jpg","segments":[{"captions":[{"text":"a \\"cat\\""}]}]}

      """, to: "results.jsonl")
    let path = "\(folder.path)/results.coco.json"
    let written = try COCOResults(rowsOf: rows, to: path)
    #expect(written.captionCount == 2 && written.withoutCount == 2)
    let read = try MappedFile(path).withBytes { try JSONValue(reading: $0) }
    #expect(
      read == [
        ["image_id": 9, "caption": "a dog"], ["image_id": "c", "caption": "a \"cat\""],
      ])
    let none = try COCOResults(rowsOf: try folder.write("", to: "empty.jsonl"), to: path)
    #expect(none.captionCount == 0)
    #expect(try MappedFile(path).withBytes { try JSONValue(reading: $0) } == [])
  }
}
