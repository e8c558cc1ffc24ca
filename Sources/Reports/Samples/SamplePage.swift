import Files

/// The captions of a model beside the human ones for a few pictures, as a single HTML file that
/// needs no network.
package struct SamplePage: Sendable {
  /// A picture and its captions.
  package struct Sample: Sendable {
    package let path: String
    package let caption: String
    package let references: [String]
    /// CIDEr-D of the caption; nil where there is nothing to compare it with.
    let cider: Double?

    package init(path: String, caption: String, references: [String], cider: Double?) {
      (self.path, self.caption, self.references) = (path, caption, references)
      self.cider = cider
    }

    /// The file's name, which a reader knows the picture by.
    fileprivate var name: String { path.split(separator: "/").last.map(String.init) ?? path }
  }

  /// The number of pictures on a page.
  package static let sampleCount = 20

  let title: String
  /// A line about all samples, such as the scores.
  let summary: String
  let samples: [Sample]

  package init(title: String, summary: String, samples: [Sample]) {
    (self.title, self.summary, self.samples) = (title, summary, samples)
  }

  /// The numbers of the pictures to show out of `count`: evenly spread, and the same after every epoch.
  package static func choice(from count: Int) -> [Int] {
    let shown = min(count, sampleCount)
    return (0..<shown).map { $0 * count / shown }
  }

  /// Returns the path of the page of an epoch in a run's folder: `samples/epoch-03.html`.
  package static func path(ofEpoch epoch: Int, in folder: String) -> String {
    let number = String(epoch)
    let zeros = String(repeating: "0", count: max(0, 2 - number.count))
    return "\(folder)/samples/epoch-\(zeros)\(number).html"
  }

  /// Returns the path of the page of a validation within an epoch: `samples/step-0001500.html`.
  package static func path(ofStep step: Int, in folder: String) -> String {
    let number = String(step)
    let zeros = String(repeating: "0", count: max(0, 7 - number.count))
    return "\(folder)/samples/step-\(zeros)\(number).html"
  }

  /// Writes the page to `path`, in place of an older one, and makes the folder it goes into.
  package func write(to path: String) throws(FileError) {
    if let slash = path.lastIndex(of: "/") { try makeFolder(String(path[..<slash])) }
    try AtomicFile.write(html, to: path, overwriting: true)
  }

  /// The page: HTML that is well-formed XML too.
  package var html: String {
    """
    <!DOCTYPE html>
    <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta http-equiv="Content-Security-Policy" \
    content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"/>
    <title>\(escapedForHTML(title))</title>
    <style>
    \(Self.style)
    </style>
    </head>
    <body>
    <h1>\(escapedForHTML(title))</h1>
    <p>\(escapedForHTML(summary))</p>
    <main>
    \(samples.map(Self.article).joined(separator: "\n"))
    </main>
    </body>
    </html>

    """
  }

  /// One picture.
  ///
  /// `dir="auto"` keeps writing from right to left, and marks that turn it, inside its element.
  private static func article(_ sample: Sample) -> String {
    let references = sample.references.map { "<li dir=\"auto\">\(escapedForHTML($0))</li>" }
    let score =
      sample.cider.map { "<span class=\"score\">CIDEr \($0.text(places: 2))</span>" } ?? ""
    let caption = sample.caption.isEmpty ? "(no words)" : sample.caption
    return """
      <article>
      \(picture(sample))
      <div>
      <p class="caption" dir="auto">\(escapedForHTML(caption))</p>
      <ul>\(references.joined())</ul>
      <p class="file">\(score)<bdi>\(escapedForHTML(sample.name))</bdi></p>
      </div>
      </article>
      """
  }

  private static func picture(_ sample: Sample) -> String {
    guard let thumbnail = Thumbnail(of: sample.path) else {
      return "<span class=\"missing\">cannot be read</span>"
    }
    return "<img src=\"\(thumbnail.address)\" width=\"\(thumbnail.width)\" "
      + "height=\"\(thumbnail.height)\" alt=\"\(escapedForHTML(sample.name))\"/>"
  }

  /// Nothing in it may need escaping, for HTML and XML disagree about how.
  private static let style = """
    :root { color-scheme: light dark; --ink: #222; --soft: #666; --line: #ddd; --paper: #fff }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e6e6e6; --soft: #a0a0a0; --line: #444; --paper: #1b1b1b }
    }
    body { margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: var(--ink);
      background: var(--paper); font: 1rem/1.45 system-ui, sans-serif }
    h1 { font-size: 1.5rem; margin: 0 }
    main { display: grid; grid-template-columns: repeat(auto-fill, minmax(26rem, 1fr)); gap: 1rem }
    article { display: flex; gap: 1rem; border-top: 1px solid var(--line); padding-top: 1rem;
      overflow-wrap: anywhere }
    img, .missing { flex: none; align-self: flex-start; border-radius: 4px }
    .missing { width: 160px; height: 120px; line-height: 120px; text-align: center;
      color: var(--soft); border: 1px dashed var(--line) }
    .caption { font-weight: 600; margin: 0 0 .4rem }
    ul { margin: 0 0 .4rem; padding-inline-start: 1.1rem; color: var(--soft) }
    .file { margin: 0; font-size: .8rem; color: var(--soft) }
    .score { margin-inline-end: .8rem; color: var(--ink) }
    @media (max-width: 30rem) { main { display: block } }
    """
}
