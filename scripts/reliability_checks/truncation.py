"""R4: a picture or clip truncated anywhere is captioned with a warning or refused with a reason."""

import pathlib
import shutil
import subprocess

from .batch import rows
from .originals import MOVING, PROGRAMS, converted, made
from .training import Workshop

PICTURES = {"jpg": "dog-on-grass.jpg", "png": "house.png", "webp": "mountain-lake.webp"}
# Of the same drawing as the clips.
DRAWN = {
    "bmp": "-c:v bmp", "tiff": "-c:v tiff -compression_algo deflate", "qoi": "-c:v qoi",
    "jp2": "-c:v jpeg2000 -f image2", "avif": "-c:v libsvtav1 -preset 12 -pix_fmt yuv420p",
}
CLIPS = {
    "gif": "", "mp4": "-c:v libx264", "front.mp4": "-c:v libx264 -movflags +faststart",
    "mkv": "-c:v libx264", "avi": "-c:v mpeg4", "ts": "-c:v mpeg2video",
    "y4m": "-vf scale=48:32", "ivf": "-c:v libvpx", "obu": "-c:v libsvtav1 -preset 12",
    "rm": "-c:v rv10 -vf scale=160:112", "mxf": "-c:v mpeg2video -r 25", "nut": "-c:v mpeg4",
}
# A cut exactly between two packets leaves a stream that ends like any other: nothing in the file shows that
# more was intended, and no decoder could know.
PACKET_SIZES = {"ts": 188}


def joints(kind: str, data: bytes) -> set:
    """Returns the remaining sizes of a stream that is cut between two packets or frames."""
    places, place = set(), 0
    if kind in PACKET_SIZES:
        places = set(range(0, len(data), PACKET_SIZES[kind]))
    elif kind == "y4m":
        first = data.index(b"FRAME")
        places = set(range(first, len(data), data.index(b"FRAME", first + 1) - first))
    elif kind == "ivf":
        place = 32
        while place < len(data):
            places.add(place)
            place += 12 + int.from_bytes(data[place:place + 4], "little")
    elif kind == "obu":
        while place < len(data):
            places.add(place)
            place += 1 + (data[place] >> 2 & 1)
            size = shift = 0
            while True:
                byte = data[place]
                size |= (byte & 0x7F) << shift
                place, shift = place + 1, shift + 7
                if byte < 0x80:
                    break
            place += size
    return places - {0}


# Errors that a truncated file must never cause.
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
        "R4", f"{len(list(inputs.iterdir()))} kinds of files x {count} cut points: {warned} captioned with a warning, "
        f"{errors} coded errors, {len(silent)} cut between two packets, which tells nobody; with --strict all are "
        "errors; whole files have neither", problems)


def faults(found: dict, expected: set, silent: set, is_strict: bool) -> list:
    """Returns the faults in the rows of a batch."""
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
    # With an option about clips a GIF is one, and all of it is read.
    workshop.run([workshop.program, "batch", inputs, "-r", "-m", model, "-o", output, "-q", "--frames", "8", *options],
                 timeout=3600)
    return rows(output)


def cut_everything(workshop: Workshop, folder: pathlib.Path, count: int) -> set:
    """Fills the folder; returns the names of the files that do not show that they were cut."""
    silent = set()
    for kind in [*PICTURES, *DRAWN, *PROGRAMS, *MOVING, *CLIPS]:
        target = folder / kind
        target.mkdir(parents=True)
        suffix = kind.split(".")[-1]
        whole = target / f"whole.{suffix}"
        if not make(workshop, kind, whole):
            target.rmdir()
            continue
        data = whole.read_bytes()
        places = joints(kind, data)
        for size in cut_points(len(data), count):
            path = target / f"{size:07}.{suffix}"
            path.write_bytes(data[:size])
            if size in places:
                silent.add(str(path))
    return silent


def make(workshop: Workshop, kind: str, whole: pathlib.Path) -> bool:
    """Returns a whole file of a kind, and whether its tool is installed."""
    source = "testsrc=size=160x120:rate=10:duration=3"
    if kind in PICTURES:
        shutil.copyfile(workshop.samples / PICTURES[kind], whole)
    elif kind in PROGRAMS:
        drawn = workshop.folder / "drawn"
        drawn.mkdir(exist_ok=True)
        whole.write_bytes(converted(drawn, kind, *PROGRAMS[kind]))
    elif kind in DRAWN:
        made(whole, source, "-frames:v", "1", *DRAWN[kind].split())
    elif kind in MOVING:
        made(whole, "testsrc=size=64x64:rate=5:duration=1", *MOVING[kind])
    else:
        subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", source,
             "-pix_fmt", "rgb8" if kind == "gif" else "yuv420p", *CLIPS[kind].split(), whole],
            check=True, capture_output=True)
    if whole.exists() and whole.stat().st_size:
        return True
    whole.unlink(missing_ok=True)
    return False


def cut_points(size: int, count: int) -> list:
    """Returns positions throughout a file of so many bytes, and before each of its last ones."""
    last = 16
    spread = [index * (size - last) // (count - last) for index in range(count - last)]
    return spread + list(range(size - last, size))
