import Files
import Reports

/// A page on which a person grades captions, without a network and without knowing who wrote them.
///
/// It keeps the grades in the browser and saves them as a small file, which `RatingFile` reads.
package struct RatingSheet: Sendable {
  let items: [RatingItem]
  let scale: RatingScale
  /// The picture of each item as an element of the page.
  let pictures: [String]

  /// - Parameters:
  ///   - items: The captions, in the order in which they are shown.
  ///   - scale: The grades.
  ///   - pictures: The picture of each item as an element of the page.
  package init(_ items: [RatingItem], _ scale: RatingScale, pictures: [String]) {
    precondition(
      items.count == pictures.count, "\(pictures.count) pictures of \(items.count) items")
    (self.items, self.scale, self.pictures) = (items, scale, pictures)
  }

  package var pictureCount: Int { items.count }
  package var captionCount: Int { items.captionCount }

  package var html: String {
    let sections = zip(items, pictures).map { item, picture in
      """
      <section hidden="hidden">
      \(picture)
      \(item.captions.map(captionElement).joined(separator: "\n"))
      </section>
      """
    }
    let body = """
      <p>How well does each caption describe the picture? Click a grade, or type its number. Arrow keys go from \
      picture to picture. The grades stay in this browser until you save them.</p>
      <noscript><p class="doubt">This page needs JavaScript.</p></noscript>
      <div id="bar"><button id="back" type="button">\u{2190} back</button>
      <output id="place"></output>
      <button id="next" type="button">next \u{2192}</button>
      <label>Your name <input id="rater" type="text" maxlength="100"/></label>
      <button id="save" type="button">save the grades</button>
      <output id="state"></output></div>
      \(sections.joined(separator: "\n"))
      """
    return HTMLPage(
      title: "Grades of captions", body: body, style: Self.style, script: Self.script, data: data
    ).html
  }

  /// A caption with its grades, the best first.
  private func captionElement(_ caption: RatingItem.Caption) -> String {
    let buttons = scale.grades.enumerated().reversed().map { place, name in
      "<button type=\"button\" data-grade=\"\(place + 1)\">\(place + 1) "
        + "\(escapedForHTML(name))</button>"
    }
    let text = caption.text.isEmpty ? "(no words)" : caption.text
    return """
      <div class="rated"><p class="caption" dir="auto">\(escapedForHTML(text))</p>
      <p class="grades">\(buttons.joined(separator: "\n"))</p></div>
      """
  }

  /// The pictures, captions and models; the models so that nobody reads them by chance.
  private var data: JSONValue {
    [
      "schema": .string(RatingFile.schema), "sheet": .string(items.identity(scale)),
      "scale": .string(scale.rawValue),
      "items": .array(
        items.map { item in
          [
            "picture": .string(item.picture),
            "captions": .array(
              item.captions.map { caption in
                let models = JSONValue.array(caption.models.map { .string($0) }).compactText
                return [
                  "text": .string(caption.text), "key": .string(base64(Array(models.utf8))),
                ]
              }),
          ]
        }),
    ]
  }

  private static let style = """
    #bar { display: flex; flex-wrap: wrap; gap: .8rem; align-items: center; margin: 1rem 0 }
    section[hidden] { display: none } section img { max-width: 100%; margin-bottom: .6rem }
    button { font: inherit; padding: .25rem .7rem } .rated { margin: .8rem 0; padding: .2rem .6rem;
      border-inline-start: 3px solid transparent } .rated.current { border-color: #4a7fb5 }
    .grades { margin: 0; display: flex; flex-wrap: wrap; gap: .4rem }
    button[aria-pressed=true] { background: #4a7fb5; color: #fff } .doubt { color: var(--alarm) }
    """

  private static let script = """
    const sheet = JSON.parse(document.getElementById('facts').textContent);
    const sections = Array.from(document.querySelectorAll('section'));
    const get = id => document.getElementById(id);
    const storeKey = 'cutline-ratings-' + sheet.sheet;
    let grades = sheet.items.map(item => item.captions.map(() => null));
    let [place, current] = [0, 0];
    try {
      const kept = JSON.parse(localStorage.getItem(storeKey));
      if (kept && Array.isArray(kept.grades) && kept.grades.length === grades.length) {
        grades = kept.grades;
        get('rater').value = kept.rater;
      }
    } catch (error) { /* The browser keeps nothing of files: the grades last as long as the page. */ }
    function keep() {
      try {
        localStorage.setItem(storeKey, JSON.stringify({ grades: grades, rater: get('rater').value }));
      } catch (error) { /* As above. */ }
    }
    function show() {
      sections.forEach((section, index) => { section.hidden = index !== place; });
      sections[place].querySelectorAll('.rated').forEach((rated, index) => {
        rated.classList.toggle('current', index === current);
        rated.querySelectorAll('button').forEach(button => {
          button.setAttribute('aria-pressed', Number(button.dataset.grade) === grades[place][index]);
        });
      });
      const all = grades.flat();
      get('place').textContent = 'picture ' + (place + 1) + ' of ' + sections.length;
      get('state').textContent = all.filter(grade => grade !== null).length + ' of ' + all.length + ' captions graded';
    }
    function go(step) {
      place = Math.max(0, Math.min(sections.length - 1, place + step));
      current = Math.max(0, grades[place].indexOf(null));
      show();
    }
    function rate(index, grade) {
      grades[place][index] = grade;
      keep();
      const open = grades[place].indexOf(null);
      if (open === -1 && place + 1 < sections.length) return go(1);
      current = open === -1 ? index : open;
      show();
    }
    sections.forEach(section => {
      section.querySelectorAll('.rated').forEach((rated, index) => {
        rated.addEventListener('click', event => {
          const grade = event.target.dataset.grade;
          if (grade) rate(index, Number(grade));
        });
      });
    });
    document.addEventListener('keydown', event => {
      if (event.target.id === 'rater' || event.ctrlKey || event.altKey || event.metaKey) return;
      const count = sections[place].querySelector('.grades').children.length;
      const digit = Number(event.key);
      if (digit >= 1 && digit <= count) rate(current, digit);
      if (event.key === 'ArrowRight') go(1);
      if (event.key === 'ArrowLeft') go(-1);
    });
    get('back').addEventListener('click', () => go(-1));
    get('next').addEventListener('click', () => go(1));
    get('rater').addEventListener('input', keep);
    function result() {
      const names = key => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(key), c => c.charCodeAt(0))));
      const ratings = sheet.items.flatMap((item, index) => item.captions.map((caption, number) => ({
        picture: item.picture, caption: caption.text, models: names(caption.key), grade: grades[index][number] })));
      return JSON.stringify({ schema: sheet.schema, sheet: sheet.sheet, scale: sheet.scale,
        rater: get('rater').value.trim(), ratings: ratings }, null, 1);
    }
    get('save').addEventListener('click', () => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([result()], { type: 'application/json' }));
      link.download = 'ratings' + (get('rater').value.trim() ? '-' + get('rater').value.trim() : '') + '.json';
      link.click();
    });
    go(0);
    """
}
