"""Captions in other languages are learned from pictures and written as exactly as English ones."""

import json
import subprocess

from .training import Workshop

LEAST = 0.9


def check(workshop: Workshop, quick: bool):
    for language in ("de",) if quick else ("de", "ja", "ar"):
        share, problems = exact(workshop, language)
        workshop.claim("L1", f"trained on 20,000 drawings with captions in {language}: {share:.1%} of the captions of "
                       "1,000 unseen ones are exact", problems)


def exact(workshop: Workshop, language: str) -> tuple:
    """Returns the share of unseen drawings whose caption is exact, and what is wrong with it."""
    run = workshop.new_run(f"run-{language}")
    for name, more in (("drawn", ()), ("unseen", ("--seed", "99", "--count", "2", "--val", "1000"))):
        drawn = workshop.run([workshop.program, "dataset", "synthesize", "shapes", "--language", language, *more,
                              "-o", f"{name}-{language}"])
        if drawn.status:
            return 0, [str(drawn)]
    trained = workshop.run([workshop.program, "train", f"drawn-{language}", "--config",
                            f"drawn-{language}/training.json", "--progress", "none", "-o", run], timeout=7200)
    if trained.status:
        return 0, [str(trained)]
    done = subprocess.run([workshop.program, "eval", f"unseen-{language}", "-m", run / "best", "--split", "val",
                           "--metrics", "exact", "--json"], capture_output=True, text=True, cwd=workshop.folder)
    if done.returncode:
        return 0, [done.stderr]
    scores = json.loads(done.stdout)
    share = scores["scores"]["exact"]
    problems = [] if share >= LEAST else [f"fewer than {LEAST:.0%}"]
    return share, problems if len(scores["images"]) == 1000 else [f"{len(scores['images'])} pictures"]
