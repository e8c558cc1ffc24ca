"""R7: a run that is killed at any point and resumed ends like an undisturbed one."""

import random
import signal
import subprocess
import time

from .system_calls import Save
from .training import (
    Workshop, checkpoints, problems_of, result, unreadable, wait_until)


def check(workshop: Workshop, quick: bool):
    save = Save(workshop)
    in_every_call(workshop, save, 60 if quick else None)
    at_random_times(workshop, 10 if quick else 200)
    again_and_again(workshop, save, 30, threads=1 if quick else 2)


def in_every_call(workshop: Workshop, save: Save, count: "int | None"):
    expected = result(workshop.folder / "straight")

    def kill(indexed):
        index, call = indexed
        run = workshop.new_run(f"kill-{index}", copying=save.base)
        killed = save.inject(run, f"{call.name}:signal=KILL:when={call.number}")
        hit = killed.status == 137
        damaged = unreadable(run)
        problems = problems_of(run, workshop.train(run), expected)
        workshop.new_run(run.name)
        return hit, [f"{call}: {problem}" for problem in
                     problems + ([f"unreadable after the kill: {damaged}"] if damaged else [])]

    chosen = save.chosen(save.calls, count)
    outcomes = workshop.each(kill, enumerate(chosen))
    good = sum(not problems for _, problems in outcomes)
    hits = sum(hit for hit, _ in outcomes)
    problems = sum((problems for _, problems in outcomes), [])
    # The number of calls before a save may differ by one or two, so the very last may never come.
    if hits < 0.98 * len(chosen):
        problems.append(f"only {hits} were killed")
    workshop.claim("R7a", f"killed in a system call of a save and resumed: {good} of {len(chosen)} end "
                   f"with the same weights ({hits} were hit; {len(save.calls)} calls in two saves)",
                   problems)


def at_random_times(workshop: Workshop, count: int):
    straight = workshop.new_run("straight-4")
    seconds = workshop.train(straight, epochs=4).seconds
    expected = result(straight)
    draws = random.Random(1)

    def kill(number):
        run = workshop.new_run(f"random-{number}")
        killed = killed_after(started(workshop, run, epochs=4), times[number])
        damaged = unreadable(run)
        problems = problems_of(run, workshop.train(run, epochs=4), expected)
        workshop.new_run(run.name)
        return killed, [f"after {times[number]:.3f} s: {problem}" for problem in
                        problems + ([f"unreadable after the kill: {damaged}"] if damaged else [])]

    times = [draws.uniform(0, seconds) for _ in range(count)]
    outcomes = workshop.each(kill, range(count))
    good = sum(not problems for _, problems in outcomes)
    killed = sum(killed for killed, _ in outcomes)
    workshop.claim("R7b", f"killed at a random time and resumed: {good} of {count} end with the same "
                   f"weights ({killed} were hit)", sum((problems for _, problems in outcomes), []))


def started(workshop: Workshop, run, **settings) -> subprocess.Popen:
    return subprocess.Popen(workshop.command(run, **settings), stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, cwd=workshop.folder)


def killed_after(process: subprocess.Popen, seconds: float) -> bool:
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def newest_step(run) -> int:
    return max((int(path.name.split("-")[1]) for path in checkpoints(run)), default=0)


def again_and_again(workshop: Workshop, save: Save, count: int, threads: int):
    """Kills one run of many steps, in turn at a random time and in a call of a save."""
    settings = {"epochs": 30, "threads": threads}
    straight = workshop.new_run("straight-30")
    workshop.train(straight, **settings)
    expected = result(straight)
    draws = random.Random(2)
    run = workshop.new_run("thirty")
    kills, lives, problems = 0, 0, []
    while kills < count and lives < 4 * count:
        lives += 1
        if lives % 2:
            # A number of steps rather than seconds: the run must not have ended before it was killed often enough.
            steps = newest_step(run) + draws.randint(0, 3)
            process = started(workshop, run, **settings)
            wait_until(lambda: newest_step(run) >= steps or process.poll() is not None)
            kills += killed_after(process, draws.uniform(0, 0.1))
        else:
            call = draws.choice(save.calls)
            fault = f"{call.name}:signal=KILL:when={call.number}"
            prefix = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={call.name}",
                      "-e", f"inject={fault}"]
            kills += workshop.run(prefix + workshop.command(run, **settings)).status == 137
        problems += [f"life {lives}: unreadable {name}" for name in unreadable(run)]
    if kills < count:
        problems.append(f"was at its end after {kills} kills")
    problems += problems_of(run, workshop.train(run, **settings), expected)
    workshop.claim("R7c", f"one run of 120 steps, -t {threads}, killed {kills} times, at random times and "
                   "in calls of a save: the same weights", problems)
