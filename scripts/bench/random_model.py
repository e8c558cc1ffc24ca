"""Writes a model folder with ResNet-50 and an LSTM of 512, of random weights: random_model.py FOLDER CLIP...

Its captions are meaningless, but cost as much as those of a trained model and depend on the clips: the norms
have the statistics of their frames, and the scores of 10,000 words are far enough apart for two programs to
choose the same words. A caption hardly ever ends before the twentieth word.
"""

import hashlib
import json
import os
import sys

import torch
from safetensors.torch import save_file

import clip_frames
import default_torch

SIZE, WORDS = 512, 10_000
CONFIG = {
    "schema": "cutline.model/1",
    "encoder": {"type": "resnet50", "input": 224, "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225],
                "resize": "shorter-side-bilinear-antialias", "resize_value": 256},
    "decoder": {"type": "lstm", "embed": SIZE, "hidden": SIZE, "layers": 1, "attention": "none", "image": "first"},
    "decode": {"beam": 3, "max_words": 20},
}


def measured_encoder(pixels: torch.Tensor) -> tuple:
    """Returns a random encoder whose norms have the statistics of `pixels`, and their features, [B, 2048]."""
    encoder = default_torch.resnet50()
    for module in encoder.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None
    encoder.train()(pixels)
    return encoder, encoder.eval()(pixels)


def random_decoder(features: torch.Tensor) -> torch.nn.Module:
    """Returns a decoder that writes different captions for different features."""
    decoder = default_torch.Decoder(features.shape[1], SIZE, SIZE, WORDS)
    decoder.image_norm.running_mean, decoder.image_norm.running_var = features.mean(0), features.var(0)
    decoder.image_embedding.weight.mul_(4)
    for weight in (decoder.lstm.weight_ih_l0, decoder.lstm.weight_hh_l0):
        weight.mul_(2)
    decoder.word_logits.weight.mul_(30)
    return decoder


def write(folder: str, encoder: torch.nn.Module, decoder: torch.nn.Module) -> None:
    os.makedirs(folder, exist_ok=True)
    weights = {f"encoder.{n}": w for n, w in encoder.state_dict().items()} | decoder.state_dict()
    weights = {n: w.contiguous() for n, w in weights.items() if not n.endswith("num_batches_tracked")}
    save_file(weights, os.path.join(folder, "model.safetensors"))
    words = ["<pad>", "<bos>", "<eos>", "<unk>", *(f"w{i}" for i in range(4, WORDS))]
    for name, content in (("config.json", CONFIG), ("vocab.json", {w: i for i, w in enumerate(words)})):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(content, file)
    with open(os.path.join(folder, "SHA256SUMS"), "w", encoding="utf-8") as sums:
        for name in ("config.json", "model.safetensors", "vocab.json"):
            with open(os.path.join(folder, name), "rb") as file:
                print(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}", file=sums)


if __name__ == "__main__":
    folder, *clips = sys.argv[1:]
    torch.manual_seed(0)
    squares = [s for clip in clips for s in clip_frames.squares(clip, 4, CONFIG["encoder"], exact=True)]
    with torch.inference_mode():
        encoder, features = measured_encoder(clip_frames.network_input(squares, CONFIG["encoder"]))
        write(folder, encoder, random_decoder(features))
