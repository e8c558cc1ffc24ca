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
}

/// A file of captions, and where its pictures may be.
struct CaptionSource {
  /// A path; the collection's folder where captions lie beside their pictures.
  let path: String
  /// What all its pictures are for; nil where each record says it.
  var split: CaptionDataset.Split?
  /// Where pictures may be, the likeliest first.
  var pictureFolders: [String]
  /// Lists of the pictures of each split, where those are files of their own.
  var splitLists: [CaptionDataset.Split: String] = [:]
}

/// The forms that are read, the more telling first: the first that fits a folder is taken.
let captionFormats: [any CaptionFormat] = [
  COCOCaptions(), KarpathySplits(), VideoCaptionsJSON(), VideoCorpusCSV(), FlickrTokens(),
  FlickrTable(), NeuralTalkJSON(), ImageFolder(), CaptionTable(), CaptionSidecars(),
]
