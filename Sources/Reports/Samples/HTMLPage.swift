/// A page that is one file and needs no network: HTML that is well-formed XML too.
package struct HTMLPage: Sendable {
  let title: String
  /// The elements behind the heading.
  let body: String

  package init(title: String, body: String) { (self.title, self.body) = (title, body) }

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
    \(body)
    </body>
    </html>

    """
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
    h2 { font-size: 1.2rem; margin: 2rem 0 .6rem }
    table { border-collapse: collapse } td, th { text-align: start; padding: .1rem 1.2rem .1rem 0 }
    figure { display: inline-block; margin: 1rem 2rem 0 0; vertical-align: top }
    figcaption { font-weight: 600 } svg text { font-size: 11px; fill: var(--soft) }
    svg rect { fill: #4a7fb5 } svg .other { fill: #d08a3e } svg line { stroke: var(--line) }
    @media (max-width: 30rem) { main { display: block } }
    """
}
