"""Captions one picture with a Cutline model folder in ONNX Runtime: the fair peer, without PyTorch.

    peer_default_ort.py MODEL ONNX_FOLDER IMAGE [--score]        (export_default_ort.py MODEL ONNX_FOLDER first)
"""

import json
import os
import sys
import time

began = time.perf_counter()
import onnxruntime

import default_search

imported = time.perf_counter()
folder, exported, image = sys.argv[1:4]
with open(os.path.join(folder, "config.json")) as file:
    config = json.load(file)
with open(os.path.join(folder, "vocab.json"), encoding="utf-8") as file:
    vocabulary = json.load(file)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = len(os.sched_getaffinity(0))
encoder, start, step = (
    onnxruntime.InferenceSession(os.path.join(exported, name), options, providers=["CPUExecutionProvider"])
    for name in ("encoder.onnx", "start.onnx", "step.onnx"))
loaded = time.perf_counter()
x = default_search.pixels(image, config["encoder"])
opened = time.perf_counter()
features = encoder.run(None, {"x": x})[0]
encoded = time.perf_counter()
decode = config.get("decode", {})
words, score = default_search.beam_search(
    start.run(None, {"features": features}),
    lambda words, h, c, *context: step.run(
        None, {"words": words, "h0": h, "c0": c} | dict(zip(("keys", "annotations"), context))),
    vocabulary, decode)
ended = time.perf_counter()
print(f"import {imported - began:.3f} load {loaded - imported:.3f} picture {opened - loaded:.3f} "
      f"encoder {encoded - opened:.3f} search {ended - encoded:.3f}", file=sys.stderr)
print(default_search.sentence(words, vocabulary), *([f"{score:.5f}"] if "--score" in sys.argv else []), sep="\t")
