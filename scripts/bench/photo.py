"""Draws a picture for timing, 640x480, JPEG quality 90: photo.py FILE"""

import sys

import numpy
from PIL import Image


def photo(seed: int = 0, size: tuple = (640, 480)) -> Image.Image:
    """Noise at five scales, as rich in detail as a photo."""
    random = numpy.random.default_rng(seed)
    width, height = size
    total = numpy.full((height, width, 3), 128.0)
    for side, weight in ((4, 80), (16, 50), (64, 30), (160, 15), (480, 14)):
        noise = random.uniform(-1, 1, (side, side * width // height, 3)).astype(numpy.float32)
        if side >= 64:  # fine detail is mostly brightness
            noise = noise.mean(2, keepdims=True).repeat(3, 2)
        layers = [Image.fromarray(numpy.ascontiguousarray(noise[:, :, c])).resize(size, Image.BICUBIC)
                  for c in range(3)]
        total += weight * numpy.stack([numpy.asarray(layer) for layer in layers], 2)
    return Image.fromarray(total.clip(0, 255).astype(numpy.uint8))


if __name__ == "__main__":
    photo().save(sys.argv[1], quality=90)
