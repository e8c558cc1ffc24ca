"""R4: a picture or clip cut anywhere is captioned with a warning or refused with a reason."""

import pathlib
import shutil
import subprocess

from .batch import rows
from .training import Workshop

PICTURES = {"jpg": "dog-on-grass.jpg", "png": "house.png", "webp": "mountain-lake.webp"}
CLIPS = {
    "gif": "", "mp4": "-c:v libx264", "front.mp4": "-c:v libx264 -movflags +faststart",
    "mkv": "-c:v libx264", "avi": "-c:v mpeg4", "ts": "-c:v mpeg2video",
}
# A cut exactly between two packets leaves a stream that ends like any other: nothing in the file says that
# more was meant to come, and no decoder could know.
PACKET_SIZES = {"ts": 188}
# What a truncated file must never end in.
ALARMS = {"decoder_crashed", "timeout", "internal"}


def check(workshop: Workshop, quick: bool):
    if not shutil.which("ffmpeg"):
        print("skip  R4   needs the ffmpeg program to make clips of", flush=True)
        return
    model = workshop.new_run("cut-model")
    workshop.train(model)
    count = 64 if quick else 512
    inputs = workshop.folder / "cut"
    silent = cut_everything(workshop, inputs, count)
    expected = {str(path) for path in inputs.rglob("*.*") if path.is_file()}
    lenient = captioned(workshop, model / "last", inputs)
    strict = captioned(workshop, model / "last", inputs, "--strict")
    problems = faults(lenient, expected, silent, False) + faults(strict, expected, silent, True)
    errors = sum("error" in row for row, *_ in lenient.values())
    warned = sum(bool(row.get("warnings")) for row, *_ in lenient.values())
    workshop.claim(
        "R4", f"{len(PICTURES) + len(CLIPS)} kinds of files x {count} cut points: {warned} captioned with a warning, "
        f"{errors} coded errors, {len(silent)} cut between two packets, which tells nobody; with --strict all are "
        "errors; whole files have neither", problems)


def faults(found: dict, expected: set, silent: set, is_strict: bool) -> list:
    """What is wrong with the rows of a batch."""
    mode = "with --strict" if is_strict else "without --strict"
    problems = []
    for name in sorted(found.keys() | expected):
        row, *others = found.get(name, [{}])
        code, is_warned = row.get("error", {}).get("code"), bool(row.get("warnings"))
        if not row or others:
            problems.append(f"{name} {mode}: {len(found.get(name, []))} rows")
        elif code in ALARMS:
            problems.append(f"{name} {mode}: {row['error']}")
        elif "/whole." in name and (code or is_warned):
            problems.append(f"{name} {mode}: {row.get('error') or row['warnings']}, but it is whole")
        elif "/whole." not in name and name not in silent and not code and (is_strict or not is_warned):
            problems.append(f"{name} {mode}: nothing was noticed")
    return problems


def captioned(workshop: Workshop, model: pathlib.Path, inputs: pathlib.Path, *options) -> dict:
    output = workshop.new_run("cut-out")
    # With an option about clips a GIF is one, of which all is looked at.
    workshop.run([workshop.program, "batch", inputs, "-r", "-m", model, "-o", output, "-q", "--frames", "8", *options],
                 timeout=3600)
    return rows(output)


def cut_everything(workshop: Workshop, folder: pathlib.Path, count: int) -> set:
    """Fills the folder; returns the names of the files of which nothing tells that they were cut."""
    silent = set()
    for kind in [*PICTURES, *CLIPS]:
        target = folder / kind
        target.mkdir(parents=True)
        suffix = kind.split(".")[-1]
        whole = target / f"whole.{suffix}"
        if kind in PICTURES:
            shutil.copyfile(workshop.samples / PICTURES[kind], whole)
        else:
            subprocess.run(
                ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i",
                 "testsrc=size=160x120:rate=10:duration=3", "-pix_fmt", "rgb8" if kind == "gif" else "yuv420p",
                 *CLIPS[kind].split(), whole], check=True)
        data = whole.read_bytes()
        for size in cut_points(len(data), count):
            path = target / f"{size:07}.{suffix}"
            path.write_bytes(data[:size])
            if size and size % PACKET_SIZES.get(kind, len(data)) == 0:
                silent.add(str(path))
    return silent


def cut_points(size: int, count: int) -> list:
    """All over a file of so many bytes, and before each of its last ones."""
    last = 16
    spread = [index * (size - last) // (count - last) for index in range(count - last)]
    return spread + list(range(size - last, size))
