import ArgumentParser
import BatchCaptioning
import Captioning
import Datasets
import Files
import Media
import Reports
import Tensors
import Text

/// `cutline batch INPUT… -o OUT` captions any number of files, and can be stopped and resumed at
/// any time.
struct BatchCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch", abstract: "Caption any number of files; resumes where it stopped.",
    discussion: """
      OUT/results.jsonl gets a row for each file as it is done, failures included; OUT/summary.json \
      has the counts. Run the same command again after a crash or Ctrl-C: only unfinished files are \
      processed, and a file that has changed, or a new model, gets a new row in place of the old. \
      Exit code 2: some files failed. Files that are left out get no row and do not affect the exit \
      code: files in folders that are neither picture nor clip, and texts and the like that were \
      named along with others, as by photos/*. If nothing else was named, the exit code is 66.

        cutline batch photos -r -o out
        cutline batch 'scans/**/*.png' shards/train-000.tar.gz -o out -f txt
        find / -name '*.jpg' -print0 | cutline batch --from - -0 -o out
        cutline batch photos -r -o out --shard 3/16     then --merge, once all 16 are done

      The task numbers of a Slurm array must be evenly spaced, such as 0-15 or 0-30:2. All tasks of other \
      arrays are refused. The exception is an array such as 0-4:4,7,12, whose tasks get the same variables \
      as those of 0-12:4: only task 7 is refused, and --merge is refused until its part is done.
      """)

  @OptionGroup var given: BatchInputOptions
  @Option(name: .shortAndLong, help: "The output folder.", completion: .directory)
  var output: String
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Also write each file's captions to a separate file: txt, and for clips srt and vtt.",
      discussion:
        "coco: all captions in OUT/\(COCOResults.fileName), in the form that pycocoevalcap reads.",
      valueName: "list"))
  var format: SideFormatList?
  @Flag(
    help: "Also write OUT/report.html at the end: a page with the pictures and their captions.")
  var report = false
  @OptionGroup var model: EnsembleOptions

  @Flag(help: "Keep existing rows (default), or start over.")
  var start = BatchStart.resume
  @Flag(help: "Retry files that failed in an earlier run.")
  var retryFailed = false
  @Option(
    help: ArgumentHelp(
      "Stop with exit code 1 once more than n files, or n% of all files, have failed.",
      valueName: "n|n%"))
  var maxFailures: BatchJob.FailureLimit?
  @OptionGroup(title: "Sharing the work") var sharding: ShardOptions

  @Option(
    name: [.customShort("k"), .long],
    help: ArgumentHelp("Number of captions per picture.", valueName: "n"))
  var captions = 1
  @OptionGroup(title: "Clips") var clips: ClipOptions
  @OptionGroup(title: "Search") var search: SearchOptions
  @OptionGroup(title: "Tags and confidence") var doubt: DoubtOptions
  @OptionGroup(title: "Pictures") var limiting: PictureLimitOptions
  @OptionGroup(title: "Speed") var threads: ThreadOptions
  @OptionGroup(title: "Speed") var precision: PrecisionOptions
  @Option(
    name: .shortAndLong, help: "Number of decoding processes (default: the number of threads).")
  var jobs: Int?
  @Option(help: "Pictures and frames per batch of the encoder.")
  var batchSize = 16
  @OptionGroup(title: "Messages") var talk: MessageOptions

  func validate() throws {
    try check("--captions", captions, in: 1...100)
    try check("--batch-size", batchSize, in: 1...1024)
    if let jobs { try check("--jobs", jobs, in: 1...1024) }
    if format?.hasCOCO == true, clips.every != nil || clips.scenes {
      throw ValidationError(
        "coco has one caption of a clip. Leave out \(clips.scenes ? "--scenes" : "--every").")
    }
    guard sharding.merge != !given.isEmpty else {
      throw ValidationError(
        sharding.merge
          ? "--merge needs no input. Leave it out." : "there is nothing to caption. Name an input.")
    }
  }

  func run() throws {
    let lines = BatchLines(talk.makeProgress(), output: output)
    defer { lines.progress.clear() }
    if sharding.merge { return try mergeShards(lines) }
    let (shard, variable) = try sharding.chosen(for: output)
    let folder = try BatchFolder(output, shard)
    let inputs = try given.inputs(outsideOf: output)
    let stop = StopSignal(reportingTo: lines.progress, after: "batch")
    let threadCount = try threads.apply()
    let models = try model.models()
    let vocabulary = try models.vocabulary()
    let configuration = try models.configuration()
    let search = try search.search(for: configuration, vocabulary, captionCount: captions)
    let sampling = clips.sampling(
      for: configuration, wantsTimes: format?.formats.contains(where: \.isForClips) == true)
    let head = ResultHead(
      model: models.name, digest: try models.weightsChecksum(),
      settings: try settings(search, vocabulary, models, configuration),
      clipSettings: sampling.json, playsAnimations: sampling.playsAnimations,
      tagCount: doubt.tags ?? 0)

    let journal = try folder.journal(isRestarting: start == .restart)
    lines.brokenLines(journal.brokenLineCount, of: journal.path)
    let sideFiles = SideFiles(format?.formats ?? [], in: output, shard)
    let queue = BatchQueue(
      inputs,
      BatchQueue.Rules(
        shard: shard, conditions: head.conditions, retriesFailed: retryFailed,
        sideFormats: format?.formats ?? [], output: output),
      journal.index)
    let survey = try BatchSurvey(of: queue, leaveOut: lines.leaveOut) { count in
      lines.looking(count)
      return stop.number == nil
    }
    if stop.number != nil { stop.end() }
    try requireInputs(survey)
    lines.introduce(survey, given.title, shard, variable)
    if survey.leftOut[.links] > 0, !given.followLinks { lines.adviseFollowingLinks() }

    try folder.removeSummary()
    try sideFiles.removeLeftover()
    var job = BatchJob(
      queue, survey, journal, sideFiles, shard: shard, head)
    do {
      try job.run(
        by: { try captionJob(models, search, sampling, threadCount) }, limit: maxFailures,
        shouldStop: { stop.number != nil },
        deliver: { result, job in lines.report(result, job) })
      try job.finish()
    } catch {
      // The disk that could not take a row may have no room for this either.
      try? job.summary(endedBy: .failed).write(into: output)
      throw error
    }
    let summary = job.summary
    if summary.end == .finished, shard == .whole { try writeCOCO() }
    try summary.write(into: output)
    if summary.end != .interrupted { try writeReport(shard, threadCount, lines) }
    lines.finish(summary, newFailureCount: job.newFailureCount, limit: maxFailures)
    switch summary.end {
    case .interrupted: stop.end()
    case .tooManyFailures: throw ExitStatus.stopped.exitCode
    case .finished, .failed: if summary.counts.failed > 0 { throw ExitStatus.someFailed.exitCode }
    }
  }

  /// Returns the settings that decide the captions, as stored in rows and summary.
  private func settings(
    _ search: CaptionSearch, _ vocabulary: Vocabulary, _ models: ModelEnsemble,
    _ configuration: ModelConfiguration
  ) throws(ModelError) -> JSONValue {
    let decisive = doubt.settings(
      model.settings(try precision.settings(search, vocabulary, models)), models, search,
      configuration)
    guard case .object(var members) = decisive else { return decisive }
    if captions > 1 { members.append(.init("captions", .number(Double(captions)))) }
    if let pixels = limiting.maxPixels {
      members.append(.init("max_pixels", .number(Double(pixels))))
    }
    if limiting.strict { members.append(.init("strict", true)) }
    return .object(members)
  }

  private func captionJob(
    _ models: ModelEnsemble, _ search: CaptionSearch, _ sampling: ClipSampling,
    _ threadCount: Int
  ) throws -> CaptionJob<DecodingPool> {
    var captioner = Captioner(
      try CaptionEnsemble(loading: models, precision: precision.precision), search: search)
    try doubt.apply(to: &captioner)
    let pool = try DecodingPool(
      for: captioner.ensemble.preprocessing, limiting.limits,
      DecodingPool.Settings(workerCount: jobs ?? threadCount, timeLimit: clips.fileTimeLimit),
      sampling,
      clips.limits(like: limiting.limits))
    return CaptionJob(captioner, captionCount: captions, pool, batchSize: batchSize)
  }

  private func requireInputs(_ survey: BatchSurvey) throws(Failure) {
    if let pattern = survey.unmatchedPatterns.first {
      throw Failure("\(pattern): no file matches this pattern. Check the spelling.", .inputMissing)
    }
    guard survey.isEmpty else { return }
    let leftOut = survey.leftOut.text
    let advice =
      survey.leftOut[.links] > 0 && !given.followLinks
      ? "Add --follow-links to follow symbolic links."
      : survey.leftOut[.folders] > 0 ? "Add -r to search subfolders." : "Name other files."
    throw Failure(
      "\(given.title): no pictures or videos found"
        + (leftOut.isEmpty ? "" : " (left out: \(leftOut))") + ". \(advice)", .inputMissing)
  }

  /// Writes all captions as one list, if that is asked for.
  private func writeCOCO() throws(FileError) {
    guard format?.hasCOCO == true else { return }
    let path = "\(output)/\(COCOResults.fileName)"
    let written = try COCOResults(rowsOf: "\(output)/\(Shard.whole.journalName)", to: path)
    talk.messages.note(
      "wrote \(path): \(written.captionCount.grouped) captions"
        + (written.withoutCount > 0 ? "; \(written.withoutCount.grouped) files have none" : ""))
    if written.repeatedCount > 0 {
      talk.messages.warning(
        "\(path): \(written.repeatedCount.grouped) captions have the id of another file, which pycocoevalcap refuses. "
          + "Rename files that are called alike.")
    }
  }

  /// Writes the page about the rows of a part, if it is asked for.
  ///
  /// The batch is done, whatever becomes of its page: results that it cannot hold are said.
  private func writeReport(_ shard: Shard, _ threadCount: Int, _ lines: BatchLines) throws {
    guard report else { return }
    let path = "\(output)/\(shard.fileName("report", ".html"))"
    let (results, pictures): (ShownResults, ResultPictures)
    do throws(DatasetError) {
      (results, pictures) = (
        try ShownResults(at: "\(output)/\(shard.journalName)"), try ResultPictures()
      )
    } catch {
      return talk.messages.warning("\(path): is not written. \(error)")
    }
    let writing = ResultPageWriting(threadCount: jobs ?? threadCount, progress: lines.progress)
    try writing.write(results, in: pictures, to: path, overwriting: true)
      .report(path, talk.messages, wantsHeatMaps: nil)
  }

  private func mergeShards(_ lines: BatchLines) throws {
    let folder = try BatchFolder(output, .whole)
    let summary = try ShardMerge(in: folder.path, count: sharding.shards)
      .write(overwriting: start == .restart)
    try writeCOCO()
    try writeReport(.whole, threads.apply(), lines)
    lines.merged(summary)
    if summary.counts.failed > 0 { throw ExitStatus.someFailed.exitCode }
  }
}

/// The treatment of existing rows.
enum BatchStart: String, EnumerableFlag {
  case resume, restart
}
