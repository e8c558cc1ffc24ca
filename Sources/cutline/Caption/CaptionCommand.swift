import ArgumentParser
import BatchCaptioning
import Captioning
import Files
import Media
import Tensors
import Workers

/// `cutline caption FILE…`, or just `cutline FILE…`: prints a caption for each picture or clip.
struct CaptionCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "caption", abstract: "Caption pictures and clips.",
    discussion: """
      One file prints its caption; several files, or several captions per file, print lines of \
      path<TAB>caption. Errors go to standard error, and the other files are still captioned.

        cutline photo.jpg
        cutline photo.jpg -k 3 --json
        cutline photo.jpg --attention maps
        cutline clip.mp4 --every 4 -o clip.srt
        cutline a.mp4 b.mp4 -f srt,json -o captions
        curl -s https://example.org/x.jpg | cutline -
      """)

  @OptionGroup var pictures: PictureOptions
  @OptionGroup var model: EnsembleOptions
  @OptionGroup(title: "Results") var results: ResultOptions
  @OptionGroup(title: "Heat maps") var heatMaps: HeatMapOptions
  @OptionGroup(title: "Clips") var clips: ClipOptions
  @OptionGroup(title: "Search") var search: SearchOptions
  @OptionGroup(title: "Tags and confidence") var doubt: DoubtOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var precision: PrecisionOptions
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    if doubt.tags != nil, let form = results.formats.first, [.coco, .srt, .vtt].contains(form) {
      throw ValidationError(
        "--tags: \(form.rawValue) has no place for tags. Choose text, tsv, json or jsonl.")
    }
    if results.formats.contains(.coco), clips.every != nil || clips.scenes {
      throw ValidationError(
        "coco has one caption of a clip. Leave out \(clips.scenes ? "--scenes" : "--every").")
    }
  }

  func run() throws {
    let messages = talk.messages
    try pictures.protect(from: results.path)
    try results.check(pictures)
    let folder = try results.folder(for: pictures)
    let imageIDs = try results.cocoIDs(of: pictures.files)
    let stream = try ResultOutput(
      folder == nil ? results.path : nil, overwriting: results.force)
    var maps = try heatMaps.output(
      for: pictures, results, within: clips.fileTimeLimit, stream.cleanup, by: model.models)
    let threadCount = try threads.apply()
    let models = try model.models()
    let start = ContinuousClock.now
    let ensemble = try CaptionEnsemble(loading: models, precision: precision.precision)
    var captioner = Captioner(
      ensemble,
      search: try search.search(
        for: ensemble.configuration, ensemble.vocabulary, captionCount: results.captions))
    try doubt.apply(to: &captioner)
    let loading = start.duration(to: .now).milliseconds
    messages.detail("\(models.paths): loaded in \(tenths(loading)) ms, \(threadCount) threads")

    let head = ResultHead(
      model: models.name, digest: models.weightsDigest(),
      settings: doubt.settings(
        model.settings(try precision.settings(captioner.search, ensemble.vocabulary, models)),
        models, captioner.search, ensemble.configuration),
      clipSettings: sampling(for: captioner).json, tagCount: doubt.tags ?? 0)
    var output = CaptionOutput(
      stream, folder,
      ResultFormatter(
        results.formats[0], head, fileCount: pictures.files.count, captionCount: results.captions,
        endsWithNull: results.null, imageIDs: imageIDs), head)
    var tally = Tally()
    // A clip is decoded by one thread. A single clip is finished before decoding processes would
    // have started, so none are used, unless a time limit must be enforced.
    let parallelCount = clips.timeout == nil ? pictures.clipCount : pictures.files.count
    let workerCount = min(threadCount, parallelCount)
    if workerCount > 1 || clips.timeout != nil {
      let job = CaptionJob(
        captioner, captionCount: results.captions, try pool(for: captioner, workerCount))
      try run(job, captioner, messages, &tally, &output, &maps)
    } else {
      let job = CaptionJob(
        captioner, captionCount: results.captions, localDecoder(for: captioner, threadCount))
      try run(job, captioner, messages, &tally, &output, &maps)
    }
    try output.finish()
    try tally.finish()
  }

  private func run<Decoder: MediaDecoder & ~Copyable>(
    _ job: consuming CaptionJob<Decoder>, _ captioner: Captioner, _ messages: Messages,
    _ tally: inout Tally, _ output: inout CaptionOutput, _ maps: inout HeatMapOutput?
  ) throws {
    var job = job
    var waiting = (maps?.files ?? pictures.numberedFiles).makeIterator()
    let progress = talk.makeProgress()
    let captioned = CountProgress(progress, "captions", of: pictures.files.count)
    var count = 0
    try job.run(next: { waiting.next() }) { result in
      progress.clear()
      count += 1
      defer { if showsProgress { captioned.report(count) } }
      messages.report(result)
      if let note = clips.uncutNote(result) { messages.note(note) }
      tally.count(try output.write(result, messages))
      try maps?.draw(result, by: captioner, clipReader(for: captioner))
    }
    if showsProgress { captioned.finish(count) }
  }

  /// True if there are several files, and captions do not appear on a terminal, where they are
  /// progress enough.
  private var showsProgress: Bool {
    pictures.files.count > 1
      && (talk.progress != .auto || results.path != nil || !StandardStream.output.isTerminal)
  }

  private func clipReader(for captioner: Captioner) -> ClipReader {
    ClipReader(
      for: captioner.ensemble.preprocessing, sampling(for: captioner),
      clips.limits(like: pictures.limits))
  }

  private func localDecoder(for captioner: Captioner, _ threadCount: Int) -> LocalDecoder {
    let preprocessing = captioner.ensemble.preprocessing
    return LocalDecoder(
      PictureReader(for: preprocessing, pictures.limits, threadCount: threadCount),
      clipReader(for: captioner), capacity: captionBatchSize)
  }

  private func pool(
    for captioner: Captioner, _ workerCount: Int
  ) throws(WorkerError) -> DecodingPool {
    try DecodingPool(
      for: captioner.ensemble.preprocessing, pictures.limits,
      DecodingPool.Settings(workerCount: workerCount, timeLimit: clips.fileTimeLimit),
      sampling(for: captioner), clips.limits(like: pictures.limits))
  }

  private func sampling(for captioner: Captioner) -> ClipSampling {
    var sampling = clips.sampling(
      for: captioner.ensemble.configuration,
      wantsTimes: results.formats.contains(where: \.isForClips))
    // What is drawn is a picture.
    if heatMaps.attention != nil { sampling.playsAnimations = false }
    return sampling
  }
}
