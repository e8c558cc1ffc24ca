"""Processes that keep the machine's cores busy while a `with` block runs."""

import contextlib
import os
import subprocess
import sys
import threading
import time

CORES = len(os.sched_getaffinity(0))
IDLE, ONE, PER_CORE = "idle", "1 busy process", "1 per core"
LIMIT = 300  # seconds after which other work ends by itself, whatever became of this process

# Computes until its parent exits or its time is over. The line signals that it has begun.
SPIN = f"""
import os, time
parent, end = os.getppid(), time.monotonic() + {LIMIT}
print(flush=True)
while os.getppid() == parent and time.monotonic() < end:
    for _ in range(100_000):
        pass
"""


def levels() -> dict:
    """Returns name → number of busy processes. On one core, one in total is one per core."""
    one = {ONE: 1} if CORES > 1 else {}
    return {IDLE: 0} | one | {PER_CORE: CORES, "2 per core": 2 * CORES}


@contextlib.contextmanager
def spinning(count: int):
    """Runs `count` busy processes, all started before the block begins."""
    with kept() as processes:
        start_spinning(count, processes)
        yield


@contextlib.contextmanager
def spinning_after(delay: float, count: int):
    """Runs `count` busy processes that begin `delay` seconds after the block."""
    with kept() as processes:
        timer = threading.Timer(delay, start_spinning, (count, processes))
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
        if len(processes) != count:
            sys.exit("the program ended before the busy processes began")


@contextlib.contextmanager
def computing(program: str):
    """Runs our program with a thread per core: ResNet-50, picture after picture."""
    with kept() as processes:
        processes.append(subprocess.Popen(
            [program, "bench", "--encoder", "resnet50", "--batch-size", "1", "--seconds", str(LIMIT)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        time.sleep(2)  # one thread draws the weights first
        yield


@contextlib.contextmanager
def kept():
    """Returns a list of processes that must run to the end of the block, and are killed there."""
    processes = []
    try:
        yield processes
        if any(process.poll() is not None for process in processes):
            sys.exit("other work on the machine ended before the measurement did")
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


def start_spinning(count: int, processes: list) -> None:
    for _ in range(count):
        processes.append(subprocess.Popen([sys.executable, "-ISc", SPIN], stdin=subprocess.DEVNULL,
                                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL))
    for process in processes:
        process.stdout.readline()
