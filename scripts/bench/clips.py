"""Makes the ten clips that scripts/bench/video captions: clips.py FOLDER

Each has ten seconds of 1280x720 at 30 frames per second, in H.264 with libx264's defaults (preset medium, crf 23),
made by the ffmpeg program: a test pattern, a fractal, and windows moving over pictures of noise, some with grain.
Existing clips are kept.
"""

import os
import subprocess
import sys
import tempfile

import photo

SECONDS = 10
CODEC = ["-t", str(SECONDS), "-an", "-c:v", "libx264", "-preset", "medium", "-crf", "23", "-pix_fmt", "yuv420p"]
WANDERERS = 8


def wandering(number: int, folder: str) -> list:
    """Generates a window that moves over a larger picture, at its own speed."""
    picture = os.path.join(folder, f"{number}.png")
    photo.photo(seed=number + 1, size=(1920, 1080)).save(picture)
    pace = 0.3 + 0.35 * number
    window = (f"crop=1280:720:x='(iw-ow)*(0.5+0.5*sin({pace}*t))':y='(ih-oh)*(0.5+0.5*cos({0.7 * pace:.3f}*t))'")
    grain = f",noise=alls={3 * (number % 4)}:allf=t:all_seed={number}" if number % 4 else ""
    return ["-loop", "1", "-framerate", "30", "-i", picture, "-vf", window + grain]


def make(folder: str) -> list:
    """Makes the clips, and returns their ten paths."""
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        sources = {
            "pattern": lambda: ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30"],
            "fractal": lambda: ["-f", "lavfi", "-i", "mandelbrot=size=1280x720:rate=30:maxiter=500"],
        } | {f"wandering{number}": lambda n=number: wandering(n, scratch) for number in range(WANDERERS)}
        paths = []
        for name, source in sources.items():
            path = os.path.join(folder, f"{name}.mp4")
            paths.append(path)
            if os.path.exists(path):
                continue
            print("making:", path, file=sys.stderr, flush=True)
            unfinished = os.path.join(folder, f"{name}.unfinished.mp4")
            subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *source(), *CODEC, unfinished], check=True)
            os.rename(unfinished, path)
    return paths


if __name__ == "__main__":
    print("\n".join(make(sys.argv[1])))
