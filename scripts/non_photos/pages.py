"""Pages of text: articles, letters, forms, receipts and invoices."""

import math

from PIL import Image, ImageFilter

from .canvas import PEN
from .words import GOODS, MONTHS, NOUNS, PEOPLE, PLACES, SURNAMES, address, clock, person, sentence, sentences, title


def scan(r, image: Image.Image) -> Image.Image:
    """Returns a page as a scanner or a copier gives it: gray, slightly turned, soft and grainy, with a margin."""
    gray, light, edge = r.randint(120, 235), r.randint(195, 230), r.randint(0, image.width // 25)
    image = image.convert("L").point(lambda value: 25 + value * light // 255)
    image = image.rotate(r.uniform(-1.5, 1.5), Image.Resampling.BICUBIC, fillcolor=gray)
    sheet = Image.new("L", (image.width + 2 * edge, image.height + 2 * edge), gray)
    sheet.paste(image, (edge, r.randint(0, 2 * edge)))
    grain = Image.frombytes("L", sheet.size, r.randbytes(sheet.width * sheet.height))
    return Image.blend(sheet.filter(ImageFilter.GaussianBlur(r.uniform(0.2, 0.8))), grain, r.uniform(0, 0.05))


def article(c, columns=1):
    """Draws running text with headings, and with lists and tables between."""
    r, size, margin = c.random, c.random.uniform(8.5, 12), c.width * c.random.uniform(0.08, 0.14)
    leading, justify, gap, top = r.uniform(1.25, 1.65), r.random() < 0.5, 18, margin
    width, bottom = (c.width - 2 * margin - gap * (columns - 1)) / columns, c.height - margin
    if columns > 1 or r.random() < 0.6:
        top = c.paragraph(margin, top, c.width - 2 * margin, title(r), size * 2.2, 1.3)
        c.text(margin, top + size, f"{person(r)}, {r.randint(1990, 2024)}", size, c.theme.muted)
        top += size * 3
    for column in range(columns):
        x, y = margin + column * (width + gap), top
        while y < bottom - size * 3:
            y = section(c, x, y, width, size, leading, justify, bottom)
    c.text(c.width / 2, c.height - margin / 2, str(r.randint(1, 300)), size * 0.9, c.theme.muted, "mm")


def section(c, x, y, width, size, leading, justify, bottom) -> float:
    """Draws a heading, a list, a table or a paragraph, and returns the place below."""
    r, kind = c.random, c.random.random()
    if kind < 0.2:
        c.text(x, y + size, title(r), size * 1.3, bold=True, width=width)
        return y + size * 2.3
    if kind < 0.32:
        while y < bottom - size * 2 and r.random() < 0.8:
            c.circle(x + size, y + size * 0.6, size * 0.2, c.theme.ink)
            y = c.paragraph(x + size * 2, y, width - size * 2, sentence(r), size, leading, bottom=bottom)
        return y + size
    if kind < 0.4 and y < bottom - size * 13:
        rows = [["Year", *r.sample(PLACES, 2)]]
        rows += [[str(2000 + n), f"{r.uniform(0, 99):.1f}", str(r.randint(0, 999))] for n in range(5)]
        return c.table(x, y, [width / 3] * 3, rows, size * 0.9) + size * 1.5
    return c.paragraph(x, y, width, sentences(r, r.randint(3, 8)), size, leading, justify, bottom) + size * 0.8


def letter(c):
    r, size, margin = c.random, c.random.uniform(10, 12.5), c.width * 0.13
    x, anchor = r.choice([(margin, "lm"), (c.width - margin, "rm")])
    head = [person(r), *address(r), "", f"{r.randint(1, 28)} {r.choice(MONTHS)} {r.randint(1990, 2025)}"]
    for row, line in enumerate(head):
        c.text(x, margin + size * 1.4 * row, line, size, None, anchor)
    c.text(margin, margin + size * 10, f"Dear {r.choice(PEOPLE)},", size)
    y = margin + size * 12
    for _ in range(r.randint(2, 5)):
        y = c.paragraph(margin, y, c.width - 2 * margin, sentences(r, r.randint(2, 5)), size, 1.5) + size
    c.text(margin, y + size, r.choice(["Yours sincerely,", "Kind regards,", "With best wishes,"]), size)
    c.line([(margin + n * 5, y + size * 4 + r.uniform(-12, 12)) for n in range(r.randint(8, 20))], PEN, 1.2)
    c.text(margin, y + size * 7, head[0], size)


def form(c):
    r, size, margin, is_filled = c.random, c.random.uniform(9, 11), c.width * 0.09, c.random.random() < 0.6
    y, wide, row = margin + size * 5, c.width - 2 * margin, size * r.uniform(2.6, 3.4)
    c.box(margin, margin, wide, size * 3, c.theme.panel, c.theme.ink)
    c.text(c.width / 2, margin + size * 1.5, f"{r.choice(NOUNS)} application".upper(), size * 1.4, None, "mm", True)
    while y < c.height - margin - row * 2:
        labels = r.sample(["First name", "Last name", "Street", "Town", "Date"], r.randint(1, 3))
        is_question = r.random() < 0.3
        c.text(margin, y, sentence(r)[:-1] + "?" if is_question else "", size, width=wide)
        for number, label in enumerate(["Yes", "No", "Not sure"] if is_question else labels):
            x = margin + number * wide / (4 if is_question else len(labels))
            if is_question:
                c.box(x, y + size * 1.6, size, size, None, c.theme.ink)
                c.text(x + size * 1.6, y + size * 2.1, label, size)
                c.text(x + size * 0.5, y + size * 2.1, "X" if is_filled and number == 1 else "", size * 1.2, PEN, "mm")
            else:
                c.text(x, y, label, size * 0.85, c.theme.muted)
                c.box(x, y + size * 1.2, wide / len(labels) - 8, row - size * 0.3, None, c.theme.ink)
                c.text(x + 6, y + row / 2 + size, r.choice(PEOPLE + PLACES) if is_filled else "", size * 1.2, PEN)
        y += row + size * 2


def receipt(c):
    r, size, middle, columns = c.random, 12, c.width / 2, int((c.width - 30) / 7.2)
    c.text(middle, 34, f"{r.choice(PLACES)} {r.choice(['Grocery', 'Bakery', 'Cafe'])}", 18, None, "mm", True)
    c.text(middle, 60, address(r)[0], size, None, "mm")
    prices = {name: r.uniform(0.5, 19) for name in r.sample(GOODS, r.randint(4, 14))}
    total, rule = sum(prices.values()), "-" * columns
    paid = math.ceil(total / 10) * 10
    rows = [(f"{r.randint(1, 3)} {name}".upper(), f"{price:.2f}") for name, price in prices.items()]
    rows += [(rule, ""), ("TOTAL", f"{total:.2f}"), ("CASH", f"{paid:.2f}"), ("CHANGE", f"{paid - total:.2f}"),
             (rule, ""), (clock(r), f"No. {r.randint(1000, 9999)}")]
    for number, (name, price) in enumerate(rows):
        c.mono(15, 84 + number * 19, [(name + price.rjust(columns - len(name)), c.theme.ink)], size)
    x, y = 40.0, 110 + len(rows) * 19
    c.text(middle, y, "Thank you for your visit", size, None, "mm")
    while x < c.width - 40:
        c.box(x, y + 26, r.choice([0.5, 1, 2, 3]), 42, c.theme.ink)
        x += r.choice([4, 5])


def invoice(c):
    r, size, margin, wide = c.random, c.random.uniform(9.5, 11.5), c.width * 0.1, c.width * 0.8
    c.text(margin, margin, f"{r.choice(SURNAMES)} and {r.choice(SURNAMES)}", size * 1.8, c.theme.accent, bold=True)
    c.text(c.width - margin, margin, f"INVOICE {r.randint(100, 9999)}", size * 1.4, None, "rm")
    for number, line in enumerate([person(r), *address(r)]):
        c.text(margin, margin + size * (5 + 1.5 * number), line, size)
    rows = [["Item", "Count", "Price"]]
    rows += [[name, str(r.randint(1, 40)), f"{r.uniform(1, 90):.2f}"] for name in r.sample(GOODS, r.randint(4, 14))]
    y = c.table(margin, margin + size * 12, [wide * 0.5, wide * 0.25, wide * 0.25], rows, size, 1.9, r.random() < 0.5)
    total = sum(int(count) * float(price) for _, count, price in rows[1:])
    c.text(c.width - margin, y + size * 2, f"Total  {total:,.2f}", size * 1.3, None, "rm", True)
    c.paragraph(margin, y + size * 5, wide, sentences(r, 3), size, 1.5)
