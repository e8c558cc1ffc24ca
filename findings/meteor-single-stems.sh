#!/usr/bin/env bash
# METEOR 1.5 leaves out a match of single words by stem or synonym unless it stands beside another match.
#
# Seen with: pycocoevalcap 1.2 (meteor-1.5.jar), OpenJDK 17.
# Its search for the best alignment wants the most words covered, then the fewest chunks. For matches that are not exact
# it counts half of a phrase's words, cut to a whole number: 0 for a single word. Such a match is then taken only where
# it costs no further chunk. The weights of the paper, 0.6 for a stem and 0.8 for a synonym, do not suggest that.
# Seen: "dogs chase" beside "dog chases" scores 0, "dogs run" beside "dog run" 0.8.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v java >/dev/null || { echo "needs java" >&2 && exit 69; }
python3 -m venv python
python/bin/pip install -q --disable-pip-version-check pycocoevalcap==1.2

python/bin/python - <<'PYTHON'
from pycocoevalcap.meteor.meteor import Meteor

pairs = [("dogs chase", "dog chases"), ("dogs run", "dog run"), ("dogs", "dog"), ("dog", "dog")]
captions = {number: [caption] for number, (caption, _) in enumerate(pairs)}
references = {number: [reference] for number, (_, reference) in enumerate(pairs)}
_, scores = Meteor().compute_score(references, captions)
for (caption, reference), score in zip(pairs, scores):
    print(f"{caption!r} beside {reference!r}: {score:.2f}")
assert [round(score, 2) for score in scores] == [0.0, 0.8, 0.0, 1.0], "it scores otherwise now"
PYTHON
