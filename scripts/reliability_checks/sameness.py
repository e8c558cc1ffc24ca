"""R16: the same seed gives the same bits."""

import json
import subprocess

from .training import Workshop, differences, result

SETTINGS = {"epochs": 4}
OPTIONS = ("--lr", "5e-3", "--save-every", "1000", "--sampling", "linear", "--sampling-floor", "0.5")


def check(workshop: Workshop, quick: bool):
    first = {threads: outcome(workshop, f"same-{threads}", threads) for threads in (1, 2)}
    for threads in (1, 2):
        count = 5 if quick else 50
        found = [outcome(workshop, "same-again", threads) for _ in range(count - 1)]
        problems = [f"other {', '.join(differences(again, first[threads]))}" for again in found
                    if differences(again, first[threads])]
        workshop.claim("R16", f"the same seed {count} times, -t {threads}: the same weights, optimizer state, "
                       "log, sample captions and captions", problems)
    one, two = first[1], first[2]
    same = "the same" if one["last/model.safetensors"] == two["last/model.safetensors"] else "other"
    pairs = list(zip(one["captions"], two["captions"]))
    gap = max((abs(a[1] - b[1]) for a, b in pairs if a[0] == b[0]), default=0)
    equal = sum(a[0] == b[0] for a, b in pairs)
    print(f"note  R16  one thread against two: {same} weights; {equal} of {len(pairs)} captions are the same, "
          f"log-probabilities within {gap:.1e}", flush=True)


def outcome(workshop: Workshop, name: str, threads: int) -> dict:
    run = workshop.new_run(name)
    workshop.train(run, *OPTIONS, threads=threads, **SETTINGS)
    done = subprocess.run([workshop.program, "-m", run / "last", "-f", "jsonl", *workshop.pictures],
                          capture_output=True, check=True)
    rows = [json.loads(line) for line in done.stdout.decode().splitlines()]
    best = [row["segments"][0]["captions"][0] for row in rows]
    captions = [(caption["text"], caption["logprob"]) for caption in best]
    return result(run) | {"captions": captions}
