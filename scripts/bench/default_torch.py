"""A Cutline model folder in PyTorch: MobileNetV2 or ResNet-50, Show and Tell or Show, Attend and Tell."""

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


class AttentionDecoder(Decoder):
    """The decoder with soft attention, for one picture; `start` returns its keys and annotations with the state."""

    def __init__(self, weights: dict):
        torch.nn.Module.__init__(self)
        def linear(name):
            return torch.nn.Linear(*reversed(weights[f"{name}.weight"].shape))

        self.feature_norm = torch.nn.BatchNorm1d(weights["feature_norm.running_mean"].numel(), eps=0.0025, affine=False)
        self.annotation, self.word_logits = linear("annotation"), linear("word_logits")
        self.initial_state = torch.nn.ModuleList(linear(f"initial_state.{part}") for part in range(2))
        self.attention, self.output = torch.nn.Module(), torch.nn.Module()
        for part, names in ((self.attention, ("key", "query", "gate")), (self.output, ("hidden", "seen"))):
            for name in names:
                setattr(part, name, linear(("attention." if part is self.attention else "output.") + name))
        self.attention.scoring = torch.nn.Parameter(torch.empty(weights["attention.scoring"].shape))
        self.word_embedding = torch.nn.Embedding(*weights["word_embedding.weight"].shape)
        gates, size = weights["lstm.weight_ih_l0"].shape
        self.lstm = torch.nn.LSTM(size, gates // 4)

    def start(self, features):
        """Returns from [1, L, F] the state (h, c), [1, H] each, the keys [1, L, A] and the annotations."""
        annotations = F.relu(self.annotation(self.feature_norm(features[0])))[None]
        mean = annotations.mean(1)
        h, c = (torch.tanh(layer(mean)) for layer in self.initial_state)
        return h, c, self.attention.key(annotations), annotations

    def step(self, words, h, c, keys, annotations):
        energies = torch.tanh(keys + self.attention.query(h)[:, None]) @ self.attention.scoring
        seen = torch.sigmoid(self.attention.gate(h)) * (F.softmax(energies, 1) @ annotations[0])
        word = self.word_embedding(words)
        h, c = self.advance(torch.cat([word, seen], 1), h, c)
        return F.log_softmax(self.word_logits(word + self.output.hidden(h) + self.output.seen(seen)), 1), h, c


class MobileNetV2(torch.nn.Module):
    """The network up to its pooled features, [B, 3, H, W] → [B, 1280], or those of all positions, [B, 49, 1280]."""

    def __init__(self, pooled: bool = True):
        super().__init__()
        self.features, self.pooled = torchvision.models.mobilenet_v2(weights=None).features, pooled

    def forward(self, x):
        maps = self.features(x)
        return maps.mean((2, 3)) if self.pooled else maps.flatten(2).transpose(1, 2)


def resnet50() -> torch.nn.Module:
    """The network up to its pooled features, [B, 3, H, W] → [B, 2048]."""
    network = torchvision.models.resnet50(weights=None)
    network.fc = torch.nn.Identity()
    return network


ENCODERS = {"mobilenet_v2": MobileNetV2, "resnet50": resnet50}


def load(folder: str):
    """Returns (config, words, encoder, decoder) of a model folder, in float32."""
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    with open(os.path.join(folder, "vocab.json"), encoding="utf-8") as file:
        words = json.load(file)
    described = config["decoder"]
    # cutline.model/1 has the cell for its type of decoder.
    cell = described.get("cell", described)
    attends = described["type"] == "show_attend_tell" or described.get("attention", "none") == "soft"
    if config["encoder"]["type"] not in ENCODERS or cell["type"] != "lstm":
        raise SystemExit(f"{folder}: this peer knows {' and '.join(ENCODERS)} with lstm only")
    if attends and config["encoder"]["type"] != "mobilenet_v2" or cell.get("layers", 1) != 1:
        raise SystemExit(f"{folder}: this peer knows attention with mobilenet_v2, and one layer, only")
    if "same" in str(config["encoder"].get("padding", "")).lower():
        raise SystemExit(f"{folder}: this peer does not know TensorFlow's padding")
    weights = load_file(os.path.join(folder, "model.safetensors"))
    weights = {name: tensor.float() for name, tensor in weights.items()}
    hidden, embed = weights["lstm.weight_ih_l0"].shape
    with torch.device("meta"):
        if attends:
            encoder, decoder = MobileNetV2(pooled=False), AttentionDecoder(weights)
        else:
            encoder, decoder = ENCODERS[config["encoder"]["type"]](), Decoder(
                weights["image_embedding.weight"].shape[1], embed, hidden // 4, len(words))
    inner = {n.removeprefix("encoder."): w for n, w in weights.items() if n.startswith("encoder.")}
    for name in encoder.state_dict():  # optional in our files; of no use in eval mode
        if name.endswith("num_batches_tracked"):
            inner.setdefault(name, torch.zeros((), dtype=torch.long))
    encoder.load_state_dict(inner, assign=True)
    norm = "feature_norm" if attends else "image_norm"
    weights.setdefault(f"{norm}.num_batches_tracked", torch.zeros((), dtype=torch.long))
    decoder.load_state_dict({n: w for n, w in weights.items() if not n.startswith("encoder.")}, assign=True)
    return config, words, encoder.eval(), decoder.eval()
