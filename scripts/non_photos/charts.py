"""Charts of nine kinds."""

import itertools
import math

from .canvas import WHITE, mix
from .words import ADJECTIVES, GOODS, MONTHS, NOUNS, PLACES, title


class Plot:
    """The axes of a chart: a point has a share (0…1) of the one and a value (0…high) of the other."""

    def __init__(self, c, high, labels, names=(), sideways=False):
        r, self.c, self.sideways, self.size = c.random, c, sideways, c.random.uniform(10, 14)
        raw, is_right, names = high / r.choice([3, 4, 6]), r.random() < 0.5, names if len(names) > 1 else ()
        ten = 10 ** math.floor(math.log10(raw))
        self.step = next(ten * m for m in (1, 2, 5, 10) if ten * m >= raw)
        self.high = math.ceil(high / self.step) * self.step
        self.x, self.y = self.size * (7 if sideways else 5.5), self.size * (3.4 if is_right else 5.2)
        self.w = c.width - self.x - self.size * (9 if is_right and names else 2)
        self.h = c.height - self.y - self.size * 4.3
        self.ground(labels)
        for number, name in enumerate(names):
            x = self.x + self.w + self.size if is_right else self.x + number * self.w / len(names)
            y = self.y + self.size * (1 + 1.7 * number) if is_right else self.y - self.size * 1.2
            c.box(x, y - self.size * 0.4, self.size * 0.8, self.size * 0.8, c.theme.series[number])
            c.text(x + self.size * 1.2, y, name, self.size, width=self.size * 6.5)

    def at(self, share, value) -> tuple:
        across, up = (value / self.high, 1 - share) if self.sideways else (share, value / self.high)
        return self.x + across * self.w, self.y + (1 - up) * self.h

    def ground(self, labels):
        """Draws the title, the grid and what is written along the axes."""
        c, r, size = self.c, self.c.random, self.size
        place, anchor = r.choice([(self.x, "la"), (c.width / 2, "ma")])
        c.text(place, size * 0.7, title(r), size * 1.5, None, anchor, r.random() < 0.5)
        if r.random() < 0.3:
            c.box(self.x, self.y, self.w, self.h, c.theme.panel, c.theme.line)
        has_grid, unit = r.random() < 0.7, r.choice(["", "", "%", "k"])
        for value in (self.step * n for n in range(round(self.high / self.step) + 1)):
            if has_grid:
                c.line([self.at(0, value), self.at(1, value)], c.theme.line, 0.7)
            self.tick(self.at(0, value), f"{value:,.{self.step < 1:d}f}{unit}", self.sideways, size * 6)
        for number, label in enumerate(labels):
            place = self.at((number + 0.5) / len(labels), 0)
            self.tick(place, label, not self.sideways, size * 5.5 if self.sideways else self.w / len(labels) - 3)
        c.line([(self.x, self.y), (self.x, self.y + self.h), (self.x + self.w, self.y + self.h)], c.theme.ink)
        if r.random() < 0.7:
            c.text(self.x + self.w / 2, c.height - size, r.choice(NOUNS).title(), size, c.theme.muted, "mm")
            c.upright(size, self.y + self.h / 2, f"{r.choice(ADJECTIVES)} {r.choice(NOUNS)}s", size, c.theme.muted)

    def tick(self, place, text, is_below, width):
        """Draws text below the lower axis or to the left of the other."""
        x, y, size = place[0], self.y + self.h if is_below else place[1], self.size
        x, y, anchor = (x, y + size / 2, "ma") if is_below else (self.x - size / 2, y, "rm")
        self.c.text(x, y, text, size, None, anchor, width=width)

    def bar(self, share, width, low, high, fill):
        (left, bottom), (right, top) = self.at(share, low), self.at(share + width, high)
        self.c.box(left, min(top, bottom), right - left, abs(bottom - top), fill)


def categories(r) -> list:
    first = r.randint(1990, 2015)
    return r.choice([MONTHS, ["Q1", "Q2", "Q3", "Q4"], r.sample(PLACES, r.randint(3, 7)),
                     r.sample(GOODS, r.randint(4, 8)), [str(first + n) for n in range(r.randint(5, 10))]])


def walk(r, count: int, top: float) -> list:
    """Returns values up to `top`, each near the one before."""
    values = itertools.accumulate((r.gauss(0, 0.5 / count ** 0.6) for _ in range(count)),
                                  lambda value, step: min(max(value + step, 0.06), 1), initial=r.uniform(0.2, 0.8))
    return [value * top for value in values][1:]


def bars(c, stacked=False, sideways=False):
    r, labels, top = c.random, categories(c.random), 10 ** c.random.uniform(0.7, 4)
    names = r.sample(NOUNS, r.randint(2, 5) if stacked else r.randint(1, 4))
    columns = list(zip(*(walk(r, len(labels), top) for _ in names)))
    plot = Plot(c, max(map(sum if stacked else max, columns)), labels, names, sideways)
    width = 0.7 / len(labels) / (1 if stacked else len(names))
    for place, column in enumerate(columns):
        for number, value in enumerate(column):
            base, side = (sum(column[:number]), 0) if stacked else (0, number * width)
            plot.bar((place + 0.15) / len(labels) + side, width * 0.95, base, base + value, c.theme.series[number])


def lines(c, filled=False):
    r, top, count = c.random, 10 ** c.random.uniform(0.7, 4), c.random.choice([6, 10, 24, 80])
    names, width, has_marks = r.sample(NOUNS, r.randint(1, 5)), r.choice([1.2, 2, 3]), count < 20 and r.random() < 0.6
    rows = sorted((walk(r, count, top) for _ in names), key=sum, reverse=True)
    plot = Plot(c, max(map(max, rows)), categories(r), names)
    for row, color in zip(rows, c.theme.series):
        points = [plot.at(place / (count - 1), value) for place, value in enumerate(row)]
        if filled:
            area = c.scaled([plot.at(0, 0), *points, plot.at(1, 0)])
            c.draw.polygon(area, mix(color, c.theme.back, 0.25))
        c.line(points, color, width)
        for x, y in points if has_marks else ():
            c.circle(x, y, width * 1.8, color)


def scatter(c):
    r, top, names = c.random, 10 ** c.random.uniform(0.7, 3), c.random.sample(NOUNS, c.random.randint(1, 4))
    plot = Plot(c, top, [str(n * 10) for n in range(1, 8)], names)
    slope, radius = r.uniform(-0.7, 0.7), r.choice([2, 3, 4.5])
    for _, color in zip(names, c.theme.series):
        middle, spread, start = r.uniform(0.25, 0.75), r.uniform(0.05, 0.2), r.uniform(0.35, 0.65)
        for _ in range(r.choice([15, 40, 120])):
            x = r.gauss(middle, spread)
            y = start + slope * (x - 0.5) + r.gauss(0, 0.08)
            if 0 < x < 1 and 0 < y < 1:
                c.circle(*plot.at(x, y * top), radius, color)
    if r.random() < 0.4:
        c.line([plot.at(0, top * (0.5 - slope / 2)), plot.at(1, top * (0.5 + slope / 2))], c.theme.accent, 1.5)


def histogram(c):
    r, heights = c.random, [0] * c.random.choice([10, 18, 30])
    middle, spread = r.uniform(0.3, 0.7), r.uniform(0.1, 0.2)
    for _ in range(r.randint(200, 2000)):
        heights[min(max(int(r.gauss(middle, spread) * len(heights)), 0), len(heights) - 1)] += 1
    plot = Plot(c, max(heights), [str(n * 10) for n in range(1, 9)])
    for place, height in enumerate(heights):
        plot.bar(place / len(heights), 0.94 / len(heights), 0, height, c.theme.series[0])


def pie(c):
    r, size, is_ring, names = c.random, c.random.uniform(11, 15), c.random.random() < 0.4, c.random.sample(NOUNS, 6)
    parts = [r.uniform(0.15, 1) for _ in range(r.randint(3, 6))]
    x, y, radius = c.width * 0.36, c.height * 0.55, min(c.width * 0.3, c.height * 0.36)
    c.text(c.width / 2, size * 2, title(r), size * 1.5, None, "mm", True)
    ends = list(itertools.accumulate((360 * part / sum(parts) for part in parts), initial=r.uniform(0, 360)))
    for number, (start, end) in enumerate(itertools.pairwise(ends)):
        bounds = c.scaled([(x - radius, y - radius), (x + radius, y + radius)])
        c.draw.pieslice(bounds, start, end, c.theme.series[number], c.theme.back, round(c.fine))
        row = c.height * 0.3 + number * size * 2
        c.box(c.width * 0.72, row - size / 2, size, size, c.theme.series[number])
        c.text(c.width * 0.72 + size * 1.6, row, names[number].title(), size, width=c.width * 0.2)
    if is_ring:
        c.circle(x, y, radius * 0.5, c.theme.back)
    for start, end in itertools.pairwise(ends):
        turn = math.radians((start + end) / 2)
        place = x + radius * 0.76 * math.cos(turn), y + radius * 0.76 * math.sin(turn)
        c.text(*place, f"{(end - start) / 360:.0%}", size, None, "mm")


def heat_table(c):
    r, rows, columns, has_numbers = c.random, c.random.randint(4, 9), c.random.randint(4, 10), c.random.random() < 0.7
    left, top, w, h = 90, 60, (c.width - 120) / columns, (c.height - 100) / rows
    c.text(c.width / 2, 30, title(r), 18, None, "mm")
    for row, name in enumerate(r.sample(NOUNS, rows)):
        c.text(left - 8, top + (row + 0.5) * h, name, 12, None, "rm", width=left - 10)
        for column, value in enumerate(walk(r, columns, 1)):
            color, x, y = mix(c.theme.back, c.theme.accent, value), left + column * w, top + row * h
            c.box(x, y, w - 1, h - 1, color)
            ink = (0, 0, 0) if sum(color) > 380 else WHITE
            c.text(x + w / 2, y + h / 2, f"{value * 100:.0f}" if has_numbers else "", 12, ink, "mm")
    for column in range(columns):
        c.text(left + (column + 0.5) * w, c.height - 28, MONTHS[column], 12, None, "mm")
