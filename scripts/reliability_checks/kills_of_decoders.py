"""R7: whatever the decoder, the epochs and the clips, a run that is killed ends like an undisturbed one."""

import collections
import json
import pathlib
import random
import subprocess

from .kills import killed_after, newest_step
from .training import Workshop, problems_of, result, unreadable, wait_until

DECODERS = {
    **{name: ["--decoder", name, "--sampling", "linear"] for name in (
        "show-and-tell", "show-attend-tell", "lrcn", "s2vt", "temporal-attention", "video-mean")},
    "classify": ["--task", "classify"],
}
EPOCHS = {
    "frozen": ["--encoder-lr", "0"],
    "learning": ["--encoder-lr", "1e-3"],
    "mixed": ["--encoder-lr", "1e-3", "--frozen-epochs", "1"],
}
# The number of frames of each clip: four batches an epoch.
CLIPS = {"equal": [6] * 8, "unequal": [3, 9, 1, 7, 2, 8, 5, 4]}
OPTIONS = ["--epochs", "2", "--batch-size", "2", "--frame-step", "1", "--save-every", "1", "-t", "1",
           "--embed", "8", "--hidden", "8", "--ema", "0.9", "--no-cache-features"]
OF_ATTENTION = ["--annotation-size", "8", "--attention-size", "8"]
# A run is killed after a number of steps in one of these ranges, of the first and of the second epoch.
STEPS = [(1, 3), (4, 5)]

Case = collections.namedtuple("Case", "decoder epochs clips")


def check(workshop: Workshop, quick: bool):
    data = {name: clip_set(workshop, name, counts) for name, counts in CLIPS.items()}
    for decoder in DECODERS:
        cases = [Case(decoder, epochs, clips) for epochs in EPOCHS for clips in CLIPS]
        outcomes = sum(workshop.each(
            lambda case: killed(workshop, case, data[case.clips], 3 if quick else 30), cases), [])
        good = sum(not problems for _, problems in outcomes)
        workshop.claim("R7d", f"{decoder}, encoder {', '.join(EPOCHS)}, clips {', '.join(CLIPS)}: killed and "
                       f"resumed, {good} of {len(outcomes)} end with the same weights "
                       f"({sum(hit for hit, _ in outcomes)} were hit)",
                       sum((problems for _, problems in outcomes), []))


def clip_set(workshop: Workshop, name: str, counts: list) -> pathlib.Path:
    """Writes clips of so many frames in COCO's layout, for training and validation."""
    folder = workshop.folder / f"clips-{name}"
    (folder / "images").mkdir(parents=True)
    for number, count in enumerate(counts):
        source = f"testsrc2=size=48x48:rate=10,hue=h={40 * number}"
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", source, "-frames:v",
                        str(count), "-c:v", "mjpeg", folder / f"images/{number}.avi"], check=True)
    text = json.dumps({
        "images": [{"id": id, "file_name": f"{id}.avi"} for id in range(len(counts))],
        "annotations": [{"image_id": id, "caption": ["a wheel turns", "stripes move"][id % 2]}
                        for id in range(len(counts))]})
    for split in ("train", "val"):
        (folder / f"captions_{split}.json").write_text(text)
    return folder


def killed(workshop: Workshop, case: Case, data: pathlib.Path, count: int) -> list:
    """Kills one run after another, in turn in each epoch after so many steps and after so many seconds.

    Whether each was hit, and what is wrong with it after it was resumed.
    """
    name = "-".join(case)
    draws = random.Random(name)
    straight = workshop.new_run(f"straight-{name}")
    seconds = trained(workshop, case, data, straight).seconds
    expected = result(straight)
    outcomes = []
    for number in range(count):
        run = workshop.new_run(f"run-{name}")
        process = subprocess.Popen(command(workshop, case, data, run), cwd=workshop.folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        kind = number % (len(STEPS) + 1)
        if kind < len(STEPS):
            place, unit = draws.randint(*STEPS[kind]), "steps"
            wait_until(lambda: newest_step(run) >= place or process.poll() is not None)
            hit = killed_after(process, draws.uniform(0, 0.01))
        else:
            place, unit = draws.uniform(0, seconds), "s"
            hit = killed_after(process, place)
        damaged = unreadable(run)
        found = problems_of(run, trained(workshop, case, data, run), expected) + (
            [f"unreadable after the kill: {damaged}"] if damaged else [])
        outcomes.append((hit, [f"{', '.join(case)}, after {place:.3g} {unit}: {problem}"
                               for problem in found]))
    return outcomes


def trained(workshop: Workshop, case: Case, data: pathlib.Path, run: pathlib.Path):
    return workshop.run(command(workshop, case, data, run))


def command(workshop: Workshop, case: Case, data: pathlib.Path, run: pathlib.Path) -> list:
    of_decoder = [] if case.decoder == "classify" else ["--min-count", "1"]
    if case.decoder in ("show-attend-tell", "temporal-attention"):
        of_decoder += OF_ATTENTION
    return [workshop.program, "train", data, *OPTIONS, *of_decoder, *DECODERS[case.decoder],
            *EPOCHS[case.epochs], "-o", run]
