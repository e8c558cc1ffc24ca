"""R8: a failed write of a checkpoint harms neither the previous checkpoint nor the training."""

import errno
import os
import pathlib

from .system_calls import FALLIBLE, Save
from .training import (Outcome, Workshop, checkpoints, leftovers, problems_of, result, unreadable)

ERRORS = ["ENOSPC", "EIO", "EDQUOT"]


def check(workshop: Workshop, quick: bool):
    save = Save(workshop)
    every_call_once(workshop, save, 60 if quick else None)
    from_one_on(workshop, save)
    no_room(workshop, save)


def every_call_once(workshop: Workshop, save: Save, count: "int | None"):
    expected = result(workshop.folder / "straight")

    def fail(numbered):
        index, (call, error) = numbered
        run = workshop.new_run(f"fail-{index}", copying=save.base)
        outcome, is_elsewhere = save.inject_and_look(
            run, f"{call.name}:error={error}:when={call.number}")
        said = says(outcome, run, error)
        problems = []
        if outcome.status == 74:
            problems += [] if said else [f"ended with 74, but said no path and error: {outcome}"]
            problems += [f"left: {name}" for name in leftovers(run)]
            problems += [f"unreadable: {name}" for name in unreadable(run)]
            outcome, ended = workshop.train(run), "ended"
        elif is_elsewhere and outcome.status == 66:
            # A picture could not be opened, which ends a training.
            outcome, ended = workshop.train(run), "elsewhere"
        else:
            ended = "elsewhere" if is_elsewhere else "went on" if said else "harmless"
        problems += problems_of(run, outcome, expected, with_pages=not is_elsewhere)
        workshop.new_run(run.name)
        return ended, [f"{error} at {call}: {problem}" for problem in problems]

    calls = [call for call in save.calls if call.name in FALLIBLE]
    if count:
        points = [(call, ERRORS[index % 3]) for index, call in enumerate(save.chosen(calls, count))]
    else:
        points = [(call, error) for call in calls for error in ERRORS]
    outcomes = workshop.each(fail, enumerate(points))
    counts = {kind: sum(ended == kind for ended, _ in outcomes)
              for kind in ("went on", "ended", "harmless", "elsewhere")}
    workshop.claim("R8a", f"{len(points)} calls of a save failed with ENOSPC, EIO or EDQUOT: "
                   f"{counts['went on']} were reported and the training continued, {counts['ended']} were the "
                   f"last save: exit 74 and resumed, {counts['harmless']} were harmless, "
                   f"{counts['elsewhere']} hit the reading of a picture instead; the same weights, "
                   "nothing left behind", sum((problems for _, problems in outcomes), []))


def says(outcome: Outcome, run: pathlib.Path, error: str) -> bool:
    text = os.strerror(getattr(errno, error))
    return any(str(run) in line and text in line for line in outcome.errors.splitlines())


def from_one_on(workshop: Workshop, save: Save):
    """Checks that two failed saves are tolerated, and that three end the training."""
    straight = workshop.new_run("straight-3")
    workshop.train(straight, epochs=3)
    expected = result(straight)
    first = {name: next(call for call in save.calls if call.name == name)
             for name in ("mkdir", "fsync", "symlink")}
    base = save.new_base("base-3", epochs=3)
    problems = []
    faults = [("mkdir", "ENOSPC"), ("fsync", "EIO"), ("symlink", "EDQUOT")]
    for name, error in faults:
        run = workshop.new_run("from-on", copying=base)
        outcome = save.inject(run, f"{name}:error={error}:when={first[name].number}+", epochs=3)
        forgiven = outcome.errors.count("Training continues")
        if (outcome.status, forgiven) != (74, 2) or not says(outcome, run, error):
            problems.append(f"{name}, {error}, from one save on: {forgiven} forgiven, {outcome}")
        problems += leftovers(run) + unreadable(run)
        problems += problems_of(run, workshop.train(run, epochs=3), expected)
    run = workshop.new_run("twice", copying=base)
    number = first["mkdir"].number
    outcome = save.inject(run, f"mkdir:error=ENOSPC:when={number}..{number + 1}", epochs=3)
    if outcome.errors.count("Training continues") != 2:
        problems.append(f"two failed saves: {outcome}")
    problems += problems_of(run, outcome, expected)
    workshop.claim("R8b", "two failed saves are tolerated, the third in a row ends with 74 "
                   f"({', '.join(f'{name} {error}' for name, error in faults)}); resumed: the same "
                   "weights", problems)


def no_room(workshop: Workshop, save: Save):
    expected = result(workshop.folder / "straight")
    size = sum(path.stat().st_size for path in save.base.rglob("*") if path.is_file())
    run = workshop.new_run("limited", copying=save.base)
    command = workshop.command(run)
    outcome = workshop.run(["bash", "-c", 'ulimit -f 300; exec "$0" "$@"', *command])
    problems = problems_without_room(workshop, run, outcome, "EFBIG", expected)
    workshop.claim("R8c", "under ulimit -f: exit 74, the previous checkpoint loads, the same weights",
                   problems)
    if os.geteuid():
        print("skip  R8d  a file system of 1 MB: only root may mount one", flush=True)
        return
    problems = on_small_disk(workshop, None, 1 << 20, expected)
    problems += on_small_disk(workshop, save.base, size + (1 << 20), expected)
    workshop.claim("R8d", "on a file system of 1 MB, and with 1 MB left: exit 74, nothing left behind, the "
                   "previous checkpoint loads, the same weights", problems)


def problems_without_room(workshop, run, outcome, error, expected) -> list:
    problems = [f"left: {name}" for name in leftovers(run)]
    problems += [f"unreadable: {name}" for name in unreadable(run)]
    if outcome.status != 74 or not says(outcome, run, error):
        problems.append(str(outcome))
    return problems + problems_of(run, workshop.train(run), expected)


def on_small_disk(workshop: Workshop, base, size: int, expected: dict) -> list:
    """Trains on a file system of `size` bytes that only the command sees, then copies the run from it."""
    run = workshop.new_run("small-disk")
    run.mkdir()
    copy = workshop.new_run("small-disk-copy")
    script = (f'mount -t tmpfs -o size={size // 1024 + 64}k none "{run}" || exit 1; '
              + (f'cp -a "{base}/." "{run}"; ' if base else "")
              + f'"$0" "$@"; status=$?; cp -a "{run}" "{copy}"; exit $status')
    outcome = workshop.run(["unshare", "-m", "bash", "-c", script, *workshop.command(run)])
    problems = [] if bool(base) == bool(checkpoints(copy)) else ["other checkpoints than there were"]
    said = says(outcome, run, "ENOSPC")
    if outcome.status != 74 or not said:
        problems.append(str(outcome))
    problems += [f"left: {name}" for name in leftovers(copy)] + unreadable(copy)
    return problems + problems_of(copy, workshop.train(copy), expected)
