"""R2: thousands of broken pictures and clips in one batch: a row for each, and no crash of our own."""

import collections
import os
import pathlib
import random
import re
import shutil
import struct
import subprocess
import time
import zlib

from .batch import rows
from .originals import originals
from .training import Workshop

SEED = 1
CODES = {"missing", "unreadable", "empty", "not_media", "unsupported", "truncated", "corrupt", "too_large",
         "too_long", "timeout", "no_frames", "decoder_crashed", "outside_root", "cancelled", "internal"}
# Failures of a decoder process other than an answer: each is a bug.
SUSPICIOUS = {"decoder_crashed", "timeout", "internal"}
LARGEST = 100_000


def check(workshop: Workshop, quick: bool):
    trained = workshop.new_run("mutations-model")
    workshop.train(trained)
    count = 2000 if quick else 20_000
    mutator = Mutator(workshop)
    inputs = workshop.folder / "mutants"
    changes = {}
    for number in range(count):
        name, data, change = mutator.mutant(number)
        path = inputs / f"{number // 500:02}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        changes[str(path)] = change
    for number, sample in enumerate(mutator.samples):
        path = inputs / "samples" / f"{number:03}-{sample.name}"
        path.parent.mkdir(exist_ok=True)
        shutil.copyfile(sample, path)
        changes[str(path)] = "as it is"
    captioned(workshop, trained / "last", inputs, changes)


def captioned(workshop: Workshop, model: pathlib.Path, inputs: pathlib.Path, changes: dict):
    listed = workshop.folder / "mutants.txt"
    listed.write_text("".join(f"{path}\n" for path in changes))
    output = workshop.folder / "mutants-out"
    start = time.monotonic()
    try:
        outcome = workshop.run([workshop.program, "batch", "--from", listed, "-m", model, "-o", output, "-q",
                                "--every", "1", "--timeout", "20"], timeout=4 * 3600)
        problems = [] if outcome.status == 2 else [str(outcome)]
    except subprocess.TimeoutExpired:
        problems = ["hangs"]
    seconds = time.monotonic() - start
    found = rows(output)
    problems += [f"{name}: {len(found.get(name, []))} rows" for name in found.keys() | changes.keys()
                 if len(found.get(name, [])) != 1]
    errors = {name: row[0]["error"] for name, row in found.items() if "error" in row[0]}
    problems += [f"{name}: {error}" for name, error in errors.items() if error["code"] not in CODES]
    kept = workshop.root / ".build/suspicious"
    for name, error in errors.items():
        if error["code"] in SUSPICIOUS or "that a decoder may use" in error["message"]:
            kept.mkdir(exist_ok=True)
            shutil.copyfile(name, kept / pathlib.Path(name).name)
            problems.append(f"{kept / pathlib.Path(name).name} (seed {SEED}, {changes[name]}): "
                            f"{error['code']}: {error['message']}")
    counts = collections.Counter(error["code"] for error in errors.values())
    said = ", ".join(f"{count} {code}" for code, count in counts.most_common())
    workshop.claim("R2", f"{len(changes)} broken files: {len(found)} rows, none twice, {len(errors)} failures "
                   f"({said}); exit 2, {seconds:.0f} s", problems)


class Mutator:
    """Generates broken files, each determined by its number, from good ones and from odd ones if available."""

    def __init__(self, workshop: Workshop):
        self.files = originals(workshop.folder / "originals")
        data = os.environ.get("CUTLINE_TEST_DATA")
        self.samples = sorted(path for path in pathlib.Path(data, "tricky").rglob("*")
                              if path.is_file() and path.suffix != ".tsv") if data else []
        if not data:
            print("      CUTLINE_TEST_DATA is not set: broken files from elsewhere are left out")
        self.files |= {path.name: path.read_bytes() for path in self.samples
                       if 0 < path.stat().st_size <= LARGEST}
        self.names = list(self.files)

    def mutant(self, number: int) -> "tuple[str, bytes, str]":
        """Returns a name, the bytes, and the change and its file."""
        draws = random.Random(f"{SEED}:{number}")
        name = draws.choice(self.names)
        data = bytearray(self.files[name])
        extension = pathlib.Path(name).suffix
        done = []
        for _ in range(draws.choice([1, 1, 1, 2, 3])):
            kind = draws.choice([flips, flips, fields, fields, fields, cut, repeat, "splice", "extension"])
            if kind == "splice":
                other = draws.choice(self.names)
                data = splice(data, self.files[other], draws)
                done.append(f"splice with {other}")
            elif kind == "extension":
                extension = pathlib.Path(draws.choice(self.names)).suffix
                done.append(extension)
            else:
                data = kind(data, draws)
                done.append(kind.__name__)
        if draws.random() < 0.7:
            mend_png(data)
        stem = pathlib.Path(name).stem
        return f"{number:05}-{stem}{extension}", bytes(data), f"{name}: {', '.join(done)}"


# Ways to break a file

def flips(data: bytearray, draws: random.Random) -> bytearray:
    """Chooses a position, half of the time in the header."""
    end = min(len(data), 512) if draws.random() < 0.5 else len(data)
    for _ in range(draws.choice([1, 2, 8, 32])):
        if end:
            data[draws.randrange(end)] ^= 1 << draws.randrange(8)
    return data


def cut(data: bytearray, draws: random.Random) -> bytearray:
    """Removes the end, or a piece from the middle."""
    start = draws.randint(0, len(data))
    end = len(data) if draws.random() < 0.5 else min(len(data), start + draws.choice([1, 7, 64, 4096]))
    return data[:start] + data[end:]


def repeat(data: bytearray, draws: random.Random) -> bytearray:
    start = draws.randint(0, len(data))
    piece = data[start:start + draws.choice([1, 4, 64, 4096])]
    return data[:start] + piece * draws.choice([2, 3, 50 if len(piece) < 100 else 2]) + data[start:]


def splice(data: bytearray, other: bytes, draws: random.Random) -> bytearray:
    return data[:draws.randint(0, len(data))] + other[draws.randint(0, len(other)):]


# Positions after which bytes are read as sizes, counts and times.
MARKS = re.compile(
    rb"IHDR|PLTE|tRNS|acTL|IDAT|RIFF|VP8[ LX]|ANMF|GIF8|BM|II\*\x00|MM\x00\*|\xff[\xc0-\xc4\xda\xdb\xdd]"
    rb"|ftyp|moov|mvhd|tkhd|mdhd|elst|stsd|stts|ctts|stsc|stsz|stco|trun|tfhd|trex|avc1|avcC|hvcC|mp4v"
    rb"|meta|pitm|iloc|iinf|iprp|ipco|ipma|ispe|irot|imir|clap|auxC|jp2h|ihdr|\xff\x4f|\xff\x51|\xff\x0a|qoif|P6"
    rb"|DKIF|YUV4MPEG2|\.RMF|MDPR|DATA|\x06\x0e\x2b\x34|avih|strh|strf|idx1|movi|00d[cb]|FLV|onMetaData|OggS|theora"
    rb"|\x1a\x45\xdf\xa3|\x1f\x43\xb6\x75"
    rb"|\x16\x54\xae\x6b|\x2a\xd7\xb1|\x44\x89|\xb0\x82|\xa3|\x47\x40|\x00\x00\x01[\xb3\xb8\xe0\x67]")
EXTREMES = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 10**6, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF,
            2**63 - 1, 2**63, 2**64 - 1]


def fields(data: bytearray, draws: random.Random) -> bytearray:
    """Writes an extreme number in a header."""
    places = [match.end() for match in MARKS.finditer(data[:8192])] or [0]
    for _ in range(draws.choice([1, 1, 2, 4])):
        start = draws.choice(places) + draws.choice([0, 0, 4, 8, draws.randrange(100)])
        size = draws.choice([1, 2, 4, 4, 8])
        number = draws.choice(EXTREMES) & (256**size - 1)
        if start + size <= len(data):
            data[start:start + size] = number.to_bytes(size, draws.choice(["big", "little"]))
    return data


def mend_png(data: bytearray):
    """Returns new checksums: a decoder would stop at a wrong one."""
    position = 8
    while data[:4] == b"\x89PNG" and position + 12 <= len(data):
        end = position + 8 + struct.unpack_from(">I", data, position)[0]
        if end + 4 > len(data):
            return
        struct.pack_into(">I", data, end, zlib.crc32(data[position + 4:end]))
        position = end + 4
