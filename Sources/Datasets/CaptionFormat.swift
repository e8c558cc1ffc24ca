import Files

/// A form in which people keep captions; each is one file in `Formats`.
protocol CaptionFormat: Sendable {
  /// As people call it.
  var name: String { get }
  /// Which files it is known by, for those who found nothing.
  var layout: String { get }
  /// The files of this form in `folder`; none if there is no such collection.
  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource]
  /// Reads one of the files.
  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError)
  /// Whether it names pictures that may lie in a folder of their own.
  var namesPictures: Bool { get }
  /// Whether lists beside it say which pictures are for what.
  var goesBySplitLists: Bool { get }
  /// Whether the column, or member, that captions are in can be chosen.
  var takesCaptionColumn: Bool { get }
  /// Whether a file that is in none of the forms is known to lie beside such collections.
  func isOfOtherTask(_ file: String) -> Bool
}

extension CaptionFormat {
  var namesPictures: Bool { true }
  var goesBySplitLists: Bool { false }
  var takesCaptionColumn: Bool { false }
  func isOfOtherTask(_ file: String) -> Bool { false }

  /// One source for each split that a file's name speaks of; a file of none is read for all splits.
  func sources(
    _ files: [String], in folder: CollectionFolder, pictureFolders: [String]
  ) throws(DatasetError) -> [CaptionSource] {
    let sources = files.map { file in
      var source = CaptionSource(
        path: folder.path(file), split: CaptionDataset.Split(mentionedIn: file),
        pictureFolders: folder.folders(pictureFolders))
      // Of a form that does not go by them such lists are passed over, and told.
      if goesBySplitLists { source.splitLists = folder.splitLists(beside: file) }
      return source
    }
    guard Set(sources.map { $0.split ?? .train }).count == sources.count else {
      throw severalFiles(sources.map(\.path), in: folder)
    }
    return sources
  }
}

/// A file of captions, and where its pictures may be.
struct CaptionSource {
  /// A path; the collection's folder where captions lie beside their pictures.
  let path: String
  /// What all its pictures are for; nil where each record says it.
  var split: CaptionDataset.Split?
  /// Where pictures are likeliest to be, as paths; else they are in one of the usual folders.
  var pictureFolders: [String]
  /// Whether pictures lie nowhere else than in the first of those folders and in those below it.
  var isSelfContained = false
  /// Lists of the pictures of each split, where those are files of their own.
  var splitLists: [CaptionDataset.Split: String] = [:]
  /// A list of other names that clips may have.
  var nameMapping: String?
  /// Folders with metadata of their own, relative to the file's, with a `/` behind.
  var innerFolders: [String] = []
}

/// The forms that are read, the more telling first: the first that fits a folder is taken.
let captionFormats: [any CaptionFormat] = [
  COCOCaptions(), KarpathySplits(), VideoCaptionsJSON(), VideoCorpusCSV(), VideoDescriptions(),
  FlickrTokens(), NeuralTalkJSON(), CaptionRecords(), ClipSegments(), KeyedMetadata(),
  ImageFolder(),
  FlickrTable(), CaptionTable(), CaptionSidecars(), WebDataset(), KeyedMetadata(isOfTexts: true),
]
