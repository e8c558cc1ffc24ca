"""R14: a worker process that crashes, hangs or exhausts its memory costs one task, and is soon replaced."""

import json
import subprocess

from .training import Workshop


def check(workshop: Workshop, quick: bool):
    probe = build(workshop)
    count = 70 if quick else 700
    done = subprocess.run([probe, "kills", str(count)], capture_output=True, text=True, timeout=1800)
    report = json.loads(done.stdout or "{}")
    problems = [] if done.returncode == 0 and report.get("wrong") == 0 else [done.stdout + done.stderr]
    if report.get("descriptors", 99) > 8:
        problems.append(f"{report['descriptors']} files open in the end")
    workshop.claim("R14", f"workers that crash, abort, exceed limits, exhaust memory, hang or lie at {count} of "
                   f"{2 * count} tasks: each of those has one failure of the right kind, the others their answers",
                   problems)
    restarts(workshop, probe)


def restarts(workshop: Workshop, probe):
    pictures = [path for path in workshop.pictures if path.suffix != ".txt"]
    done = subprocess.run([probe, "pictures", workshop.program, *pictures * 10],
                          capture_output=True, text=True, timeout=600)
    report = json.loads(done.stdout or "{}")
    median = report.get("restart_ms_median", 1e9)
    workshop.claim("R14", f"the program's own decoder, killed 50 times: another is ready after "
                   f"{median:.0f} ms (median; at most {report.get('restart_ms_longest', 1e9):.0f})",
                   [] if median < 50 else [done.stdout + done.stderr])


def build(workshop: Workshop):
    subprocess.run(["swift", "build", "--package-path", workshop.root, "-c", "release",
                    "--product", "WorkerProbe", "--static-swift-stdlib"],
                   check=True, stdout=subprocess.DEVNULL)
    return workshop.root / ".build/release/WorkerProbe"
