"""The system calls of a save, one by one, and ways to make one of them fail."""

import collections
import pathlib
import re
import subprocess

from .training import Workshop

# Step 7 of 8 is in the folder. The next run writes step 8 twice: as the periodic checkpoint, which
# removes an old one, and as the epoch's, which replaces the first.
EPOCHS = 2
LAST = "step-0000008"

# Calls that change something, or report whether a change has reached the disk.
FALLIBLE = ["openat", "write", "fsync", "close", "rename", "renameat2", "mkdir", "symlink"]


class Call(collections.namedtuple("Call", "name number text")):
    """The `number`th call of that name by the main thread."""

    def __str__(self):
        return f"{self.name} #{self.number}, {self.text[:140]}"


class Save:
    """A run that is about to write its last checkpoints, and its calls for them."""

    def __init__(self, workshop: Workshop):
        self.workshop = workshop
        straight = workshop.new_run("straight")
        log = workshop.folder / "straight.trace"
        traced(workshop, straight, log, "-y", "-e", "trace=file,desc")
        before = calls(log, straight)
        # The mkdir of a fresh run that begins it.
        self.first = next(call.number for call in before
                          if call.name == "mkdir" and LAST in call.text)
        self.base = self.new_base("base", EPOCHS)
        going_on = workshop.new_run("going-on", copying=self.base)
        log = workshop.folder / "going-on.trace"
        traced(workshop, going_on, log, "-y", "-e", "trace=file,desc")
        all_calls = calls(log, going_on)
        start = next(index for index, call in enumerate(all_calls)
                     if call.name == "mkdir" and LAST in call.text)
        self.calls = [call for call in all_calls[start:] if str(going_on) in call.text]

    def new_base(self, name: str, epochs: int) -> pathlib.Path:
        """Copies a fresh run that was killed when it began to save step 8."""
        base = self.workshop.new_run(name)
        self.inject(base, f"mkdir:signal=KILL:when={self.first}", epochs=epochs)
        return base

    def inject(self, run: pathlib.Path, fault: str, *more, epochs=EPOCHS):
        """Resumes training with a fault in strace's notation, such as `fsync:error=EIO:when=3`."""
        return self.inject_and_look(run, fault, *more, epochs=epochs)[0]

    def inject_and_look(self, run: pathlib.Path, fault: str, *more, epochs=EPOCHS):
        """The same; and whether a call outside the run's folder was hit.

        Threads share the reading of pictures as it happens, so that the numbers of calls are not always
        those of the recorded run.
        """
        name = fault.split(":")[0]
        log = self.workshop.folder / f"{run.name}.injected"
        outcome = self.workshop.run(
            ["strace", "-f", "-y", "-o", log, "-e", f"trace={name}",
             "-e", f"inject={fault}", *self.workshop.command(run, *more, epochs=epochs)])
        hits = [line for line in log.read_text(errors="replace").splitlines() if "(INJECTED)" in line]
        log.unlink()
        return outcome, any(str(run) not in line for line in hits)

    def chosen(self, calls: list, count: "int | None") -> list:
        """Returns at most so many of the calls: the rare ones first, the rest spread evenly."""
        if count is None or len(calls) <= count:
            return calls
        rare = [call for call in calls if call.name in ("mkdir", "symlink", "rename")]
        rest = [call for call in calls if call not in rare]
        wanted = max(count - len(rare), 0)
        return rare[:count] + [rest[index * len(rest) // wanted] for index in range(wanted)]


def traced(workshop: Workshop, run: pathlib.Path, log: pathlib.Path, *options):
    command = ["strace", "-f", "-o", log, *options, *workshop.command(run, epochs=EPOCHS)]
    subprocess.run(command, cwd=workshop.folder, check=True, stderr=subprocess.DEVNULL)


def calls(log: pathlib.Path, run: pathlib.Path) -> list:
    """Returns the calls of the main thread, which is the first one in the log."""
    lines = log.read_text(errors="replace").splitlines()
    main = lines[0].split()[0]
    counts = collections.Counter()
    found = []
    for line in lines:
        thread, _, text = line.partition(" ")
        match = re.match(r"(\w+)\(", text.lstrip())
        if thread != main or not match:
            continue  # of another thread, or the second half of a call
        counts[match[1]] += 1
        found.append(Call(match[1], counts[match[1]], text.strip()))
    return found
