"""R3: files that request far more resources than they justify are refused before they get them."""

import json
import pathlib
import shutil

from . import crafted
from .batch import rows
from .originals import made
from .processes import Cost, cost, watched
from .training import Workshop

# The maximum cost of each compared with a good file: processor seconds, and MB.
SECONDS, MEMORY = 0.2, 64
SMALL = crafted.jpeg(64, 48)
# Within FFmpeg's limits, but above ours.
LARGE = crafted.jpeg(16_000, 16_000)

PICTURES = {
    "baseline.jpg": lambda: crafted.jpeg(65_500, 65_500, progressive=False),
    "progressive.jpg": lambda: crafted.jpeg(65_500, 65_500),
    "scans.jpg": lambda: crafted.jpeg(9000, 9000, scans=1000),
    "huge.png": lambda: crafted.png(50_000, 50_000),
    "text.png": lambda: crafted.png(16, 16, crafted.png_chunk(b"zTXt", b"a\0\0" + crafted.zeros(1 << 30))),
    "profile.png": lambda: crafted.png(16, 16, crafted.png_chunk(b"iCCP", b"a\0\0" + crafted.zeros(1 << 30))),
    "huge.webp": lambda: crafted.webp(1 << 24, 255),
}
# Parameters that FFmpeg reads.
CLIPS = {
    "huge.gif": lambda: crafted.gif(65_535, 65_535),
    "huge.bmp": lambda: crafted.bmp(16_000, 16_000),
    "huge.mp4": lambda: crafted.mp4(crafted.jpeg(32_768, 32_768), 32_768, 32_768),
    "huge-inside.mp4": lambda: crafted.mp4(LARGE, 64, 48),
    "billion-samples.mp4": lambda: crafted.mp4(SMALL, 64, 48, samples=10**9),
    # As many as FFmpeg allocates memory for.
    "samples.mp4": lambda: crafted.mp4(SMALL, 64, 48, samples=80_000_000),
    "edits.mp4": lambda: crafted.mp4(SMALL, 64, 48, samples=1_000_000, edits=10_000),
    # Years of nothing.
    "long.mp4": lambda: crafted.mp4(SMALL, 64, 48, samples=1, seconds=2**31),
    "laced.mkv": lambda: crafted.matroska(crafted.laced(LARGE)),
    "huge-element.mkv": lambda: crafted.matroska(crafted.element("A3", b"\x81\0\0\x80", LARGE, size=2**55)),
    "absurd.avi": lambda: crafted.avi(LARGE, 64, 48),
}
# Values that are skipped, or cannot be checked.
HARMLESS = {"text.png", "profile.png", "long.mp4"}
# In pieces: memory that this process has used counts for its children, too.
COLLECTIONS = {
    "deep.json": lambda: [b'{"images":', b"[" * 5_000_000],
    "string.json": lambda: [b'{"images":[{"id":1,"file_name":"', *[b"a" * 10**6] * 1000, b'"}],"annotations":[]}'],
}


def described(**tensors) -> bytes:
    """Returns a header with the shape and the position of each."""
    return json.dumps({name: {"dtype": "F32", "shape": shape, "data_offsets": offsets}
                       for name, (shape, offsets) in tensors.items()}).encode()


WEIGHTS = {
    "header of 2^63 bytes": lambda: crafted.safetensors(b"{}", size=2**63),
    "overflowing shape": lambda: crafted.safetensors(described(a=([2**32, 2**32], [0, 0]))),
    "hole": lambda: crafted.safetensors(described(a=([1], [4, 8])), bytes(8)),
    "overlap": lambda: crafted.safetensors(described(a=([1], [0, 4]), b=([1], [0, 4])), bytes(4)),
}


def check(workshop: Workshop, quick: bool):
    """The same in both."""
    trained = workshop.new_run("bombs-model")
    workshop.train(trained)
    bombs = Bombs(workshop, trained / "last")
    bombs.caption()
    bombs.batch()
    bombs.collections()
    bombs.models()


class Bombs:
    """Makes bombs, and a good file of each kind for comparison."""

    def __init__(self, workshop: Workshop, model: pathlib.Path):
        self.workshop, self.model = workshop, model
        self.folder = workshop.folder / "bombs"
        self.folder.mkdir()
        for name, bomb in (PICTURES | CLIPS).items():
            (self.folder / name).write_bytes(bomb())
        self.picture = workshop.samples / "house.png"
        self.clip = workshop.folder / "good.mp4"
        made(self.clip, "testsrc2=size=96x64:rate=24:duration=2", "-c:v", "libx264", "-threads", "1")

    def caption(self):
        comparison = Comparison(self.workshop)
        for names, good, options in [(PICTURES, self.picture, []), (CLIPS, self.clip, []),
                                     (CLIPS, self.clip, ["--every", "4"])]:
            comparison.idle([self.workshop.program, "caption", good, "-m", self.model, *options])
            for name in names:
                comparison.measure(
                    name, [self.workshop.program, "caption", self.folder / name, "-m", self.model, *options],
                    mayPass=name in HARMLESS)
        comparison.claim(f"{len(PICTURES) + len(CLIPS)} pictures and clips")

    def batch(self):
        """Runs all at once, and returns the peak memory of the program and its workers."""
        good = self.workshop.folder / "good"
        good.mkdir()
        shutil.copy(self.picture, good)
        shutil.copy(self.clip, good)
        peaks = {}
        for inputs in (good, self.folder):
            output = self.workshop.new_run(f"bombs-{inputs.name}")
            command = [self.workshop.program, "batch", inputs, "-m", self.model, "-o", output, "--every", "4"]
            status, own, workers = watched(command, self.workshop.folder, every=0.005)
            peaks[inputs] = [max((sample.memory for sample in samples), default=0)
                             for samples in (own, sum(workers, []))]
        growth = [bomb - idle for bomb, idle in zip(peaks[self.folder], peaks[good])]
        found = rows(output)
        codes = [row["error"]["code"] for row, in found.values() if "error" in row]
        problems = [f"{name}: {row['error']}" for name, (row,) in found.items()
                    if "error" in row and row["error"]["code"] in ("decoder_crashed", "timeout", "internal")]
        if status != 2 or len(found) != len(PICTURES) + len(CLIPS) or max(growth) >= MEMORY:
            problems.append(f"exit {status}, {len(found)} rows, MB {peaks}")
        self.workshop.claim("R3", f"a batch of them: {len(codes)} coded failures, {growth[0]:+.0f} MB in the "
                            f"program, {growth[1]:+.0f} MB in a worker at most", problems)

    def collections(self):
        comparison = Comparison(self.workshop)
        comparison.idle([self.workshop.program, "dataset", "check", self.workshop.data])
        for name, bomb in COLLECTIONS.items():
            folder = self.workshop.folder / name
            (folder / "images").mkdir(parents=True)
            with open(folder / "captions_train.json", "wb") as file:
                file.writelines(bomb())
            comparison.measure(name, [self.workshop.program, "dataset", "check", folder])
            shutil.rmtree(folder)
        comparison.claim(f"{len(COLLECTIONS)} collections")

    def models(self):
        for command in ("verify", "info"):
            comparison = Comparison(self.workshop)
            comparison.idle([self.workshop.program, "model", command, self.model])
            for name, bomb in WEIGHTS.items():
                model = self.workshop.new_run("bomb-model", copying=self.model.resolve())
                (model / "model.safetensors").unlink()
                (model / "model.safetensors").write_bytes(bomb())
                for listed in ("SHA256SUMS", "COMPLETE"):
                    (model / listed).unlink(missing_ok=True)
                comparison.measure(name, [self.workshop.program, "model", command, model])
            comparison.claim(f"{len(WEIGHTS)} files of weights, by model {command},")


class Comparison:
    """Returns the cost of bombs beyond that of a good file."""

    def __init__(self, workshop: Workshop):
        self.workshop = workshop
        self.problems, self.seconds, self.memory = [], [], []

    def idle(self, command: list):
        """Runs once more if needed: the first run may be slow, as libraries are read from disk."""
        found = [cost(command, self.workshop.folder) for _ in range(3)]
        self.good = min(found, key=lambda cost: cost.seconds)

    def measure(self, name: str, command: list, mayPass=False):
        found: Cost = cost(command, self.workshop.folder)
        self.seconds.append(found.seconds - self.good.seconds)
        self.memory.append(found.peak - self.good.peak)
        refused = found.status == 65 and found.errors.startswith("cutline: ")
        if not (refused or mayPass and found.status == 0):
            self.problems.append(f"{name}: {found}")
        elif self.seconds[-1] >= SECONDS or self.memory[-1] >= MEMORY:
            self.problems.append(f"{name}: {found}; a good file: {self.good}")

    def claim(self, what: str):
        self.workshop.claim("R3", f"{what} that are bombs: refused, or harmless, at {max(self.seconds):+.2f} s "
                            f"and {max(self.memory):+.0f} MB at most compared with a good one", self.problems)
