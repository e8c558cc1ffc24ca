"""The pages that the program writes, in a browser: from the disk, without errors, without the network."""

import json
import time

from . import browser
from .training import Workshop, wait_until


def check(workshop: Workshop, quick: bool):
    if not browser.program():
        print("skip  PG   pages in a browser: needs chromium", flush=True)
        return
    folder = workshop.folder / "pages"
    folder.mkdir()
    pages = make(workshop, folder)
    window = browser.Browser(folder / "browser")
    try:
        problems = []
        for page in pages:
            found = window.load(page)
            first = window.screenshot()
            found += window.load(page)
            if window.screenshot() != first:
                found.append("two screenshots differ")
            problems += [f"{page.name}: {problem}" for problem in found]
        workshop.claim("PG1", f"{len(pages)} kinds of pages open from the disk twice alike, without errors and without "
                       "a request", problems)
        workshop.claim("PG2", "results are filtered, found and sorted in the page", filtering(window, folder))
        workshop.claim("PG3", "a page of grades is filled in by keys and mouse, keeps them over a reload, and what it "
                       "saves is read back", grading(workshop, window, folder))
    finally:
        window.close()


def make(workshop: Workshop, folder) -> list:
    """Writes a page of each kind."""
    run = folder / "run"
    model = run / "best"
    pictures = [str(path) for path in workshop.pictures[:4]]
    (folder / "broken.jpg").write_bytes(b"no picture")

    def cutline(*words, status=0):
        outcome = workshop.run([workshop.program, *words])
        if outcome.status != status:
            raise RuntimeError(f"{words}: {outcome}")

    trained = workshop.train(run)
    if trained.status:
        raise RuntimeError(str(trained))
    results = folder / "results.jsonl"
    cutline("caption", "-m", model, *pictures, folder / "broken.jpg", "-o", results, status=2)
    cutline("report", results, "-o", folder / "results.html")
    cutline("eval", workshop.data, "-m", model, "--report", folder / "scores.html", "--heat-maps")
    cutline("eval", workshop.data, "-m", model, "--rating-sheet", folder / "grades.html", "--rating-count", "3")
    cutline("dataset", "stats", workshop.data, "--html", folder / "stats.html")
    return [run / "samples/epoch-01.html", run / "report.html", *(
        folder / name for name in ("results.html", "scores.html", "grades.html", "stats.html"))]


def filtering(window: browser.Browser, folder) -> list:
    problems = window.load(folder / "results.html")

    def shown():
        return window.evaluate("Array.from(document.querySelectorAll('article')).filter(a => !a.hidden)"
                               ".map(a => [a.dataset.state, Number(a.dataset.words)])")

    def choose(control, value):
        window.evaluate(f"(() => {{ const e = document.getElementById('{control}'); e.value = '{value}';"
                        " e.dispatchEvent(new Event('input', { bubbles: true })); })()")

    if len(shown()) != 5:
        problems.append(f"shows {shown()} at first")
    choose("state", "failed")
    if [state for state, _ in shown()] != ["failed"]:
        problems.append(f"failed: {shown()}")
    choose("state", "")
    choose("find", "BROKEN.jpg")
    if len(shown()) != 1:
        problems.append(f"finds {shown()}")
    choose("find", "")
    choose("sort", "words")
    if [words for _, words in shown()] != sorted(words for _, words in shown()):
        problems.append(f"sorted: {shown()}")
    return problems


def grading(workshop: Workshop, window: browser.Browser, folder) -> list:
    page = folder / "grades.html"
    problems = window.load(page)
    window.press("4")
    window.press("1")
    window.press("ArrowLeft")
    window.press("2")
    window.click("section:not([hidden]) button[data-grade='3']")
    window.evaluate("document.getElementById('rater').value = 'Ann \u00c9'")
    window.evaluate("document.getElementById('rater').dispatchEvent(new Event('input'))")
    # Another process may show the page next: the browser hands over what was kept in its own time.
    time.sleep(1)
    problems += window.load(page)
    if not window.evaluate("document.getElementById('state').textContent").startswith("3 of 3"):
        problems.append("after a reload: " + window.evaluate("document.getElementById('state').textContent"))
    window.click("#save")
    wait_until(lambda: any(path.suffix == ".json" for path in window.downloads.iterdir()), timeout=20)
    saved = next(path for path in window.downloads.iterdir() if path.suffix == ".json")
    ratings = json.loads(saved.read_text())
    if [rating["grade"] for rating in ratings["ratings"]] != [4, 2, 3] or ratings["rater"] != "Ann \u00c9":
        problems.append(f"saved {ratings}")
    problems += window.problems(page.as_uri())
    read = workshop.run([workshop.program, "eval", "--ratings", saved])
    if read.status:
        problems.append(str(read))
    changed = folder / "changed.json"
    changed.write_text(saved.read_text().replace('"grade": 4', '"grade": 9'))
    refused = workshop.run([workshop.program, "eval", "--ratings", changed])
    if refused.status != 65 or "has the grade 9" not in refused.errors:
        problems.append(f"a grade of 9: {refused}")
    return problems
