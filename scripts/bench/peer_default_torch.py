"""Captions pictures with a Cutline model folder in PyTorch: the fair peer, and a check of ours.

    peer_default_torch.py MODEL IMAGE... [--score]       several: path TAB caption, as ours; --score adds log p
"""

import sys
import time

began = time.perf_counter()
import torch

import default_search
import default_torch

imported = time.perf_counter()
folder, *images = (a for a in sys.argv[1:] if a != "--score")
config, vocabulary, encoder, decoder = default_torch.load(folder)
decode = config.get("decode", {})
loaded = time.perf_counter()


def step(words, h, c, *context):
    scores, h, c = decoder.step(torch.from_numpy(words), h, c, *context)
    return scores.numpy(), h, c


for image in images:
    opening = time.perf_counter()
    x = torch.from_numpy(default_search.pixels(image, config["encoder"]))
    opened = time.perf_counter()
    with torch.inference_mode():
        features = encoder(x)
        encoded = time.perf_counter()
        words, score = default_search.beam_search(
            decoder.start(features), step, vocabulary, decode)
    ended = time.perf_counter()
    row = [image] if len(images) > 1 else []
    row.append(default_search.sentence(words, vocabulary))
    row += [f"{score:.5f}"] if "--score" in sys.argv else []
    print("\t".join(row))
    if len(images) == 1:
        print(f"import {imported - began:.3f} load {loaded - imported:.3f} picture {opened - opening:.3f} "
              f"encoder {encoded - opened:.3f} search {ended - encoded:.3f}", file=sys.stderr)
