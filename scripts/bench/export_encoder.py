"""Writes a network of torchvision, with random weights, as ONNX: export_encoder.py NETWORK FILE"""

import sys

import torch
import torchvision

torch.manual_seed(0)
name, target = sys.argv[1:3]
network = getattr(torchvision.models, name)(weights=None).eval()
torch.onnx.export(network, (torch.randn(2, 3, 224, 224),), target, dynamo=False, opset_version=17,
                  input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})
