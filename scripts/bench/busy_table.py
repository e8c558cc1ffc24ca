"""The table that `busy` prints, and the shares that its --check requires."""

import statistics

from loads import IDLE, ONE, PER_CORE

AT_ONCE = {32: "batches of 32", 1: "one by one"}
AT_START, IN_MIDDLE = "1 per core, with the program", "1 per core, in the middle"
CAPTION, TWO = "cold caption, median", "2 at once"

# Figure and unit; lower is better for milliseconds.
UNITS = {CAPTION: "ms", "cold caption, mean": "ms", "training steps": "/s", "small trainings": "/min"}
THREADS = "beside threads of"

# The least share of the idle speed under a load. A caption may take 2.1 times as long, beside threads 2.5.
WANTED = [
    ("batches of 32", PER_CORE, 0.45), ("one by one", PER_CORE, 0.35), ("batches of 32", ONE, 0.70),
    ("others begin", AT_START, 0.45), ("others begin", IN_MIDDLE, 0.45),
    (CAPTION, PER_CORE, 1 / 2.1), (CAPTION, THREADS, 1 / 2.5),
    ("training steps", TWO, 0.95), ("small trainings", TWO, 0.95)]
SLOWER = 1.03  # how much longer a build may take on the idle machine


class Table:
    """Values by figure, load and program, one per round."""

    def __init__(self, programs: list):
        self.programs = programs
        self.values, self.idle = {}, {}

    def add(self, figure: str, load: str, program: str, value: float) -> None:
        self.values.setdefault(figure, {}).setdefault(load, {}).setdefault(program, []).append(value)

    def add_idle(self, figure: str, program: str, milliseconds: float) -> None:
        self.idle.setdefault(figure, {}).setdefault(program, []).append(milliseconds)

    def kept(self, figure: str, load: str, program: str) -> float:
        """Returns the share of the idle speed."""
        now, before = (statistics.median(self.values[figure][l][program]) for l in (load, IDLE))
        return before / now if UNITS.get(figure) == "ms" else now / before

    def longer(self, figure: str, ours: str, other: str) -> float:
        of = {name: statistics.median(times) for name, times in self.idle[figure].items()}
        return of[ours] / of[other]

    def show(self) -> None:
        print(f"{'figure':26s} {'load':30s}" + "".join(f" {name:>22s}" for name in self.programs))
        for figure, by_load in self.values.items():
            for load, by_program in by_load.items():
                cells = (self.cell(figure, load, name) if name in by_program else "" for name in self.programs)
                print(f"{figure:26s} {load:30s}" + "".join(f" {cell:>22s}" for cell in cells))
        for figure, times in self.idle.items():
            cells = [f"{statistics.median(times[name]):.2f} ms" for name in times]
            ratio = f"ratio {self.longer(figure, *times):.3f}"
            print(f"{figure:26s} {'idle machine, median run':30s}" + "".join(f" {c:>22s}" for c in [*cells, ratio]))

    def cell(self, figure: str, load: str, program: str) -> str:
        value, kept = statistics.median(self.values[figure][load][program]), self.kept(figure, load, program)
        unit = UNITS.get(figure, "/s")
        change = f"{1 / kept:.2f} x" if unit == "ms" else f"{100 * kept:.0f} %"
        return f"{value:.1f} {unit} {change:>6s}"

    def problems(self, ours: str, other: str) -> list:
        """Returns a line for each figure below its share."""
        found = []
        for figure, by_load in self.values.items():
            for load in by_load:
                for part, where, share in WANTED:
                    kept = self.kept(figure, load, ours)
                    if part in figure and load.startswith(where) and kept < share:
                        found.append(f"{figure}, {load}: keeps {kept:.2f} of its idle speed, {share:.2f} wanted")
        for figure in self.idle:
            ratio = self.longer(figure, ours, other)
            if ratio > SLOWER:
                found.append(f"{figure}: takes {ratio:.3f} of the other build's time, {SLOWER} allowed")
        return found
