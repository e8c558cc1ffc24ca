"""Checks the links, the paths of scripts and the options that the documentation names."""

import glob
import os
import re
import subprocess

# Options of other programs that the documentation names.
OTHER_OPTIONS = {"--logdir"}
# Documents about the project's own scripts, whose options are not the program's.
ABOUT_SCRIPTS = re.compile(r"scripts/|CONTRIBUTING\.md|models/ablation\.md")
SUBCOMMANDS = [
    "caption", "batch", "features", "train", "eval", "compare", "sheet", "report", "bench", "doctor", "dataset check",
    "dataset stats", "dataset vocab", "dataset convert", "dataset features", "dataset synthesize shapes",
    "dataset synthesize crops",
    "model list", "model info", "model verify", "model import", "model export", "model average", "model calibrate",
    "model quantize",
]


def documents(root):
    patterns = ["*.md", "docs/*.md", "models/*.md", "models/*/README.md", "datasets/README.md", "datasets/*/README.md",
                "scripts/**/README.md"]
    found = {file for pattern in patterns for file in glob.glob(f"{root}/{pattern}", recursive=True)}
    return sorted(os.path.relpath(file, root) for file in found)


def check(root, program):
    """Returns what is wrong, one message for each broken link, path or option."""
    problems = []
    known = options(program) | OTHER_OPTIONS
    for file in documents(root):
        text = without_blocks(read(root, file))
        prose = re.sub(r"`[^`]*`", "", text)
        for target in re.findall(r"\]\(([^)\s]+)\)", prose):
            problems += link(root, file, target)
        for code in re.findall(r"`([^`]+)`", text):
            path = re.match(r"(?:scripts|\.ci)/[\w./-]+", code)
            if path and not os.path.exists(os.path.join(root, path.group())):
                problems.append(f"{file}: `{path.group()}` does not exist")
            if ABOUT_SCRIPTS.match(file) or path and path.group() != "scripts/cutline":
                continue
            for option in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", code):
                if option not in known:
                    problems.append(f"{file}: no subcommand has the option {option}")
    return problems


def read(root, file):
    with open(os.path.join(root, file), encoding="utf-8") as text:
        return text.read()


def without_blocks(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)


def link(root, file, target):
    if re.match(r"[a-z]+:", target):
        return []
    path, _, anchor = target.partition("#")
    whole = os.path.normpath(os.path.join(os.path.dirname(file), path)) if path else file
    if not os.path.exists(os.path.join(root, whole)):
        return [f"{file}: the link {target} leads to nothing"]
    if anchor and anchor not in anchors(read(root, whole)):
        return [f"{file}: the link {target} names a heading that {whole} lacks"]
    return []


def anchors(text):
    """The anchors that GitHub makes of a document's headings."""
    found, counts = set(), {}
    for heading in re.findall(r"^#+ +(.+?) *$", without_blocks(text), flags=re.M):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        count = counts.get(name, 0)
        counts[name] = count + 1
        found.add(f"{name}-{count}" if count else name)
    return found


def options(program):
    """Every long option of the program's subcommands."""
    found = {"--version", "--help"}
    for words in SUBCOMMANDS:
        done = subprocess.run(
            [program, *words.split(), "--help"], stdout=subprocess.PIPE, encoding="utf-8", check=True)
        found |= set(re.findall(r"--[a-z][a-z0-9-]*", done.stdout))
    return found
