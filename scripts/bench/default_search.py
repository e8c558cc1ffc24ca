"""The code that both fair peers share without PyTorch: preprocessing and beam search in numpy, as in Cutline."""

import numpy as np
from PIL import Image, ImageOps


def pixels(path: str, settings: dict) -> np.ndarray:
    """The picture as network input, [1, 3, H, W]."""
    x = framed(ImageOps.exif_transpose(Image.open(path)).convert("RGB"), settings).astype(np.float32) / 255
    x = (x - np.float32(settings["mean"])) / np.float32(settings["std"])
    return np.ascontiguousarray(x.transpose(2, 0, 1))[None]


def framed(picture: Image.Image, settings: dict) -> np.ndarray:
    """Returns the square input, [H, W, 3]: resized without cropping, or short side resized and centre cropped."""
    side = settings["input"]
    if "squash" in str(settings["resize"]):
        picture = picture.resize((side, side), Image.Resampling.BILINEAR)
    else:  # torchvision's Resize(256), CenterCrop(224), in proportion
        width, height = picture.size
        short = side * 8 // 7
        scale = short / min(width, height)
        picture = picture.resize((int(width * scale), int(height * scale)), Image.Resampling.BILINEAR)
        left, top = round((picture.width - side) / 2), round((picture.height - side) / 2)
        picture = picture.crop((left, top, left + side, top + side))
    return np.asarray(picture)


def repetitions(words: list, count: int | None) -> list:
    """Returns the words that would repeat a sequence of `count` words."""
    last = words[len(words) - count + 1:] if count else None
    return [words[i + count - 1] for i in range(1, len(words) - count + 1)
            if words[i:i + count - 1] == last] if count and len(words) > count else []


def beam_search(start, step, vocabulary: dict, decode: dict) -> tuple:
    """Returns the likeliest caption and its log-probability, with the settings in `decode` of config.json.

    `start` is (h, c), one row each, and the further arguments of `step`; `step(words, h, c, …)` returns
    log-probabilities [k, V] and the next (h, c). A finished caption leaves the beam and narrows it by one.
    """
    width, longest = decode.get("beam", 3), decode.get("max_words", 20)
    banned = [vocabulary[w] for w in ("<pad>", "<bos>", "<unk>")]
    end, ended = vocabulary["<eos>"], []
    beam, (h, c, *context) = [([vocabulary["<bos>"]], 0.0)], start
    for _ in range(longest):
        scores, h, c = step(np.array([words[-1] for words, _ in beam], np.int64), h, c, *context)
        scores[:, banned] = -np.inf
        for row, (words, _) in enumerate(beam):
            scores[row, repetitions(words, decode.get("no_repeat"))] = -np.inf
        total = scores + np.array([[score] for _, score in beam], np.float32)
        room = width - len(ended)
        best = np.argpartition(-total, room - 1, axis=None)[:room]
        best = best[np.argsort(-total.ravel()[best])]
        grown = [(int(i) // total.shape[1], int(i) % total.shape[1], float(total.flat[i])) for i in best]
        ended += [(beam[row][0], score) for row, word, score in grown if word == end]
        living = [g for g in grown if g[1] != end]
        if not living:
            break
        beam = [([*beam[row][0], word], score) for row, word, score in living]
        rows = [row for row, _, _ in living]
        h, c = h[rows], c[rows]
    words, score = max(ended or beam, key=lambda caption: caption[1])
    return words[1:], score


def sentence(words: list, vocabulary: dict) -> str:
    names = {i: word for word, i in vocabulary.items()}
    return " ".join(names[i] for i in words)
