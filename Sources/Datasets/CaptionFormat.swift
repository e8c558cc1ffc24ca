import Files

/// A format of captions; each has one file in `Formats`.
protocol CaptionFormat: Sendable {
  /// The name of the format.
  var name: String { get }
  /// The files by which it is recognized, for the error if nothing is found.
  var layout: String { get }
  /// Returns the files of this format in `folder`; empty if there is no such collection.
  func sources(in folder: CollectionFolder) throws(DatasetError) -> [CaptionSource]
  /// Reads one of the files.
  func read(_ source: CaptionSource, into gathering: inout Gathering) throws(DatasetError)
  /// True if it names pictures that may lie in a separate folder.
  var namesPictures: Bool { get }
  /// True if lists beside it assign pictures to splits.
  var goesBySplitLists: Bool { get }
  /// True if the column or member of the captions can be chosen.
  var takesCaptionColumn: Bool { get }
  /// Returns true if a file in none of the formats is known to accompany such collections.
  func isOfOtherTask(_ file: String) -> Bool
}

extension CaptionFormat {
  var namesPictures: Bool { true }
  var goesBySplitLists: Bool { false }
  var takesCaptionColumn: Bool { false }
  func isOfOtherTask(_ file: String) -> Bool { false }

  /// Returns one source for each split named in a file's name; a file without one is read for all
  /// splits.
  func sources(
    _ files: [String], in folder: CollectionFolder, pictureFolders: [String]
  ) throws(DatasetError) -> [CaptionSource] {
    let sources = files.map { file in
      var source = CaptionSource(
        path: folder.path(file), split: CaptionDataset.Split(mentionedIn: file),
        pictureFolders: folder.folders(pictureFolders))
      // Lists of splits are passed over, and reported, if the format does not use them.
      if goesBySplitLists { source.splitLists = folder.splitLists(beside: file) }
      return source
    }
    guard Set(sources.map { $0.split ?? .train }).count == sources.count else {
      throw severalFiles(sources.map(\.path), in: folder)
    }
    return sources
  }
}

/// A file of captions, and the folders that may contain its pictures.
struct CaptionSource {
  /// The path; the collection's folder if captions lie beside their pictures.
  let path: String
  /// The split of all its pictures; nil if each record states it.
  var split: CaptionDataset.Split?
  /// The likeliest folders of its pictures, as paths; otherwise they are in one of the usual
  /// folders.
  var pictureFolders: [String]
  /// True if pictures lie only in the first of those folders and in its subfolders.
  var isSelfContained = false
  /// The lists of the pictures of each split, if these are separate files.
  var splitLists: [CaptionDataset.Split: String] = [:]
  /// A list of alternative names of clips.
  var nameMapping: String?
  /// Subfolders with metadata of their own, relative to the file's folder, with a trailing `/`.
  var innerFolders: [String] = []
}

/// The formats that are read, the more specific first: the first that fits a folder is used.
let captionFormats: [any CaptionFormat] = [
  COCOCaptions(), KarpathySplits(), VideoCaptionsJSON(), VideoCorpusCSV(), VideoDescriptions(),
  FlickrTokens(), NeuralTalkJSON(), CaptionRecords(), ClipSegments(), KeyedMetadata(),
  ImageFolder(),
  FlickrTable(), CaptionTable(), CaptionSidecars(), WebDataset(), KeyedMetadata(isOfTexts: true),
]
