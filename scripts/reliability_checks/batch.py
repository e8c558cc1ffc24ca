"""R11 and related: whatever stops a batch, it ends with one row for each file."""

import errno
import json
import os
import pathlib
import random
import signal
import struct
import subprocess
import time
import zlib

from .system_calls import calls
from .training import Workshop, wait_until

# Calls that change something in the output, or report whether it has reached the disk.
FALLIBLE = ["openat", "write", "fsync", "ftruncate", "rename", "renameat2", "unlink", "mkdir", "close"]


def check(workshop: Workshop, quick: bool):
    trained = workshop.new_run("batch-model")
    workshop.train(trained)
    count = 500 if quick else 10_000
    batch = Batch(workshop, trained / "last", count)
    killed(batch, 5)
    stopped(batch, 10 if quick else 100)
    failing(batch, 60 if quick else None)
    batch_sizes(batch)


class Batch:
    """Makes a folder of small pictures and clips, every hundredth of them broken, and a fast captioner."""

    def __init__(self, workshop: Workshop, model: pathlib.Path, count: int):
        self.workshop, self.model, self.count = workshop, model, count
        self.broken_count = count // 100
        self.pictures = workshop.folder / "pictures"
        draws = random.Random(1)
        for number in range(count):
            is_clip = number % 10 == 0
            path = self.pictures / f"{number // 500:02}" / f"{number:05}.{'avi' if is_clip else 'png'}"
            path.parent.mkdir(parents=True, exist_ok=True)
            make = broken if number % 100 == 50 else clip if is_clip else drawing
            path.write_bytes(make(draws))
        self.straight = workshop.folder / "batch-straight"
        start = time.monotonic()
        self.outcome = self.run(self.straight)
        self.seconds = time.monotonic() - start
        self.expected = rows(self.straight)

    def command(self, output: pathlib.Path, *more, inputs=None) -> list:
        return [self.workshop.program, "batch", inputs or self.pictures, "-r", "-m", self.model, "-o", output,
                "-t", "1", "-q", *more]

    def run(self, output: pathlib.Path, *more, **settings):
        return self.workshop.run(self.command(output, *more, **settings), timeout=3600)

    def new_output(self, name: str) -> pathlib.Path:
        return self.workshop.new_run(f"batch-{name}")

    def started(self, output: pathlib.Path, *more, **settings) -> subprocess.Popen:
        return subprocess.Popen(self.command(output, *more, **settings), stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, cwd=self.workshop.folder)

    def problems(self, output: pathlib.Path) -> list:
        """Returns the faults in the rows of a batch that should have ended like an undisturbed one."""
        return self.lost(output) + self.others(output)

    def lost(self, output: pathlib.Path) -> list:
        """Returns files without exactly one row or with another error, and leftover files."""
        found = rows(output)
        problems = [f"{name}: {len(found.get(name, []))} rows" for name in found.keys() | self.expected.keys()
                    if len(found.get(name, [])) != 1]
        for name, (expected,) in self.expected.items():
            row = found.get(name, [expected])[0]
            if row.get("error") != expected.get("error"):
                problems.append(f"{name}: {row.get('error')} rather than {expected.get('error')}")
        left = [path.name for path in output.rglob("*tmp*")]
        return problems + ([f"left: {left}"] if left else [])

    def others(self, output: pathlib.Path) -> list:
        """Returns files with another caption."""
        found = rows(output)
        pairs = [(name, best(found.get(name, [expected])[0]), best(expected))
                 for name, (expected,) in self.expected.items()]
        return [f"{name}: {ours} rather than {expected}" for name, ours, expected in pairs
                if not alike(ours, expected)]


def killed(batch: Batch, count: int):
    draws = random.Random(2)
    output = batch.new_output("killed")
    problems, kills = [], 0
    for kill in range(count):
        # At a number of rows rather than a time: the batch must not have ended before.
        lines = (kill + draws.random()) * batch.count / (count + 1)
        process = batch.started(output)
        wait_until(lambda: line_count(output) >= lines or process.poll() is not None, timeout=3600)
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
    last = batch.run(output)
    if kills < count or last.status != 2 or batch.outcome.status != 2:
        problems.append(f"{kills} kills, {last}, left alone {batch.outcome}")
    found = rows(output)
    failures = sum("error" in row for row, in found.values() if row)
    if len(found) != batch.count or failures != batch.broken_count:
        problems.append(f"{len(found)} rows, {failures} of them failures")
    problems += batch.problems(output)
    batch.workshop.claim(
        "R11", f"{batch.count} files, {batch.broken_count} of them broken, killed {kills} times: {len(found)} "
        f"rows, {failures} of them coded failures, none twice, like an undisturbed batch; exit 2", problems)


def stopped(batch: Batch, count: int):
    draws = random.Random(3)
    problems, longest = [], 0.0
    for index in range(count):
        output = batch.new_output("stopped")
        number = [signal.SIGINT, signal.SIGTERM][index % 2]
        process = batch.started(output)
        wait_until(lambda: line_count(output) > 0)
        time.sleep(draws.uniform(0, batch.seconds / 2))
        start = time.monotonic()
        process.send_signal(number)
        status = process.wait()
        seconds = time.monotonic() - start
        longest = max(longest, seconds)
        summary = json.loads((output / "summary.json").read_text())
        if status != 128 + number or seconds > 2 or summary["done"] != line_count(output):
            problems.append(f"{index}: exit {status} after {seconds:.2f} s, {summary}")
    problems += [f"afterwards {problem}" for problem in
                 ([] if batch.run(output).status == 2 else ["not 2"]) + batch.problems(output)]
    batch.workshop.claim(
        "R9", f"a batch stopped by SIGINT and SIGTERM {count} times: inputs under way are written, the summary "
        f"counts them, after {longest:.2f} s at most; resumed, like an undisturbed batch", problems)


def failing(batch: Batch, count: "int | None"):
    """Makes every call that writes to the output fail, in turn."""
    inputs = batch.pictures / "00"
    few = batch.workshop.folder / "few"
    few.mkdir()
    for path in sorted(inputs.iterdir())[40:60]:
        (few / path.name).write_bytes(path.read_bytes())
    options = ["-f", "txt", "--batch-size", "4"]
    straight = batch.new_output("few-straight")
    log = batch.workshop.folder / "batch.trace"
    command = batch.command(straight, *options, inputs=few)
    subprocess.run(["strace", "-f", "-y", "-o", log, "-e", "trace=file,desc", *command],
                   stderr=subprocess.DEVNULL, cwd=batch.workshop.folder)
    expected = {name: best(row) for name, (row,) in rows(straight).items()}
    points = [call for call in calls(log, straight)
              if call.name in FALLIBLE and str(straight) in call.text]
    if count and len(points) > count:
        points = [points[index * len(points) // count] for index in range(count)]

    def fail(indexed):
        index, call = indexed
        error = ["ENOSPC", "EIO", "EDQUOT"][index % 3]
        output = batch.new_output(f"failing-{index}")
        outcome = batch.workshop.run(
            ["strace", "-f", "-o", "/dev/null", "-e", f"trace={call.name}",
             "-e", f"inject={call.name}:error={error}:when={call.number}",
             *batch.command(output, *options, inputs=few)])
        text = os.strerror(getattr(errno, error))
        said = any(str(output) in line and text in line for line in outcome.errors.splitlines())
        problems = []
        if outcome.status != 2 and not (outcome.status == 74 and said):
            problems.append(f"{error} at {call}: {outcome}")
        before = line_count(output)
        # Workers count their calls, too: one that could not load FFmpeg fails at a clip.
        again = batch.run(output, *options, "--retry-failed", inputs=few)
        found = {name: best(row) for name, (row, *more) in rows(output).items() if not more}
        same = found.keys() == expected.keys() and all(alike(found[name], expected[name]) for name in found)
        if again.status != 2 or not same or line_count(output) < before:
            problems.append(f"{error} at {call}: afterwards {again}, {len(found)} rows")
        problems += [f"{error} at {call}: left {path.name}" for path in output.rglob("*tmp*")]
        batch.new_output(output.name.removeprefix("batch-"))
        return outcome.status, problems

    outcomes = batch.workshop.each(fail, enumerate(points))
    ended = sum(status == 74 for status, _ in outcomes)
    batch.workshop.claim(
        "R8e", f"{len(points)} calls of a batch failed with ENOSPC, EIO or EDQUOT: {ended} ended it with exit "
        "74, path and reason, the others were harmless; resumed, the same rows, nothing left behind",
        sum((problems for _, problems in outcomes), []))


def batch_sizes(batch: Batch):
    """Checks the same captions for several batch sizes. One caption in thousands may differ by more than `alike`
    allows: two hypotheses were equally likely, and rounding decided which of them was dropped."""
    problems, other_count = [], 0
    for options in (["--batch-size", "1"], ["--batch-size", "7", "-t", "2"]):
        output = batch.new_output("sizes")
        batch.run(output, *options)
        others = batch.others(output)
        other_count += len(others)
        found = batch.lost(output) + (others if len(others) > batch.count / 2000 else [])
        problems += [f"{' '.join(options)}: {problem}" for problem in found]
    batch.workshop.claim("R16", "batches of 1, 7 and 16 pictures, one thread or two: the same captions, "
                         f"log-probabilities within 2e-4, but for {other_count} of {2 * batch.count}", problems)


# Rows

def rows(output: pathlib.Path) -> dict:
    """Returns the rows of each file, which should be one."""
    found = {}
    for line in (output / "results.jsonl").read_text().splitlines():
        row = json.loads(line)
        found.setdefault(row["file"], []).append(row)
    return found


def line_count(output: pathlib.Path) -> int:
    try:
        return (output / "results.jsonl").read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0


def best(row: dict) -> tuple:
    if "error" in row:
        return row["error"]["code"], 0
    caption = row["segments"][0]["captions"][0]
    return caption["text"], caption["logprob"]


def alike(a: tuple, b: tuple) -> bool:
    """Returns true for the same caption, or for another one of equal likelihood."""
    return abs(a[1] - b[1]) <= (2e-4 if a[0] == b[0] else 1e-4)


# Pictures

def drawing(draws: random.Random) -> bytes:
    """Returns a PNG of two colours and some noise."""
    size = draws.randint(24, 64)
    colours = [bytes(draws.randrange(256) for _ in range(3)) for _ in range(2)]
    edge = draws.randrange(size)
    lines = [b"\0" + b"".join(colours[(x < edge) ^ (draws.random() < 0.1)] for x in range(size))
             for _ in range(size)]
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return png(header, zlib.compress(b"".join(lines)))


def png(header: bytes, data: bytes) -> bytes:
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def clip(draws: random.Random) -> bytes:
    """Returns three frames of one colour each, 32x32, in an AVI file without compression, ten per second."""
    def chunk(kind, data):
        return kind + struct.pack("<I", len(data)) + data
    frames = [bytes(draws.randrange(256) for _ in range(3)) * 32 * 32 for _ in range(3)]
    main = struct.pack("<10I", 100_000, 30_720, 0, 0, 3, 0, 1, 3072, 32, 32) + bytes(16)
    stream = b"vidsDIB " + struct.pack("<10I4H", 0, 0, 0, 1, 10, 0, 3, 3072, 0, 0, 0, 0, 32, 32)
    format = struct.pack("<IiiHHIIiiII", 40, 32, 32, 1, 24, 0, 3072, 0, 0, 0, 0)
    lists = chunk(b"LIST", b"hdrl" + chunk(b"avih", main) + chunk(
        b"LIST", b"strl" + chunk(b"strh", stream) + chunk(b"strf", format)))
    return chunk(b"RIFF", b"AVI " + lists + chunk(b"LIST", b"movi" + b"".join(
        chunk(b"00db", frame) for frame in frames)))


def broken(draws: random.Random) -> bytes:
    """Returns a file that no reader can decode as a picture or clip."""
    return draws.choice([
        b"", b"not a picture\n", drawing(draws)[:draws.randint(1, 20)], clip(draws)[:draws.randint(1, 200)],
        png(struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0), b""),
        png(struct.pack(">IIBBBBB", 0, 10, 8, 2, 0, 0, 0), b""),
        bytes(draws.randrange(256) for _ in range(2000)),
    ])
