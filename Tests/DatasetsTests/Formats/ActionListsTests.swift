import Datasets
import Testing

@Suite("UCF-101 lists")
struct ActionListsTests {
  @Test("name clips in folders of their labels; the first pair of lists is read")
  func reading() throws {
    let collection = try CollectionOnDisk([
      "ucfTrainTestlist/trainlist01.txt": "Archery/v_g08_c01.avi 1\r\nBowling/v_g08_c02.avi 2\r\n",
      "ucfTrainTestlist/testlist01.txt": "Archery/v_g01_c01.avi\n",
      "ucfTrainTestlist/trainlist02.txt": "Archery/v_g01_c01.avi 1\n",
      "ucfTrainTestlist/classInd.txt": "1 Archery\n2 Bowling\n",
      "UCF-101/Archery/v_g08_c01.avi": "x",
      "UCF-101/Archery/v_g01_c01.avi": "x", "UCF-101/Bowling/v_g08_c02.avi": "x",
    ])
    let found = try CaptionCollection(at: collection.path, ofLabels: true)
    let contents = try found.read()
    #expect(found.formatName == "UCF-101 lists")
    #expect(
      contents.lines == [
        "train Archery/v_g08_c01.avi: Archery", "train Bowling/v_g08_c02.avi: Bowling",
        "test Archery/v_g01_c01.avi: Archery",
      ])
    #expect(contents[.train]?.examples[0].folder == "\(collection.path)/UCF-101")
    let second = try CaptionCollection(
      at: "\(collection.path)/ucfTrainTestlist/trainlist02.txt", ofLabels: true)
    #expect(try second.read().lines == ["train Archery/v_g01_c01.avi: Archery"])
  }

  @Test("with a clip outside of any label are refused")
  func refused() throws {
    let collection = try CollectionOnDisk(["trainlist01.txt": "v_g08_c01.avi 1\n"])
    let error = #expect(throws: DatasetError.self) {
      try CaptionCollection(at: collection.path, ofLabels: true).read(needingPictures: false)
    }
    #expect(error?.record == "line 1" && error?.problem == .noLabel)
  }
}
