"""R6: a NaN or an infinity ends a training that cannot recover, and never reaches a checkpoint."""

import itertools
import json
import os
import pathlib
import random
import re
import signal
import struct
import subprocess
import time

from .training import Workshop, checkpoints, non_finite, unreadable

POISONS = [float("nan"), float("inf"), float("-inf")]


def check(workshop: Workshop, quick: bool):
    steps_too_long(workshop)
    in_memory(workshop, 8 if quick else 200)


def steps_too_long(workshop: Workshop):
    rules = [["--optimizer", "adam"], ["--optimizer", "adamw", "--weight-decay", "0.1"],
             ["--optimizer", "sgd"], ["--optimizer", "sgd", "--clip-norm", "1e30"]]
    variants = [[], ["--ema", "0.9", "--clip-value", "1"]]
    problems, count = [], 0
    for rule, variant in itertools.product(rules, variants):
        for precision in ("float32", "bfloat16"):
            count += 1
            run = workshop.new_run("diverging")
            options = ["--lr", "1e30", "--warmup", "0", "--precision", precision, *rule, *variant]
            outcome = workshop.train(run, *options, epochs=10)
            if outcome.status != 3 or "diverged" not in outcome.errors:
                problems.append(f"{' '.join(options)}: {outcome}")
            problems += [f"{' '.join(options)}: {path.name} holds NaN or infinity in {names}"
                         for path in checkpoints(run) if (names := non_finite(path))]
    workshop.claim("R6a", f"a learning rate of 1e30 ends {count} of {count} trainings with exit 3; no checkpoint "
                   "holds a NaN or an infinity", problems)


def in_memory(workshop: Workshop, count: int):
    """Writes a NaN or an infinity into a weight or a moment of a running training."""
    draws = random.Random(3)
    problems, reached = [], 0
    for index in range(count):
        run = workshop.new_run("poisoned")
        with workshop.training(run, "--lr", "1e-3", epochs=1000) as process:
            steps = draws.randint(1, 8)
            wait_for_step(run, steps)
            process.send_signal(signal.SIGSTOP)
            name, hits = poison(process.pid, checkpoints(run)[-1], draws, POISONS[index % 3])
            process.send_signal(signal.SIGCONT)
            if not hits:
                continue  # stopped between two steps: the numbers are no longer those on the disk
            try:
                status = process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                problems.append(f"{index}: went on with {POISONS[index % 3]} in {name}")
                continue
            reached += 1
            if status != 3 or "diverged" not in process.log():
                problems.append(f"{index}: {name}, exit {status}, {process.log()[-200:]}")
        problems += [f"{index}: {path.name} holds NaN or infinity in {names} after {name}"
                     for path in checkpoints(run) if (names := non_finite(path))]
        problems += [f"{index}: unreadable {name}" for name in unreadable(run)]
    if reached < count // 2:
        problems.append(f"only {reached} of {count} could be placed")
    workshop.claim("R6b", f"NaN or infinity written into weights and moments in memory {reached} times: exit 3, "
                   "no checkpoint holds one", problems)


def wait_for_step(run: pathlib.Path, step: int):
    while not any(int(path.name.split("-")[1]) >= step for path in checkpoints(run)):
        time.sleep(0.001)


def poison(pid: int, checkpoint: pathlib.Path, draws: random.Random, value: float):
    """Overwrites one number wherever the process holds a tensor of its checkpoint."""
    path = checkpoint / draws.choice(["model.safetensors", "optimizer.safetensors"])
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    tensors = {name: entry for name, entry in json.loads(data[8:8 + size]).items()
               if name != "__metadata__" and learned(name)}
    name = draws.choice(sorted(tensors))
    begin, end = (8 + size + offset for offset in tensors[name]["data_offsets"])
    numbers = data[begin:end]
    position = 4 * draws.randrange(len(numbers) // 4)
    hits = 0
    with open(f"/proc/{pid}/mem", "r+b", buffering=0) as memory:
        for start, length in writable_regions(pid):
            memory.seek(start)
            try:
                content = memory.read(length)
            except OSError:
                continue
            found = content.find(numbers)
            while found >= 0:
                memory.seek(start + found + position)
                memory.write(struct.pack("f", value))
                hits += 1
                found = content.find(numbers, found + 4)
    return name, hits


def learned(name: str) -> bool:
    """Returns whether the tensor changes from step to step and is long enough to be found."""
    return name.split(".")[0] != "image_norm" and "weight" in name


def writable_regions(pid: int):
    for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
        match = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
        if match and not line.endswith("[vvar]"):
            start, end = (int(number, 16) for number in match.groups())
            yield start, end - start
