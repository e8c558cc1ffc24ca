"""A small training for experiments, and its state as seen from outside."""

import array
import concurrent.futures
import contextlib
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time


class Outcome:
    """The exit and the output of a command."""

    def __init__(self, status: int, errors: str, seconds: float):
        # As in shells: 128 and the number of the signal that ended it.
        self.status = status if status >= 0 else 128 - status
        self.errors, self.seconds = errors, seconds

    def __str__(self):
        return f"exit {self.status}: {' | '.join(self.errors.splitlines()[-3:])}"


class Workshop:
    """A data set, the program, and a folder for runs."""

    OPTIONS = ["--batch-size", "2", "--min-count", "1", "--embed", "16", "--hidden", "16",
               "--save-every", "1"]

    def __init__(self, root: pathlib.Path, folder: pathlib.Path):
        self.root, self.folder = root, folder
        self.samples = root / "datasets/samples"
        self.claim_count = self.broken_count = 0
        subprocess.run([root / "scripts/cutline", "--version"], check=True, stdout=subprocess.DEVNULL)
        self.program = root / ".build/release/cutline"
        self.pictures = sorted(path for path in self.samples.iterdir() if path.suffix != ".md")
        self.data = self.data_set("data", self.pictures)

    def data_set(self, name: str, pictures: list) -> pathlib.Path:
        """Writes pictures in COCO's layout, for training and validation; one may come several times."""
        data = self.folder / name
        data.mkdir()
        images = [{"id": id, "file_name": path.name} for id, path in enumerate(pictures)]
        captions = [{"image_id": id, "caption": "a " + path.stem.replace("-", " ")}
                    for id, path in enumerate(pictures)]
        for split in ("train", "val"):
            text = json.dumps({"images": images, "annotations": captions})
            (data / f"captions_{split}.json").write_text(text)
        (data / "images").symlink_to(self.samples)
        return data

    # Running

    def command(self, run, *more, epochs=2, threads=1, data=None) -> list:
        # A later option replaces an earlier one.
        return [self.program, "train", data or self.data, "--epochs", str(epochs), "-t", str(threads),
                *self.OPTIONS, *more, "-o", run]

    def run(self, command, timeout=300) -> Outcome:
        start = time.monotonic()
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              cwd=self.folder, timeout=timeout)
        return Outcome(done.returncode, done.stderr.decode(errors="replace"),
                       time.monotonic() - start)

    def train(self, run, *more, **settings) -> Outcome:
        return self.run(self.command(run, *more, **settings))

    @contextlib.contextmanager
    def training(self, run, *more, **settings):
        """Runs a training in the background, entered once it has begun to learn; kills it in the end."""
        with open(self.folder / f"{pathlib.Path(run).name}.log", "w+b") as log:
            process = subprocess.Popen(self.command(run, *more, **settings),
                                       stdout=subprocess.DEVNULL, stderr=log, cwd=self.folder)
            process.log = lambda: pathlib.Path(log.name).read_text(errors="replace")
            try:
                wait_until(lambda: "model  " in process.log() or process.poll() is not None)
                yield process
            finally:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(signal.SIGKILL)
                process.wait()

    def each(self, function, items) -> list:
        """Returns the results of `function` for all items, a few at a time."""
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            return list(pool.map(function, items))

    # Runs

    def new_run(self, name: str, copying: "pathlib.Path | None" = None) -> pathlib.Path:
        """Makes a fresh folder; a copy shares its files, none of which the program writes, except for the lock."""
        run = self.folder / name
        shutil.rmtree(run, ignore_errors=True)
        if copying:
            shutil.copytree(copying, run, symlinks=True, copy_function=os.link,
                            ignore=shutil.ignore_patterns(".lock"))
        return run

    # Claims

    def claim(self, row: str, text: str, problems: list):
        """Prints whether a claim of RELIABILITY holds, and the evidence against it."""
        self.claim_count += 1
        self.broken_count += bool(problems)
        print(f"{'FAIL' if problems else 'ok  '}  {row:4} {text}", flush=True)
        for problem in problems[:10]:
            print(f"        {problem}", flush=True)
        if len(problems) > 10:
            print(f"        and {len(problems) - 10} more", flush=True)


def wait_until(holds, timeout=60.0):
    end = time.monotonic() + timeout
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("waited in vain")
        time.sleep(0.002)


def digest(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def result(run: pathlib.Path) -> dict:
    """Returns the full result of a run, to the bit: checkpoints, links, log, and pages of captions."""
    files = ["model.safetensors", "optimizer.safetensors", "state.json"]
    return {f"{link}/{name}": digest(run / link / name)
            for link in ("last", "best") for name in files} | {
        "checkpoints": sorted(path.name for path in (run / "checkpoints").iterdir()),
        "links": [os.readlink(run / link) for link in ("last", "best")],
        "train.jsonl": rows(run),
        # Without the title, which has the run's path.
        "samples": {page.name: re.sub(r"<(title|h1)>.*?</", "", page.read_text())
                    for page in (run / "samples").iterdir()},
        "report": (run / "report.html").read_text().replace(str(run), "RUN"),
    }


def rows(run: pathlib.Path) -> list:
    """Returns the log without its times."""
    timed = {"time", "seconds", "captions_per_second"}
    return [{key: value for key, value in json.loads(line).items() if key not in timed}
            for line in (run / "train.jsonl").read_text().splitlines()]


def differences(found: dict, expected: dict) -> list:
    return [name for name in expected if found.get(name) != expected[name]]


def leftovers(run: pathlib.Path) -> list:
    return [str(path.relative_to(run)) for path in run.rglob("*.tmp*")]


def checkpoints(run: pathlib.Path) -> list:
    return sorted((run / "checkpoints").glob("step-*"))


def unreadable(run: pathlib.Path) -> list:
    """Returns the checkpoints whose files do not match their checksums."""
    return [path.name for path in checkpoints(run) if not is_whole(path)]


def is_whole(checkpoint: pathlib.Path) -> bool:
    try:
        lines = (checkpoint / "COMPLETE").read_text().splitlines()
        listed = dict(reversed(line.split("  ", 1)) for line in lines)
        return listed.keys() >= {"model.safetensors", "optimizer.safetensors", "state.json"} and all(
            digest(checkpoint / name) == sum for name, sum in listed.items())
    except (OSError, ValueError):
        return False


def non_finite(checkpoint: pathlib.Path) -> list:
    """Returns the names of the files that hold a NaN or an infinity; all numbers are float32."""
    found = []
    for path in checkpoint.glob("*.safetensors"):
        data = path.read_bytes()
        words = array.array("I", data[8 + int.from_bytes(data[:8], "little"):])
        if any(word & 0x7F800000 == 0x7F800000 for word in words):
            found.append(path.name)
    state = (checkpoint / "state.json").read_text()
    return found + (["state.json"] if re.search(r"\b(nan|inf)", state, re.IGNORECASE) else [])


def problems_of(run: pathlib.Path, outcome: Outcome, expected: dict, with_pages=True) -> list:
    """What is wrong with a run that should have ended well and as expected.

    Without pages where a picture could not be read for one: it then has a gap.
    """
    if outcome.status:
        return [str(outcome)]
    other = differences(result(run), expected)
    if not with_pages:
        other = [name for name in other if name not in ("samples", "report")]
    return ([f"other {', '.join(other)}"] if other else []) + (
        [f"left: {leftovers(run)}"] if leftovers(run) else []) + (
        [f"unreadable: {unreadable(run)}"] if unreadable(run) else [])
