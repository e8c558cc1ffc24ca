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
    /// Elements to show below the references.
    package var extra = ""

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

  /// Returns the elements of all samples of a page that was written; nil if it is something else.
  static func samples(of html: String) -> Substring? {
    guard let start = html.firstRange(of: "<main>"),
      let end = html[start.upperBound...].firstRange(of: "</main>")
    else { return nil }
    return html[start.lowerBound..<end.upperBound]
  }

  /// The page: HTML that is well-formed XML too.
  package var html: String {
    HTMLPage(
      title: title,
      body: """
        <p>\(escapedForHTML(summary))</p>
        <main>
        \(samples.map(\.article).joined(separator: "\n"))
        </main>
        """
    ).html
  }
}

extension SamplePage.Sample {
  /// One picture.
  ///
  /// `dir="auto"` keeps writing from right to left, and marks that turn it, inside its element.
  package var article: String {
    let references = references.map { "<li dir=\"auto\">\(escapedForHTML($0))</li>" }
    let score =
      cider.map { "<span class=\"score\">CIDEr \($0.text(places: 2))</span>" } ?? ""
    let caption = caption.isEmpty ? "(no words)" : caption
    return """
      <article>
      \(picture)
      <div>
      <p class="caption" dir="auto">\(escapedForHTML(caption))</p>
      <ul>\(references.joined())</ul>\(extra)
      <p class="file">\(score)<bdi>\(escapedForHTML(name))</bdi></p>
      </div>
      </article>
      """
  }

  private var picture: String {
    guard let thumbnail = Thumbnail(of: path) else {
      return "<span class=\"missing\">cannot be read</span>"
    }
    return "<img src=\"\(thumbnail.address)\" width=\"\(thumbnail.width)\" "
      + "height=\"\(thumbnail.height)\" alt=\"\(escapedForHTML(name))\"/>"
  }
}
