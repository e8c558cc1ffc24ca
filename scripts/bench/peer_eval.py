"""Scores COCO results with pycocoevalcap, and prints them as JSON; for scripts/bench/eval."""

import contextlib
import json
import sys

from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

references_path, results_path, metrics = sys.argv[1:]
with open(references_path, encoding="utf-8") as file:
    references = json.load(file)
with open(results_path, encoding="utf-8") as file:
    results = json.load(file)
truth = {}
for annotation in references["annotations"]:
    truth.setdefault(annotation["image_id"], []).append(annotation)
captions = {result["image_id"]: [result] for result in results}
found = {}
with contextlib.redirect_stdout(sys.stderr):  # the scorers talk on stdout
    truth, captions = PTBTokenizer().tokenize(truth), PTBTokenizer().tokenize(captions)
    if "bleu" in metrics:
        for order, value in enumerate(Bleu(4).compute_score(truth, captions, verbose=0)[0]):
            found[f"Bleu_{order + 1}"] = value
    if "meteor" in metrics:
        from pycocoevalcap.meteor.meteor import Meteor
        found["METEOR"] = Meteor().compute_score(truth, captions)[0]
    if "rouge" in metrics:
        found["ROUGE_L"] = Rouge().compute_score(truth, captions)[0]
    if "cider" in metrics:
        found["CIDEr"] = Cider().compute_score(truth, captions)[0]
print(json.dumps({name: float(value) for name, value in found.items()}))
