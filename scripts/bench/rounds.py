"""Times whole processes in turn, A B C A B C …, so that all run under the same conditions."""

import os
import statistics
import subprocess
import sys
import tempfile
import time


def environment() -> dict:
    """Returns our environment, with Python's bytecode cache enabled: otherwise each import compiles again."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def run(command: list, folder: str | None = None) -> tuple:
    """Returns (seconds, peak resident MB, standard output) of one process, start to exit.

    Linux counts the peak of the process that forked, too: this one imports little (some 15 MB).
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment(), stdin=subprocess.DEVNULL,
                                   stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (output, errors):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
        if process.returncode:
            sys.exit(f"failed ({process.returncode}): {' '.join(command)}\n{texts[1][-2000:]}")
        return seconds, usage.ru_maxrss / 1024, texts[0]


def in_turn(commands: dict, count: int) -> dict:
    """Returns name → (seconds of each round, peak MB, last output), after one round that is not counted.

    `commands` maps a name to (command line, folder to run in or None).
    """
    found = {name: ([], [], []) for name in commands}
    for round_number in range(count + 1):
        for name, (command, folder) in commands.items():
            seconds, memory, output = run(command, folder)
            if round_number:
                found[name][0].append(seconds)
                found[name][1].append(memory)
            found[name][2].append(output)
        print(f"round {round_number} of {count}", file=sys.stderr, flush=True)
    return {name: (s, max(m), o[-1]) for name, (s, m, o) in found.items()}


def table(found: dict, ours: str) -> dict:
    """Prints medians and ratios to `ours`; returns the ratios."""
    base = statistics.median(found[ours][0])
    print(f"{'':34s} {'median':>9s} {'least':>9s} {'most':>9s} {'peak':>8s} {'ratio':>7s}")
    ratios = {}
    for name, (seconds, memory, _) in found.items():
        median = statistics.median(seconds)
        ratios[name] = median / base
        print(f"{name:34s} {median:7.3f} s {min(seconds):7.3f} s {max(seconds):7.3f} s {memory:5.0f} MB "
              f"{ratios[name]:6.1f}x")
    return ratios
