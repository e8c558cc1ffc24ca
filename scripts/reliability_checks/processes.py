"""The cost of commands: processor time, memory and descriptors, of the program and of its workers."""

import collections
import os
import pathlib
import subprocess
import tempfile
import time


class Cost(collections.namedtuple("Cost", "status seconds peak errors")):
    """The exit of a command, its processor seconds, its peak memory in MB, and its output."""

    def __str__(self):
        return f"exit {self.status}, {self.seconds:.2f} s, {self.peak:.0f} MB, {self.errors[-200:]}"


def cost(command: list, folder: pathlib.Path, limit=60) -> Cost:
    """Measures a command that is killed after so many seconds."""
    command = ["timeout", "-s", "KILL", str(limit), *command]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        return Cost(process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024,
                    log.read().decode(errors="replace").strip())


class Sample(collections.namedtuple("Sample", "seconds memory descriptors")):
    """A sample of a process: memory in MB, open files."""


def watched(command: list, folder: pathlib.Path, every=0.1) -> "tuple[int, list, list]":
    """Returns the exit code, samples of the program, and samples of each of its workers."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    samples = collections.defaultdict(list)
    while process.poll() is None:
        for number in [process.pid, *children(process.pid)]:
            found = sample(number, time.monotonic() - start)
            if found:
                samples[number].append(found)
        time.sleep(every)
    own = samples.pop(process.pid, [])
    return process.returncode, own, list(samples.values())


def children(number: int) -> list:
    """Returns all children: every thread may have started some."""
    found = []
    for path in pathlib.Path(f"/proc/{number}/task").glob("*/children"):
        try:
            found += [int(child) for child in path.read_text().split()]
        except OSError:
            pass  # the thread is gone
    return found


def sample(number: int, seconds: float) -> "Sample | None":
    try:
        pages = int(pathlib.Path(f"/proc/{number}/statm").read_text().split()[1])
        # A process that has ended and not been waited for has no memory.
        return Sample(seconds, pages * os.sysconf("SC_PAGESIZE") / 2**20,
                      len(os.listdir(f"/proc/{number}/fd"))) if pages else None
    except OSError:
        return None
