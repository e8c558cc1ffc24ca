"""R12: memory and open files do not grow with the length of a clip or with the number of files."""

import pathlib
import random
import statistics
import subprocess
import time

from .batch import drawing
from .processes import watched
from .training import Workshop

# In MB: the maximum of a whole program, and its maximum growth.
PEAK, PER_HOUR, PER_BATCH = 400, 1, 16
# The files that a batch has open at one time and not at another.
UNDER_WAY = 4


def check(workshop: Workshop, quick: bool):
    trained = workshop.new_run("memory-model")
    workshop.train(trained)
    model = trained / "last"
    if quick:
        clip(workshop, model, "320x180", 600)
    else:
        clip(workshop, model, "320x180", 3 * 3600)
        clip(workshop, model, "1920x1080", 3 * 3600)
    pictures(workshop, model, 2000 if quick else 10_000)


def clip(workshop: Workshop, model: pathlib.Path, size: str, seconds: int):
    path = long_clip(workshop, size, seconds)
    command = [workshop.program, "caption", path, "-m", model, "--every", "4", "-o", path.with_suffix(".srt"),
               "--force"]
    start = time.monotonic()
    status, samples, _ = watched(command, workshop.folder)
    took = time.monotonic() - start
    peak = max(sample.memory for sample in samples)
    growth = slope(samples) * took / (seconds / 3600)
    cues = path.with_suffix(".srt").read_text().count(" --> ") if status == 0 else 0
    problems = [f"exit {status}, {cues} captions"] if status or not cues else []
    # The growth of a short run while it warms up does not predict hours.
    if peak > PEAK or growth >= PER_HOUR and seconds >= 3600 or slope(samples) * took >= 4:
        problems.append("grew")
    path.unlink()
    workshop.claim("R12", f"a clip of {seconds / 60:.0f} minutes, {size}, a caption every 4 s: {peak:.0f} MB at "
                   f"most, {growth:+.2f} MB an hour of video; {took:.0f} s", problems)


def long_clip(workshop: Workshop, size: str, seconds: int) -> pathlib.Path:
    """Repeats ten seconds."""
    short, long = workshop.folder / "short.mp4", workshop.folder / f"{size}.mp4"
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i",
                    f"testsrc2=size={size}:rate=25:duration=10", "-c:v", "libx264", "-preset", "veryfast", "-crf",
                    "46", "-pix_fmt", "yuv420p", short], check=True)
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-stream_loop", str(seconds // 10 - 1), "-i",
                    short, "-c", "copy", long], check=True)
    return long


def slope(samples: list) -> float:
    """Returns MB per second, by least squares over the rest after the first fifth."""
    settled = samples[len(samples) // 5:]
    if len(settled) < 2:
        return 0
    return statistics.linear_regression([sample.seconds for sample in settled],
                                        [sample.memory for sample in settled]).slope


def pictures(workshop: Workshop, model: pathlib.Path, count: int):
    draws = random.Random(1)
    folder = workshop.folder / "memory-pictures"
    for number in range(count):
        path = folder / f"{number // 500:02}" / f"{number:05}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(drawing(draws))
    few, many = (batch(workshop, model, inputs) for inputs in (folder / "00", folder))
    problems = [f"exit {run.status}" for run in (few, many) if run.status]
    growth = [b - a for a, b in zip(few.memory, many.memory)]
    if max(growth) > PER_BATCH:
        problems.append("grew")
    # As many as are being processed at that moment.
    opened = [b - a for a, b in zip(few.descriptors, many.descriptors)]
    if max(opened) > UNDER_WAY:
        problems.append(f"open files: {few.descriptors} for 500, {many.descriptors} for {count}")
    workshop.claim("R12", f"a batch of {count} pictures beside one of 500: {growth[0]:+.1f} MB in the program, "
                   f"{growth[1]:+.1f} MB in a worker; {opened[0]:+} and {opened[1]:+} files open at most",
                   problems)


class batch:
    """Returns the maxima of a batch and of any of its workers: memory in MB, open files."""

    def __init__(self, workshop: Workshop, model: pathlib.Path, inputs: pathlib.Path):
        output = workshop.new_run("memory-out")
        self.status, own, workers = watched(
            [workshop.program, "batch", inputs, "-r", "-m", model, "-o", output, "-q"], workshop.folder, every=0.02)
        both = (own, sum(workers, []))
        self.memory = [max(sample.memory for sample in samples) for samples in both]
        # Not during the start, when libraries are opened.
        self.descriptors = [max(sample.descriptors for sample in samples if sample.seconds > own[-1].seconds / 2)
                            for samples in both]
