"""Screenshots of programs."""

import itertools

from .canvas import WHITE, mix
from .words import ADJECTIVES, MONTHS, NOUNS, PEOPLE, VERBS, clock, file_name, person, sentence, sentences, title


def window(c, name: str) -> tuple:
    """Draws a window, over a wallpaper or the whole screen, and returns the left, top, width and height within."""
    r, t, edge = c.random, c.theme, c.random.choice([0, 0, c.width * c.random.uniform(0.03, 0.1)])
    c.gradient(0, 0, c.width, c.height, mix(t.accent, t.back, r.random()), mix(t.accent, t.ink, r.random() / 2))
    x, y, w, h, is_round = edge, edge * 0.7, c.width - 2 * edge, c.height - 1.4 * edge, r.random() < 0.5
    c.box(x, y, w, h, t.back, t.line, 6 if edge else 0)
    c.box(x, y, w, 28, t.panel, t.line, 6 if edge else 0)
    c.text(x + w / 2, y + 14, name, 12, t.muted, "mm")
    for number, color in enumerate([(240, 95, 88), (250, 190, 60), (60, 200, 80)]):
        if is_round:
            c.circle(x + 18 + number * 20, y + 14, 5.5, color)
        else:
            c.box(x + w - 84 + number * 28, y + 9, 10, 10 if number else 2, None, t.muted)
    return x, y + 28, w, h - 29


def menu(c, x, y, w, h, entries, marked=1):
    """Draws a side bar."""
    c.box(x, y, w, h, c.theme.panel)
    for number, text in enumerate(entries[:int(h / 32)]):
        top, is_marked = y + 8 + number * 32, number == marked
        c.box(x + 6, top, w - 12, 28, c.theme.accent if is_marked else c.theme.panel, None, 5)
        c.box(x + 14, top + 6, 16, 16, c.random.choice(c.theme.series), None, 4)
        c.text(x + 38, top + 14, text, 13, WHITE if is_marked else None, width=w - 50)


def terminal(c):
    r, size, (x, y, _, h) = c.random, c.random.choice([11, 13, 16]), window(c, "Terminal")
    ink, (red, green, blue) = c.theme.ink, [(215, 80, 70), (70, 160, 70), (80, 130, 220)]
    prompt, rows = f"{r.choice(PEOPLE).lower()}@{r.choice(NOUNS)}", int((h - 12) / (size * 1.35))
    for row in range(rows - r.choice([0, 0, rows // 2])):
        noun, command = r.choice(NOUNS), r.choice(["ls -l", "make test", "cat", "cd", "grep -r", "sort"])
        runs = r.choice([
            [(prompt, green), (":", ink), (f"~/{noun}", blue), (f"$ {command} {r.choice(NOUNS)}", ink)],
            [(f"-rw-r--r-- 1 {noun:9.9s} {r.randint(9, 99999):6d} {r.choice(MONTHS)} 12 {clock(r)} ", ink),
             (file_name(r), ink)],
            [(f"drwxr-xr-x 2 {noun:9.9s}   4096 {r.choice(MONTHS)}  4 {clock(r)} ", ink), (r.choice(NOUNS), blue)],
            [(f"[{r.randint(1, 99):3d}%] ", green), (f"Building {file_name(r)}", ink)],
            [(r.choice(["error: ", "warning: "]), red), (f"{noun} is not {r.choice(ADJECTIVES)}", ink)]])
        c.mono(x + 8, y + 8 + row * size * 1.35, runs, size)


def editor(c):
    r, ink, (x, y, w, h) = c.random, c.theme.ink, window(c, file_name(c.random))
    size, side, depth = r.choice([11, 13, 15]), r.choice([0, w * 0.2]), 0
    keyword, name, string, remark = r.sample([mix(color, ink, 0.2) for color in c.theme.series], 4)
    menu(c, x, y, side, h if side else 0, [file_name(r) for _ in range(12)])
    for row in range(int((h - 16) / (size * 1.5))):
        noun, other, depth = r.choice(NOUNS), r.choice(NOUNS), min(max(depth + r.choice([-1, 0, 0, 1]), 0), 3)
        runs = r.choice([
            [], [(f"# {sentence(r)[:36]}", remark)],
            [(r.choice(["if ", "while "]), keyword), (f"{noun} > {r.randint(0, 99)}:", ink)],
            [("def ", keyword), (f"{r.choice(VERBS)}_{noun}", name), (f"({other}, {r.choice(NOUNS)}):", ink)],
            [(f"{noun} = {r.choice(VERBS)}(", ink), (f'"{r.choice(ADJECTIVES)} {other}"', string), (")", ink)],
            [("for ", keyword), (noun, ink), (" in ", keyword), (f"{other}s:", ink)],
            [("return ", keyword), (f"{noun}.{other} + {r.randint(1, 500)}", ink)]])
        runs = [(f"{row + 1:4d}  " + "    " * depth, c.theme.muted), *runs]
        c.mono(x + side, y + 8 + row * size * 1.5, runs, size)


def web_page(c):
    r, t, (x, y, w, h) = c.random, c.theme, window(c, title(c.random))
    head, columns, high, bottom = r.choice([t.panel, t.accent, t.ink]), r.choice([1, 3, 4]), 220, y + h
    ink = (0, 0, 0) if sum(head) > 400 else WHITE
    c.box(x, y, w, 34, t.panel)
    c.box(x + 90, y + 5, w - 130, 24, t.back, t.line, 12)
    c.text(x + 106, y + 17, f"www.{r.choice(NOUNS)}-{r.choice(NOUNS)}.example", 12, t.muted)
    c.box(x, y + 34, w, 46, head)
    c.text(x + 24, y + 57, title(r), 19, ink, bold=True, width=w - 370)
    for number, word in enumerate(["Home", "News", "Shop", "About", "Contact"]):
        c.text(x + w - 330 + number * 66, y + 57, word, 13, ink)
    y += 80
    if r.random() < 0.6:
        c.gradient(x + 1, y, w - 2, 130, mix(t.accent, t.back, 0.8), mix(t.accent, t.back, 0.5))
        c.text(x + w / 2, y + 50, title(r), 30, None, "mm", True)
        c.text(x + w / 2, y + 90, sentence(r), 14, None, "mm", width=w - 60)
        y += 130
    wide = (w - 32) / columns
    for top, column in itertools.product(range(round(y) + 20, round(bottom) - 40, high + 16), range(columns)):
        card(c, x + 24 + column * wide, top, wide - 16, min(high, bottom - top - 4), columns > 1)


def card(c, x, y, w, h, has_picture):
    """Draws a framed text with a title, and perhaps with a picture yet to load above it."""
    r, t = c.random, c.theme
    c.box(x, y, w, h, t.panel, t.line, 6)
    if has_picture and h > 150:
        c.gradient(x + 1, y + 1, w - 2, 78, r.choice(t.series), r.choice(t.series))
        y, h = y + 78, h - 78
    c.text(x + 12, y + 20, title(r), 15, bold=True, width=w - 24)
    c.paragraph(x + 12, y + 38, w - 24, sentences(r, 5), 12, bottom=y + h - 4, fill=t.muted)


def contacts(c, x, y, w, h):
    """Draws a list of people with the first words of their messages."""
    r, t, marked = c.random, c.theme, c.random.randrange(6)
    for number in range(int(h / 60)):
        top = y + number * 60
        c.box(x, top, w, 60, mix(t.panel, t.accent, 0.25) if number == marked else t.panel)
        c.circle(x + 30, top + 30, 20, r.choice(t.series))
        c.text(x + 60, top + 20, person(r), 14, bold=True, width=w - 110)
        c.text(x + 60, top + 41, sentence(r), 12, t.muted, width=w - 72)
        c.text(x + w - 10, top + 20, clock(r), 11, t.muted, "rm")


def messages(c, x, y, w, h):
    """Draws a conversation in balloons."""
    r, t, bottom, size = c.random, c.theme, y + h - 54, 13
    c.box(x, y, w, h, t.back)
    while y < bottom - 110:
        is_own, text = r.random() < 0.5, r.choice([sentence(r), sentences(r, 2), "Thanks!", f"See you at {clock(r)}"])
        rows = c.wrapped(text, size, w * 0.6)
        wide, high = max(c.length(row, size) for row in rows) + 24, len(rows) * size * 1.4 + 16
        left, y = x + w - wide - 16 if is_own else x + 48, y + r.choice([6, 10, 22])
        c.box(left, y, wide, high, t.accent if is_own else mix(t.panel, t.line, 0.4), None, 12)
        c.paragraph(left + 12, y + 9, w * 0.6, text, size, fill=WHITE if is_own else None)
        y += high
    c.box(x + 12, bottom + 8, w - 24, 34, t.back, t.line, 17)
    c.text(x + 28, bottom + 25, "Write a message…", size, t.muted)


def settings(c, x, y, w, h):
    """Draws rows of switches, sliders, menus and boxes to check."""
    r, t = c.random, c.theme
    for middle in range(round(y) + 22, round(y + h) - 20, 44):
        right, kind, is_on, share = x + w, r.randrange(4), r.random() < 0.5, 120 * r.random()
        c.text(x, middle, f"{r.choice(ADJECTIVES).title()} {r.choice(NOUNS)}", 13, width=w - 140)
        if kind == 0:
            c.box(right - 38, middle - 10, 38, 20, t.accent if is_on else t.line, None, 10)
            c.circle(right - (10 if is_on else 28), middle, 8, WHITE)
        elif kind == 1:
            c.line([(right - 120, middle), (right, middle)], t.line, 3)
            c.line([(right - 120, middle), (right - share, middle)], t.accent, 3)
            c.circle(right - share, middle, 7, t.accent)
        elif kind == 2:
            c.box(right - 120, middle - 12, 120, 24, t.back, t.line, 4)
            c.text(right - 110, middle, r.choice(ADJECTIVES).title(), 12)
        else:
            c.box(right - 18, middle - 8, 16, 16, t.accent if is_on else t.back, t.muted, 3)
        c.line([(x, middle + 22), (right, middle + 22)], t.line, 0.6)


def chat(c):
    x, y, w, h = window(c, "Messages")
    contacts(c, x, y, w * 0.3, h)
    messages(c, x + w * 0.3, y, w * 0.7, h)


def dialog(c):
    x, y, w, h = window(c, "Settings")
    menu(c, x, y, w * 0.26, h, ["General", "Display", "Sound", "Network", "Accounts", "Privacy", "About"])
    settings(c, x + w * 0.26 + 24, y + 10, w * 0.74 - 48, h - 60)
    for number, word in enumerate(["OK", "Cancel"]):
        left = x + w - 200 + number * 96
        c.box(left, y + h - 40, 86, 28, c.theme.panel if number else c.theme.accent, c.theme.line, 5)
        c.text(left + 43, y + h - 26, word, 13, None if number else WHITE, "mm")


def spreadsheet(c):
    r, t, (x, y, w, h) = c.random, c.theme, window(c, f"{title(c.random)} - Tables")
    size, columns = r.choice([11, 12, 14]), int((w - 40) / 86)
    high, wide = size * 1.8, (w - 40) / columns
    count = int((h - 64) / high)
    c.box(x, y, w, 64, t.panel)
    for number, word in enumerate(["File", "Edit", "View", "Insert", "Format", "Data", "Help"]):
        c.text(x + 16 + number * 58, y + 16, word, 12)
    c.box(x + 8, y + 34, w - 16, 24, t.back, t.line)
    c.text(x + 16, y + 46, f"=SUM(B2:B{r.randint(9, 40)})", 12, t.muted)
    rows = [["", *(chr(65 + column) for column in range(columns))],
            ["1", "Name", *(noun.title() for noun in r.sample(NOUNS, columns - 1))]]
    for number in range(2, r.randint(count // 2, count)):
        values = (f"{r.uniform(0, 10 ** (1 + column % 4)):,.2f}" for column in range(columns - 1))
        rows.append([str(number), person(r), *values])
    rows += [[str(number)] for number in range(len(rows), count)]
    c.table(x, y + 64, [40] + [wide] * columns, rows, size, 1.8, True)
    c.box(x + 40 + wide * r.randrange(columns), y + 64 + high * r.randrange(2, 12), wide, high, None, t.accent)


def files(c):
    """Draws a file manager with a list or with symbols."""
    r, t, (x, y, w, h) = c.random, c.theme, window(c, title(c.random))
    menu(c, x, y, w * 0.2, h, ["Home", "Desktop", "Documents", "Downloads", "Pictures", "Music"], r.randrange(6))
    x, w, tint, is_list = x + w * 0.2, w * 0.8, r.choice(t.series), r.random() < 0.4
    if is_list:
        rows = [[file_name(r), clock(r), f"{r.randint(1, 9999):,}"] for _ in range(int(h / 26) - 1)]
        c.table(x, y, [w * 0.55, w * 0.2, w * 0.25], [["Name", "Changed", "Size"], *rows], 13, 2)
    tops, lefts = range(round(y) + 20, round(y + h) - 90, 104), range(round(x) + 20, round(x + w) - 90, 104)
    for top, left in itertools.product(() if is_list else tops, lefts):
        if r.random() < 0.5:
            c.box(left + 14, top + 6, 24, 20, tint, None, 3)
            c.box(left + 14, top + 12, 52, 38, tint, None, 3)
        else:
            c.box(left + 20, top, 40, 52, WHITE, t.muted)
        c.text(left + 40, top + 66, file_name(r), 11, None, "mm", width=92)


def phone(c):
    r, t, w, h = c.random, c.theme, c.width, c.height
    kind = r.randrange(4)
    if kind == 3:
        c.gradient(0, 0, w, h, r.choice(t.series), t.back)
        for number in range(24):
            x, y = w / 8 + number % 4 * w / 4, 110 + number // 4 * 96
            c.box(x - 28, y - 28, 56, 56, r.choice(t.series + [t.panel]), None, 13)
            c.text(x, y, r.choice(NOUNS)[0].upper(), 26, WHITE, "mm", True)
            c.text(x, y + 40, r.choice(NOUNS).title(), 11, None, "mm")
    else:
        c.text(w / 2, 62, ["Messages", person(r), "Settings"][kind], 19, None, "mm", True)
        [contacts, messages, lambda c, x, y, w, h: settings(c, x + 18, y, w - 36, h)][kind](c, 0, 90, w, h - 120)
    c.text(24, 20, clock(r), 14, bold=True)
    for number in range(4):
        c.box(w - 90 + number * 6, 24 - 3 * number, 4, 3 + 3 * number, t.ink)
    c.box(w - 52, 14, 26, 12, None, t.ink, 3)
    c.box(w - 50, 16, 22 * r.random(), 8, t.ink)
    c.box(w / 2 - 60, h - 14, 120, 5, t.ink, None, 2.5)
