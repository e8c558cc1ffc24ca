"""R9: a signal saves and exits, a second one exits at once."""

import random
import signal
import time

from .training import Workshop, checkpoints, is_whole, unreadable, wait_until

# No checkpoint but the one that the signal requests.
ENDLESS = {"epochs": 1000}
RARE = ("--save-every", "10000000")


def check(workshop: Workshop, quick: bool):
    count = 10 if quick else 100
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        saves(workshop, number, count)
    large = workshop.data_set("large", workshop.pictures * 45)
    before_learning(workshop, large, 3 if quick else 30)
    second(workshop, large, count)


def saves(workshop: Workshop, number: signal.Signals, count: int):
    draws = random.Random(number)
    problems, longest = [], 0.0
    for index in range(count):
        run = workshop.new_run("signalled")
        with workshop.training(run, *RARE, **ENDLESS) as process:
            time.sleep(draws.uniform(0, 0.5))
            start = time.monotonic()
            process.send_signal(number)
            status = process.wait()
            seconds = time.monotonic() - start
        longest = max(longest, seconds)
        newest = checkpoints(run)[-1:]
        if status != 128 + number or seconds > 2 or not newest or not is_whole(newest[0]):
            problems.append(f"{index}: exit {status} after {seconds:.2f} s, {len(newest)} checkpoints")
        elif f"saved {run}/last at step" not in process.log():
            problems.append(f"{index}: {process.log()[-200:]}")
    workshop.claim("R9", f"{number.name} {count} times at random times: state saved, exit {128 + number}, "
                   f"after {longest:.2f} s at most", problems)


def before_learning(workshop: Workshop, data, count: int):
    """Interrupts the encoding of hundreds of pictures before the first step."""
    draws = random.Random(0)
    problems, longest = [], 0.0
    for index in range(count):
        run = workshop.new_run("signalled-early")
        with workshop.training(run, *RARE, data=data, **ENDLESS) as process:
            time.sleep(draws.uniform(0, 0.5))
            start = time.monotonic()
            process.send_signal(signal.SIGTERM)
            status = process.wait()
            seconds = time.monotonic() - start
        longest = max(longest, seconds)
        if status != 143 or seconds > 2 or not checkpoints(run) or unreadable(run):
            problems.append(f"{index}: exit {status} after {seconds:.2f} s, {process.log()[-200:]}")
    workshop.claim("R9", f"SIGTERM {count} times while many pictures are looked at: exit 143 after "
                   f"{longest:.2f} s at most", problems)


def second(workshop: Workshop, data, count: int):
    """Interrupts a step of many pictures, which takes seconds."""
    problems, longest = [], 0.0
    for index in range(count):
        run = workshop.new_run("signalled-twice")
        with workshop.training(run, *RARE, "--batch-size", "400", data=data, **ENDLESS) as process:
            process.send_signal(signal.SIGINT)
            wait_until(lambda: "stopping" in process.log())
            start = time.monotonic()
            process.send_signal(signal.SIGINT)
            status = process.wait()
            seconds = time.monotonic() - start
        longest = max(longest, seconds)
        if status != 130 or seconds > 0.1 or "saved" in process.log():
            problems.append(f"{index}: exit {status} after {seconds:.3f} s, {process.log()[-100:]}")
    workshop.claim("R9", f"a second SIGINT in the middle of a step {count} times: exit 130 after "
                   f"{longest * 1000:.0f} ms at most", problems)
