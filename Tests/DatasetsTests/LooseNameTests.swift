import Testing

@testable import Datasets

@Suite("Names of members and columns")
struct LooseNameTests {
  @Test(
    "are the same but for the case and what is between letters",
    arguments: [
      ("file_name", "FileName", true), ("file_name", "file-name", true),
      ("caption", " Caption ", true), ("enCap", "en_cap", true), ("größe", "GRÖSSE", false),
      ("größe", "GRÖ_ßE", true), ("caption", "captions", false), ("caption2", "caption_2", true),
      ("caption2", "caption", false), ("_", "-", false), ("_", "_", true), ("", "_", false),
    ])
  func comparing(known: String, name: String, isSame: Bool) {
    #expect(isCalled(name, known) == isSame)
    #expect(isCalled(known, name) == isSame)
  }

  @Test(
    "of JSON may be in any case, in every form",
    arguments: [
      ("a.json", #"[{"Image":"a.jpg","Caption":"x"}]"#),
      ("a.json", #"{"Data":[{"FileName":"a.jpg","CAPTION":"x"}]}"#),
      ("a.jsonl", #"{"file-name":"a.jpg","Text":"x","Split":"train"}"#),
      ("metadata.jsonl", #"{"File Name":"a.jpg","Caption Text":"x"}"#),
      ("metadata.csv", "File Name,Caption Text\na.jpg,x\n"),
      (
        "a.json",
        #"{"Images":[{"ID":1,"FileName":"a.jpg"}],"Annotations":[{"ImageID":1,"Caption":"x"}]}"#
      ),
      (
        "a.json",
        #"{"Images":[{"FileName":"a.jpg","Split":"train","Sentences":[{"Raw":"x"}]}]}"#
      ),
      ("a.json", #"[{"FilePath":"a.jpg","Captions":["x"],"Id":7}]"#),
      ("a.json", #"{"a.jpg":{"Caption":"x"}}"#), ("a.json", #"{"a.jpg":{"TAGS":"x"}}"#),
    ])
  func inAnyCase(file: String, text: String) throws {
    let collection = try CollectionOnDisk([file: text, "a.jpg": "x"])
    #expect(try collection.read().lines == ["train a.jpg: x"])
    #expect(try collection.read(file).lines == ["train a.jpg: x"])
  }

  @Test("of clips in JSON may be in any case")
  func clips() throws {
    let talk = try CollectionOnDisk([
      "a.json":
        #"{"Videos":[{"VideoID":"v","Split":"test"}],"Sentences":[{"videoId":"v","Caption":"x"}]}"#
    ])
    #expect(try talk.read().lines == ["test v.mp4: x"])
    let parts = try CollectionOnDisk([
      "train.json": #"{"v":{"Timestamps":[[0,1]],"Sentences":["x"]}}"#
    ])
    #expect(try parts.read().lines == ["train v.mp4: x"])
  }

  @Test(
    "of the captions are chosen in any case",
    arguments: [
      ("a.json", #"[{"image":"a.jpg","caption":"x","Alt_Text":"y"}]"#),
      ("a.jsonl", #"{"image":"a.jpg","caption":"x","altText":"y"}"#),
      ("metadata.jsonl", #"{"file_name":"a.jpg","text":"x","ALT-TEXT":"y"}"#),
      ("a.csv", "image,caption,Alt Text\na.jpg,x,y\n"),
      ("a.json", #"{"a.jpg":{"caption":"x","AltText":"y"}}"#),
      ("a.json", #"[{"file_path":"a.jpg","captions":["x"],"AltText":["y"]}]"#),
    ])
  func chosen(file: String, text: String) throws {
    var collection = try CollectionOnDisk([file: text, "a.jpg": "x"])
    for name in ["alt text", "ALTTEXT", "Alt_Text"] {
      collection.choices.captionColumn = name
      #expect(try collection.read().lines == ["train a.jpg: y"], "\(name)")
    }
  }

  @Test("do not make captions of pictures' own members those of COCO's annotations")
  func ownCaptions() throws {
    let own = try CollectionOnDisk([
      "a.json": #"{"images":[{"id":1,"filename":"a.jpg","caption":"x"}]}"#, "a.jpg": "x",
    ])
    #expect(try own.collection().formatName == "JSON caption records")
    #expect(try own.read().lines == ["train a.jpg: x"])
    // Not taken for Karpathy's, which have a `filename`.
    let boxes = try CollectionOnDisk([
      "captions.tsv": "a.jpg\tx\n",
      "instances_train.json": #"{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[]}"#,
      "instances_val.json": #"{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[]}"#,
    ])
    #expect(try boxes.collection().formatName == "tab-separated captions")
  }
}
