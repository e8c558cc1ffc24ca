import Datasets
import Files
import Reports
import Text

/// Results as one HTML file that needs no network: pictures with captions, doubts and failures, to be sorted and
/// filtered; lengths, and the commonest captions.
///
/// Without JavaScript it shows all of it in the order of the results.
package struct ResultPage: Sendable {
  package let title: String
  package let results: ShownResults
  /// All parts; the page may have room for fewer.
  package let parts: [ShownPart]
  private let tokenizer: CaptionTokenizer
  /// The part of `parts` that has room, each as HTML before and behind its picture.
  private let articles: [Article]

  /// The maximum size of the page in bytes.
  package static let sizeLimit = 20_000_000
  /// The maximum size of the texts; pictures take the rest.
  private static let textLimit = 8_000_000
  /// More than the heading, the tables and the histogram take.
  private static let headSize = 200_000

  /// The HTML of a part, with its picture left out.
  private struct Article: Sendable {
    let start: String
    let end: String
    var size: Int { start.utf8.count + end.utf8.count }
  }

  package init(title: String, _ results: ShownResults, tokenizer: CaptionTokenizer) {
    (self.title, self.results, self.tokenizer) = (title, results, tokenizer)
    parts = ShownPart.all(of: results)
    var articles: [Article] = []
    var size = 0
    for (place, part) in parts.enumerated() {
      let article = Self.article(part, place, wordCount: tokenizer.words(of: part.caption).count)
      size += article.size
      if size > Self.textLimit { break }
      articles.append(article)
    }
    self.articles = articles
  }

  /// The number of parts that are on the page.
  package var shownCount: Int { articles.count }

  /// The pictures of a page while they are read, as many as there is room for.
  package struct Pictures: Sendable {
    /// The HTML of each picture that was added.
    fileprivate var elements: [Int: String] = [:]
    fileprivate var room: Int
    /// The number of pictures that were left out, because the page would be too large.
    package fileprivate(set) var leftOutCount = 0

    /// Adds the picture of a part: a small one, or the words that stand for it.
    ///
    /// - Parameters:
    ///   - element: The HTML.
    ///   - place: The place of the part.
    package mutating func add(_ element: String, at place: Int) {
      guard element.utf8.count <= room else { return leftOutCount += 1 }
      room -= element.utf8.count
      elements[place, default: ""] += element
    }

    /// True if there is room for hardly any other picture.
    package var isFull: Bool { room < 20_000 }

    /// Counts a picture that was not read, for lack of room.
    package mutating func leaveOut(_ count: Int) { leftOutCount += count }
  }

  /// Returns an empty set of pictures, with the room that texts leave.
  package var noPictures: Pictures {
    Pictures(
      room: Self.sizeLimit - Self.headSize - articles.reduce(0) { $0 + $1.size })
  }

  /// Facts that a reader should know: what was left out.
  package func notes(_ pictures: Pictures) -> [String] {
    var notes: [String] = []
    if results.isTorn { notes.append("the last line of the results is torn, and left out") }
    if shownCount < parts.count {
      notes.append(
        "\((parts.count - shownCount).grouped) of \(parts.count.grouped) captions are not listed, so that the page "
          + "stays below 20 MB; the counts, the lengths and the commonest captions are of all")
    }
    if pictures.leftOutCount > 0 {
      notes.append(
        "\(pictures.leftOutCount.grouped) pictures are left out, so that the page stays below 20 MB"
      )
    }
    return notes
  }

  package func html(_ pictures: Pictures) -> String {
    let articles = articles.enumerated().map { place, article in
      article.start + (pictures.elements[place] ?? Self.missing("left out")) + article.end
    }
    let body = """
      \(facts)
      \(notes(pictures).map { "<p>\(escapedForHTML($0)).</p>" }.joined(separator: "\n"))
      \(lengths.html)
      \(commonest)
      <h2>Captions</h2>
      \(Self.controls)
      <main id="all">
      \(articles.joined(separator: "\n"))
      </main>
      """
    return HTMLPage(title: title, body: body, style: Self.style, script: Self.script, data: json)
      .html
  }

  // MARK: Facts

  private var counts: [(state: ShownPart.State, count: Int)] {
    ShownPart.State.allCases.map { state in (state, parts.count { $0.state == state }) }
  }

  private var facts: String {
    var rows = [("results", results.path)]
    if let model = results.model { rows.append(("model", model)) }
    let clipCount = results.rows.count(where: \.isClip)
    rows.append(("files", results.rows.count.grouped))
    if clipCount > 0 { rows.append(("clips", clipCount.grouped)) }
    rows.append(("captions", parts.count { !$0.caption.isEmpty }.grouped))
    rows += counts.filter { $0.state != .fine && $0.count > 0 }
      .map { ($0.state == .warnings ? "with warnings" : $0.state.rawValue, $0.count.grouped) }
    return htmlTable(rows)
  }

  /// The facts for other programs.
  private var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("schema", "cutline.report/1"), .init("kind", "results"),
      .init("results", .string(results.path)),
      .init("model", results.model.map { .string($0) } ?? .null),
      .init("files", .number(Double(results.rows.count))),
      .init("captions", .number(Double(parts.count { !$0.caption.isEmpty }))),
    ]
    members += counts.filter { $0.state != .fine }
      .map { .init($0.state.rawValue, .number(Double($0.count))) }
    members.append(
      .init(
        "commonest",
        .array(
          frequencies.prefix(20).map {
            ["caption": .string($0.caption), "count": .number(Double($0.count))]
          })))
    return .object(members)
  }

  private var lengths: Histogram {
    let captions = parts.lazy.map(\.caption).filter { !$0.isEmpty }
    return Histogram(
      "Words of a caption",
      [.init("captions", captions.map { Double(tokenizer.words(of: $0).count) })], width: 1,
      limit: 26)
  }

  /// The captions with their counts, the commonest first; of equally common ones by the alphabet.
  private var frequencies: [(caption: String, count: Int)] {
    var counts: [String: Int] = [:]
    for part in parts where !part.caption.isEmpty { counts[part.caption, default: 0] += 1 }
    return counts.map { (caption: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.caption) < ($0.count, $1.caption) }
  }

  private var commonest: String {
    let repeated = frequencies.prefix { $0.count > 1 }
    guard !repeated.isEmpty else { return "<p>No caption occurs twice.</p>" }
    return "<h2>The commonest captions</h2>\n"
      + htmlTable(repeated.prefix(20).map { ($0.count.grouped, $0.caption) })
  }

  // MARK: Parts

  private static func article(_ shown: ShownPart, _ place: Int, wordCount: Int) -> Article {
    let (row, part) = (shown.row, shown.part)
    var attributes = "data-state=\"\(shown.state.rawValue)\" data-words=\"\(wordCount)\""
    if let confidence = part?.confidence {
      attributes += " data-confidence=\"\(confidence.text(places: 4))\""
    }
    if let score = part?.score, score.isFinite {
      attributes += " data-score=\"\(score.text(places: 4))\""
    }
    let others = (part?.captions.dropFirst() ?? []).map {
      "<li dir=\"auto\">\(escapedForHTML($0))</li>"
    }
    var facts: [String] = []
    if let times = part?.timesText, !times.isEmpty { facts.append(times) }
    // A doubt says it already.
    if let confidence = part?.confidence, shown.state == .fine || shown.state == .warnings {
      facts.append("confidence \(ShownResults.Row.percent(confidence))")
    }
    if let tags = part?.tags, !tags.isEmpty { facts.append(tags.joined(separator: ", ")) }
    let doubt = row.doubt(of: part)
    let caption =
      shown.caption.isEmpty
      ? "" : "<p class=\"caption\" dir=\"auto\">\(escapedForHTML(shown.caption))</p>\n"
    return Article(
      start: "<article \(attributes)>\n",
      end: """

        <div>
        \(caption)\(others.isEmpty ? "" : "<ul>\(others.joined())</ul>\n")\
        \(doubt.isEmpty ? "" : "<p class=\"doubt\">\(escapedForHTML(doubt))</p>\n")\
        \(facts.isEmpty ? "" : "<p class=\"facts\">\(escapedForHTML(facts.joined(separator: " \u{B7} ")))</p>\n")\
        <p class="file"><bdi>\(escapedForHTML(visibleName(row.name)))</bdi></p>
        </div>
        </article>
        """)
  }

  /// The words in place of a picture.
  package static func missing(_ reason: String) -> String {
    "<span class=\"missing\" title=\"\(escapedForHTML(reason))\">\(escapedForHTML(String(reason.prefix(20))))</span>"
  }

  // MARK: Controls

  private static let style = """
    .doubt { margin: 0 0 .4rem; color: var(--alarm) } .facts { margin: 0 0 .4rem; color: var(--soft) }
    #controls { display: flex; flex-wrap: wrap; gap: .6rem 1.2rem; margin: 0 0 1rem }
    #controls[hidden], article[hidden] { display: none }
    .missing { overflow: hidden; font-size: .8rem } details { flex: none } details img { max-width: 100% }
    """

  /// Shown by the script, without which they would do nothing.
  private static let controls = """
    <form id="controls" hidden="hidden">
    <label>Find <input id="find" type="search"/></label>
    <label>Show <select id="state">
    <option value="">all</option><option value="failed">failed</option><option value="withheld">withheld</option>
    <option value="unsure">unsure</option><option value="warnings">with warnings</option>
    <option value="fine">the others</option></select></label>
    <label>Sort by <select id="sort"><option value="">the order of the results</option>
    <option value="confidence">confidence</option><option value="score">log-probability per word</option>
    <option value="words">length</option></select></label>
    <label><input id="down" type="checkbox"/> largest first</label>
    <output id="count"></output>
    </form>
    """

  private static let script = """
    const all = document.getElementById('all');
    const parts = Array.from(all.children);
    const get = id => document.getElementById(id);
    function show() {
      const [text, state, key] = [get('find').value.toLowerCase(), get('state').value, get('sort').value];
      const sign = get('down').checked ? -1 : 1;
      const order = parts.map((part, place) => [part, place]);
      if (key) order.sort(([a, i], [b, j]) => {
        const [x, y] = [a.dataset[key], b.dataset[key]];
        if (x === undefined || y === undefined) return (x === undefined) - (y === undefined) || i - j;
        return sign * (x - y) || i - j;
      });
      let count = 0;
      for (const [part] of order) {
        const isShown = (!state || part.dataset.state === state)
          && (!text || part.textContent.toLowerCase().includes(text));
        part.hidden = !isShown;
        if (isShown) count += 1;
        all.appendChild(part);
      }
      get('count').textContent = count + ' of ' + parts.length;
    }
    get('controls').hidden = false;
    get('controls').addEventListener('input', show);
    get('controls').addEventListener('submit', event => event.preventDefault());
    show();
    """
}
