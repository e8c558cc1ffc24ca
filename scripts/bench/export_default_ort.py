"""Writes the ONNX files that peer_default_ort.py runs (not timed): export_default_ort.py MODEL FOLDER"""

import os
import sys


import torch

import default_torch

folder, target = sys.argv[1:3]
os.makedirs(target, exist_ok=True)
config, _, encoder, decoder = default_torch.load(folder)
side, hidden = config["encoder"]["input"], decoder.lstm.hidden_size
state = torch.zeros(3, hidden)


class Part(torch.nn.Module):
    """A function of the decoder as a separate network."""

    def __init__(self, function):
        super().__init__()
        self.decoder, self.function = decoder, function

    def forward(self, *inputs):
        return self.function(*inputs)


def export(network, inputs, name, names, results):
    axes = {n: {0: "rows"} for n in (*names, *results)}
    torch.onnx.export(network, inputs, os.path.join(target, name), dynamo=False, opset_version=17,
                      input_names=names, output_names=results, dynamic_axes=axes)


with torch.inference_mode():
    export(encoder, (torch.zeros(1, 3, side, side),), "encoder.onnx", ["x"], ["features"])
    features = encoder(torch.zeros(1, 3, side, side))
    # With attention, the keys and annotations of one picture are inputs, too.
    context = decoder.start(features)[2:]
    names = ["keys", "annotations"][:len(context)]
    export(Part(decoder.start), (features,), "start.onnx", ["features"], ["h", "c", *names])
    words = torch.ones(3, dtype=torch.long)
    export(Part(decoder.step), (words, state, state, *context), "step.onnx", ["words", "h0", "c0", *names],
           ["scores", "h", "c"])
