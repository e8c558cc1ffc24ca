"""Themes, fonts, and a canvas with text, boxes and lines."""

import colorsys
import functools
import itertools
import math
import types

from PIL import Image, ImageDraw, ImageFont

WHITE, PEN = (255, 255, 255), (30, 40, 130)
PALETTES = ["4472c4 ed7d31 a5a5a5 ffc000 5b9bd5 70ad47", "1f77b4 ff7f0e 2ca02c d62728 9467bd 8c564b",
            "66c2a5 fc8d62 8da0cb e78ac3 a6d854 ffd92f", "264653 2a9d8f e9c46a f4a261 e76f51 8ab17d",
            "222222 777777 aaaaaa 555555 cccccc 999999", "e63946 457b9d a8dadc 1d3557 f1a208 6a994e"]


@functools.cache
def font(size: int):
    return ImageFont.load_default(size=size)


def mix(one: tuple, other: tuple, share: float) -> tuple:
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other))


def theme(r, is_dark: bool):
    """Returns colors that go together, tinted with one hue."""
    hue, tint = r.random(), r.choice([0, 0.08, 0.2])

    def tone(lightness, saturation=tint):
        return tuple(round(255 * v) for v in colorsys.hls_to_rgb(hue, lightness, saturation))

    series = [tuple(bytes.fromhex(color)) for color in r.choice(PALETTES).split()]
    back, panel, line, ink, muted = (0.11, 0.17, 0.28, 0.92, 0.6) if is_dark else (1, 0.94, 0.83, 0.13, 0.45)
    return types.SimpleNamespace(
        back=tone(back), panel=tone(panel), line=tone(line), ink=tone(ink), muted=tone(muted),
        accent=tone(0.45, 0.6), series=[mix(color, WHITE, 0.25 * is_dark) for color in series])


class Canvas:
    """A picture, painted at twice its size. A point of its coordinates is `scale` pixels of the finished picture."""

    def __init__(self, r, size: tuple, scale: float, colors):
        self.random, self.theme, self.fine = r, colors, 2 * scale
        self.width, self.height = size[0] / scale, size[1] / scale
        self.image = Image.new("RGB", (2 * size[0], 2 * size[1]), colors.back)
        self.draw = ImageDraw.Draw(self.image)

    def scaled(self, points) -> list:
        return [(x * self.fine, y * self.fine) for x, y in points]

    def box(self, x, y, w, h, fill=None, outline=None, radius=0.0):
        corners = self.scaled([(x, y), (x + max(w, 0), y + max(h, 0))])
        self.draw.rounded_rectangle(corners, radius * self.fine, fill, outline, max(1, round(self.fine)))

    def circle(self, x, y, radius, fill):
        self.draw.ellipse(self.scaled([(x - radius, y - radius), (x + radius, y + radius)]), fill)

    def line(self, points, fill, width=1.0):
        self.draw.line(self.scaled(points), fill, max(1, round(width * self.fine)), joint="curve")

    def gradient(self, x, y, w, h, top, bottom):
        for step in range(64):
            self.box(x, y + h * step / 64, w, h / 64, mix(top, bottom, step / 63))

    def font(self, size):
        return font(max(4, round(size * self.fine)))

    def length(self, text, size) -> float:
        return self.font(size).getlength(text) / self.fine

    def text(self, x, y, text, size=12.0, fill=None, anchor="lm", bold=False, width=math.inf):
        """Draws one line of text, shortened to `width`."""
        while len(text) > 1 and self.length(text, size) > width:
            text = text[:-2].rstrip() + "…"
        for shift in (0, size * 0.04) if bold else (0,):
            place = ((x + shift) * self.fine, y * self.fine)
            self.draw.text(place, text, fill or self.theme.ink, self.font(size), anchor)

    def upright(self, x, y, text, size, fill):
        """Draws text that reads upwards, with its middle at (x, y)."""
        stencil = Image.new("L", self.font(size).getbbox(text)[2:])
        ImageDraw.Draw(stencil).text((0, 0), text, 255, self.font(size))
        stencil = stencil.rotate(90, expand=True)
        place = round(x * self.fine - stencil.width / 2), round(y * self.fine - stencil.height / 2)
        self.image.paste(fill, place, stencil)

    def mono(self, x, y, runs, size):
        """Draws (text, color) runs in columns of equal width."""
        letters = [(letter, fill) for text, fill in runs for letter in text]
        for column, (letter, fill) in enumerate(letters):
            self.text(x + (column + 0.5) * size * 0.6, y, letter, size, fill, "ma")

    def wrapped(self, text, size, width) -> list:
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            lines = lines[:-1] + [longer] if self.length(longer, size) <= width else lines + [word]
        return lines

    def paragraph(self, x, y, width, text, size, leading=1.4, justify=False, bottom=math.inf, fill=None) -> float:
        """Draws lines of text, as many as fit above `bottom`, and returns the place below them."""
        lines = self.wrapped(text, size, width)
        for number, line in enumerate(lines):
            if y + size * leading > bottom:
                break
            words, left = line.split(), x
            is_wide = justify and number + 1 < len(lines) and len(words) > 1
            gap = (width - self.length("".join(words), size)) / (len(words) - 1) if is_wide else 0
            for word in words if is_wide else [line]:
                self.text(left, y, word, size, fill, "la")
                left += self.length(word, size) + gap
            y += size * leading
        return y

    def table(self, x, y, widths, rows, size, pad=1.9, has_columns=False) -> float:
        """Draws a table, whose first row is its head, and returns the place below it; numbers are set to the right."""
        lefts, bottom = list(itertools.accumulate(widths, initial=x)), y + len(rows) * size * pad
        self.box(x, y, sum(widths), size * pad, self.theme.panel)
        for number, row in enumerate(rows):
            for left, width, text in zip(lefts, widths, row):
                left, anchor = (left + width - size / 2, "rm") if text[-1:].isdigit() else (left + size / 2, "lm")
                self.text(left, y + size * pad / 2, text, size, None, anchor, number == 0, width - size)
            y += size * pad
            self.line([(x, y), (lefts[-1], y)], self.theme.line, 0.7)
        for left in lefts if has_columns else ():
            self.line([(left, bottom - len(rows) * size * pad), (left, bottom)], self.theme.line, 0.7)
        return bottom
