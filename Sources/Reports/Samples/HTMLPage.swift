import Files

/// A page that is one file and needs no network: HTML that is well-formed XML too.
package struct HTMLPage: Sendable {
  let title: String
  /// The elements behind the heading.
  let body: String
  /// Rules besides those of all pages; like these, without characters that need escaping.
  let style: String
  /// The program of the page; without JavaScript the page must show all that it has.
  let script: String
  /// The facts of the page for other programs, in the element `facts`.
  let data: JSONValue?

  package init(
    title: String, body: String, style: String = "", script: String = "", data: JSONValue? = nil
  ) {
    (self.title, self.body, self.style) = (title, body, style)
    (self.script, self.data) = (script, data)
  }

  package var html: String {
    """
    <!DOCTYPE html>
    <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta http-equiv="Content-Security-Policy" \
    content="default-src 'none'; img-src data:; style-src 'unsafe-inline'\(scriptRule)"/>
    <title>\(escapedForHTML(title))</title>
    <style>
    \(Self.style)\(style.isEmpty ? "" : "\n\(style)")
    </style>
    </head>
    <body>
    <h1>\(escapedForHTML(title))</h1>
    \(body)
    \(dataElement)\(scriptElement)</body>
    </html>

    """
  }

  // MARK: Program and data

  /// The text of the script's element: HTML reads it as it is, and XML needs the section.
  private var scriptText: String { "//<![CDATA[\n\(script)\n//]]>" }

  private var scriptElement: String {
    script.isEmpty ? "" : "<script>\(scriptText)</script>\n"
  }

  /// The permission of this one program, by its checksum: nothing that captions or names hold can ever run.
  private var scriptRule: String {
    if script.isEmpty { return "" }
    let digest = Array(scriptText.utf8).withUnsafeBytes { SHA256.digest(of: $0) }
    return "; script-src 'sha256-\(base64(digest.bytes))'"
  }

  /// No text of the data can end the element, in HTML or in XML.
  private var dataElement: String {
    guard let data else { return "" }
    let text = data.compactText.replacing("<", with: "\\u003c").replacing(">", with: "\\u003e")
      .replacing("&", with: "\\u0026")
      .replacing("\u{FFFE}", with: "\\ufffe").replacing("\u{FFFF}", with: "\\uffff")
    return "<script id=\"facts\" type=\"application/json\">\(text)</script>\n"
  }

  /// Nothing in it may need escaping, for HTML and XML disagree about how.
  private static let style = """
    :root { color-scheme: light dark; --ink: #222; --soft: #666; --line: #ddd; --paper: #fff; --alarm: #b3401a }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e6e6e6; --soft: #a0a0a0; --line: #444; --paper: #1b1b1b;
        --alarm: #f0926b }
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
    h2 { font-size: 1.2rem; margin: 2rem 0 .6rem }
    table { border-collapse: collapse } td, th { text-align: start; padding: .1rem 1.2rem .1rem 0 }
    figure { display: inline-block; margin: 1rem 2rem 0 0; vertical-align: top }
    figcaption { font-weight: 600 } svg text { font-size: 11px; fill: var(--soft) }
    svg rect { fill: #4a7fb5 } svg .other { fill: #d08a3e } svg line { stroke: var(--line) }
    @media (max-width: 30rem) { main { display: block } }
    """
}

/// Returns a table of two columns, whose first has the names of what is in the second.
package func htmlTable(_ rows: [(String, String)]) -> String {
  let lines = rows.map { name, value in
    "<tr><th scope=\"row\">\(escapedForHTML(name))</th><td dir=\"auto\">\(escapedForHTML(value))</td></tr>"
  }
  return "<table>\n\(lines.joined(separator: "\n"))\n</table>"
}
