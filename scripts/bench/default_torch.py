"""A Cutline model folder in PyTorch: MobileNetV2 or ResNet-50, and a Show and Tell decoder."""

import json
import os

import torch
import torch.nn.functional as F
import torchvision
from safetensors.torch import load_file


class Decoder(torch.nn.Module):
    """The decoder under its published names."""

    def __init__(self, features: int, embed: int, hidden: int, vocabulary: int):
        super().__init__()
        self.image_norm = torch.nn.BatchNorm1d(features, eps=0.0025, affine=False)
        self.image_embedding = torch.nn.Linear(features, embed)
        self.word_embedding = torch.nn.Embedding(vocabulary, embed)
        self.lstm = torch.nn.LSTM(embed, hidden)
        self.word_logits = torch.nn.Linear(hidden, vocabulary)

    def start(self, features):
        """The state (h, c), [B, H] each, after the image."""
        return self.advance(self.image_embedding(self.image_norm(features)), *[features.new_zeros(
            features.shape[0], self.lstm.hidden_size)] * 2)

    def step(self, words, h, c):
        """Log-probabilities of the next word [B, V], and the next state."""
        h, c = self.advance(self.word_embedding(words), h, c)
        return F.log_softmax(self.word_logits(h), 1), h, c

    def advance(self, x, h, c):
        l = self.lstm
        gates = F.linear(x, l.weight_ih_l0, l.bias_ih_l0) + F.linear(h, l.weight_hh_l0, l.bias_hh_l0)
        i, f, g, o = gates.chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class MobileNetV2(torch.nn.Module):
    """Up to its pooled features, [B, 3, H, W] → [B, 1280]."""

    def __init__(self):
        super().__init__()
        self.features = torchvision.models.mobilenet_v2(weights=None).features

    def forward(self, x):
        return self.features(x).mean((2, 3))


def resnet50() -> torch.nn.Module:
    """Up to its pooled features, [B, 3, H, W] → [B, 2048]."""
    network = torchvision.models.resnet50(weights=None)
    network.fc = torch.nn.Identity()
    return network


ENCODERS = {"mobilenet_v2": MobileNetV2, "resnet50": resnet50}


def load(folder: str):
    """(config, words, encoder, decoder) of a model folder, in float32."""
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    with open(os.path.join(folder, "vocab.json"), encoding="utf-8") as file:
        words = json.load(file)
    if config["encoder"]["type"] not in ENCODERS or config["decoder"]["type"] != "lstm":
        raise SystemExit(f"{folder}: this peer knows {' and '.join(ENCODERS)} with lstm only")
    if "same" in str(config["encoder"].get("padding", "")).lower():
        raise SystemExit(f"{folder}: this peer does not know TensorFlow's padding")
    weights = load_file(os.path.join(folder, "model.safetensors"))
    weights = {name: tensor.float() for name, tensor in weights.items()}
    hidden, embed = weights["lstm.weight_ih_l0"].shape
    with torch.device("meta"):
        encoder, decoder = ENCODERS[config["encoder"]["type"]](), Decoder(
            weights["image_embedding.weight"].shape[1], embed, hidden // 4, len(words))
    inner = {n.removeprefix("encoder."): w for n, w in weights.items() if n.startswith("encoder.")}
    for name in encoder.state_dict():  # optional in our files; of no use in eval mode
        if name.endswith("num_batches_tracked"):
            inner.setdefault(name, torch.zeros((), dtype=torch.long))
    encoder.load_state_dict(inner, assign=True)
    weights.setdefault("image_norm.num_batches_tracked", torch.zeros((), dtype=torch.long))
    decoder.load_state_dict({n: w for n, w in weights.items() if not n.startswith("encoder.")}, assign=True)
    return config, words, encoder.eval(), decoder.eval()
